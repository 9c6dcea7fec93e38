# SPDX-License-Identifier: Apache-2.0
"""Areas of two pictures are cut out in one call: three of the first, and one of the second."""

import numpy as np

import acl

SUCCESS = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
YUV420SP = 1
WIDTH, HEIGHT = 128, 96
SIDE = 32
ROI_NUMS = [3, 1]
CORNERS = [(0, 0), (16, 2), (96, 64), (50, 38)]  # left and top


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


def fill_pic_desc(desc, width, height):
    size = width * height * 3 // 2
    data, ret = acl.media.dvpp_malloc(size)
    check("dvpp_malloc", ret)
    acl.media.dvpp_set_pic_desc_data(desc, data)
    acl.media.dvpp_set_pic_desc_size(desc, size)
    acl.media.dvpp_set_pic_desc_format(desc, YUV420SP)
    acl.media.dvpp_set_pic_desc_width(desc, width)
    acl.media.dvpp_set_pic_desc_height(desc, height)
    acl.media.dvpp_set_pic_desc_width_stride(desc, width)
    acl.media.dvpp_set_pic_desc_height_stride(desc, height)
    return data


def crop(channel_desc, stream, pictures):
    sources = acl.media.dvpp_create_batch_pic_desc(len(pictures))
    targets = acl.media.dvpp_create_batch_pic_desc(len(CORNERS))
    buffers = []
    for index, picture in enumerate(pictures):
        data = fill_pic_desc(acl.media.dvpp_get_pic_desc(sources, index), WIDTH, HEIGHT)
        address = acl.util.numpy_to_ptr(picture)
        check(
            "memcpy", acl.rt.memcpy(data, picture.nbytes, address, picture.nbytes, HOST_TO_DEVICE)
        )
        buffers.append(data)
    crops = np.zeros((len(CORNERS), SIDE * 3 // 2, SIDE), np.uint8)
    areas = []
    for index, (left, top) in enumerate(CORNERS):
        buffers.append(fill_pic_desc(acl.media.dvpp_get_pic_desc(targets, index), SIDE, SIDE))
        areas.append(acl.media.dvpp_create_roi_config(left, left + SIDE - 1, top, top + SIDE - 1))
    _, ret = acl.media.dvpp_vpc_batch_crop_async(
        channel_desc, sources, ROI_NUMS, targets, areas, stream
    )
    check("vpc_batch_crop_async", ret)
    check("synchronize_stream", acl.rt.synchronize_stream(stream))
    for index, result in enumerate(crops):
        data = acl.media.dvpp_get_pic_desc_data(acl.media.dvpp_get_pic_desc(targets, index))
        address = acl.util.numpy_to_ptr(result)
        check("memcpy", acl.rt.memcpy(address, result.nbytes, data, result.nbytes, DEVICE_TO_HOST))
    for area in areas:
        check("destroy_roi_config", acl.media.dvpp_destroy_roi_config(area))
    check("destroy_batch_pic_desc", acl.media.dvpp_destroy_batch_pic_desc(sources))
    check("destroy_batch_pic_desc", acl.media.dvpp_destroy_batch_pic_desc(targets))
    for data in buffers:
        check("dvpp_free", acl.media.dvpp_free(data))
    return crops


def main(_model_path, _images):
    check("acl.init", acl.init())
    check("set_device", acl.rt.set_device(0))
    context, ret = acl.rt.create_context(0)
    check("create_context", ret)
    stream, ret = acl.rt.create_stream()
    check("create_stream", ret)
    channel_desc = acl.media.dvpp_create_channel_desc()
    check("create_channel", acl.media.dvpp_create_channel(channel_desc))
    crops = crop(channel_desc, stream, np.load("pictures.npy"))
    check("destroy_channel", acl.media.dvpp_destroy_channel(channel_desc))
    check("destroy_channel_desc", acl.media.dvpp_destroy_channel_desc(channel_desc))
    check("destroy_stream", acl.rt.destroy_stream(stream))
    check("destroy_context", acl.rt.destroy_context(context))
    check("reset_device", acl.rt.reset_device(0))
    check("finalize", acl.finalize())
    return crops
