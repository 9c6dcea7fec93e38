# SPDX-License-Identifier: Apache-2.0
"""A JPEG file is decoded, and pasted into the middle of a gray square as detectors want it."""

import numpy as np

import acl

SUCCESS = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
YUV420SP = 1
SIDE = 256


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


def align_up(value, alignment):
    return (value + alignment - 1) // alignment * alignment


def make_pic_desc(data, size, width, height, strides):
    width_stride, height_stride = strides
    desc = acl.media.dvpp_create_pic_desc()
    acl.media.dvpp_set_pic_desc_data(desc, data)
    acl.media.dvpp_set_pic_desc_size(desc, size)
    acl.media.dvpp_set_pic_desc_format(desc, YUV420SP)
    acl.media.dvpp_set_pic_desc_width(desc, width)
    acl.media.dvpp_set_pic_desc_height(desc, height)
    acl.media.dvpp_set_pic_desc_width_stride(desc, width_stride)
    acl.media.dvpp_set_pic_desc_height_stride(desc, height_stride)
    return desc


def decode(channel_desc, stream, content):
    file_data, ret = acl.media.dvpp_malloc(len(content))
    check("dvpp_malloc", ret)
    address = acl.util.bytes_to_ptr(content)
    ret = acl.rt.memcpy(file_data, len(content), address, len(content), HOST_TO_DEVICE)
    check("memcpy", ret)
    width, height, _, ret = acl.media.dvpp_jpeg_get_image_info(address, len(content))
    check("jpeg_get_image_info", ret)
    size, ret = acl.media.dvpp_jpeg_predict_dec_size(address, len(content), YUV420SP)
    check("jpeg_predict_dec_size", ret)
    data, ret = acl.media.dvpp_malloc(size)
    check("dvpp_malloc", ret)
    strides = align_up(width, 128), align_up(height, 16)
    desc = make_pic_desc(data, size, width, height, strides)
    ret = acl.media.dvpp_jpeg_decode_async(channel_desc, file_data, len(content), desc, stream)
    check("jpeg_decode_async", ret)
    check("synchronize_stream", acl.rt.synchronize_stream(stream))
    check("dvpp_free", acl.media.dvpp_free(file_data))
    return desc, width, height


def letterbox(channel_desc, stream, desc, width, height):
    size = SIDE * SIDE * 3 // 2
    data, ret = acl.media.dvpp_malloc(size)
    check("dvpp_malloc", ret)
    check("memset", acl.rt.memset(data, size, 128, size))
    canvas = make_pic_desc(data, size, SIDE, SIDE, (SIDE, SIDE))
    new_height = SIDE * height // width
    top = (SIDE - new_height) // 2 // 2 * 2
    crop = acl.media.dvpp_create_roi_config(0, width - 1, 0, height - 1)
    paste = acl.media.dvpp_create_roi_config(0, SIDE - 1, top, top + new_height - 1)
    ret = acl.media.dvpp_vpc_crop_and_paste_async(channel_desc, desc, canvas, crop, paste, stream)
    check("vpc_crop_and_paste_async", ret)
    check("synchronize_stream", acl.rt.synchronize_stream(stream))
    result = np.zeros((SIDE * 3 // 2, SIDE), np.uint8)
    ret = acl.rt.memcpy(acl.util.numpy_to_ptr(result), size, data, size, DEVICE_TO_HOST)
    check("memcpy", ret)
    check("destroy_roi_config", acl.media.dvpp_destroy_roi_config(crop))
    check("destroy_roi_config", acl.media.dvpp_destroy_roi_config(paste))
    check("destroy_pic_desc", acl.media.dvpp_destroy_pic_desc(canvas))
    check("dvpp_free", acl.media.dvpp_free(data))
    return result


def main(_model_path, _images):
    check("acl.init", acl.init())
    check("set_device", acl.rt.set_device(0))
    context, ret = acl.rt.create_context(0)
    check("create_context", ret)
    stream, ret = acl.rt.create_stream()
    check("create_stream", ret)
    channel_desc = acl.media.dvpp_create_channel_desc()
    check("create_channel", acl.media.dvpp_create_channel(channel_desc))
    with open("picture.jpg", "rb") as file:  # noqa: PTH123 as such programs do
        desc, width, height = decode(channel_desc, stream, file.read())
    result = letterbox(channel_desc, stream, desc, width, height)
    check("dvpp_free", acl.media.dvpp_free(acl.media.dvpp_get_pic_desc_data(desc)))
    check("destroy_pic_desc", acl.media.dvpp_destroy_pic_desc(desc))
    check("destroy_channel", acl.media.dvpp_destroy_channel(channel_desc))
    check("destroy_channel_desc", acl.media.dvpp_destroy_channel_desc(channel_desc))
    check("destroy_stream", acl.rt.destroy_stream(stream))
    check("destroy_context", acl.rt.destroy_context(context))
    check("reset_device", acl.rt.reset_device(0))
    check("finalize", acl.finalize())
    return result
