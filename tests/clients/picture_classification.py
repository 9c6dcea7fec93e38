# SPDX-License-Identifier: Apache-2.0
"""A JPEG file is decoded and scaled, and goes to a model that does the rest itself (AIPP)."""

import numpy as np

import acl

SUCCESS = 0
MALLOC_HUGE_FIRST = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
YUV420SP = 1
MODEL_WIDTH, MODEL_HEIGHT = 64, 32


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


def new_picture(width, height, width_stride, height_stride):
    size = width_stride * height_stride * 3 // 2
    data, ret = acl.media.dvpp_malloc(size)
    check("dvpp_malloc", ret)
    desc = acl.media.dvpp_create_pic_desc()
    acl.media.dvpp_set_pic_desc_data(desc, data)
    acl.media.dvpp_set_pic_desc_size(desc, size)
    acl.media.dvpp_set_pic_desc_format(desc, YUV420SP)
    acl.media.dvpp_set_pic_desc_width(desc, width)
    acl.media.dvpp_set_pic_desc_height(desc, height)
    acl.media.dvpp_set_pic_desc_width_stride(desc, width_stride)
    acl.media.dvpp_set_pic_desc_height_stride(desc, height_stride)
    return desc, data, size


class Classifier:
    def __init__(self, model_path):
        check("acl.init", acl.init())
        check("set_device", acl.rt.set_device(0))
        self.context, ret = acl.rt.create_context(0)
        check("create_context", ret)
        self.stream, ret = acl.rt.create_stream()
        check("create_stream", ret)
        self.channel_desc = acl.media.dvpp_create_channel_desc()
        check("create_channel", acl.media.dvpp_create_channel(self.channel_desc))
        self.resize_config = acl.media.dvpp_create_resize_config()
        self.model_id, ret = acl.mdl.load_from_file(model_path)
        check("load_from_file", ret)
        self.model_desc = acl.mdl.create_desc()
        check("get_desc", acl.mdl.get_desc(self.model_desc, self.model_id))

    def decode(self, content):
        address = acl.util.bytes_to_ptr(content)
        width, height, _, ret = acl.media.dvpp_jpeg_get_image_info(address, len(content))
        check("jpeg_get_image_info", ret)
        file_data, ret = acl.media.dvpp_malloc(len(content))
        check("dvpp_malloc", ret)
        ret = acl.rt.memcpy(file_data, len(content), address, len(content), HOST_TO_DEVICE)
        check("memcpy", ret)
        strides = (width + 127) // 128 * 128, (height + 15) // 16 * 16
        picture = new_picture(width, height, *strides)
        ret = acl.media.dvpp_jpeg_decode_async(
            self.channel_desc, file_data, len(content), picture[0], self.stream
        )
        check("jpeg_decode_async", ret)
        check("synchronize_stream", acl.rt.synchronize_stream(self.stream))
        check("dvpp_free", acl.media.dvpp_free(file_data))
        return picture

    def resize(self, picture):
        resized = new_picture(MODEL_WIDTH, MODEL_HEIGHT, MODEL_WIDTH, MODEL_HEIGHT)
        ret = acl.media.dvpp_vpc_resize_async(
            self.channel_desc, picture[0], resized[0], self.resize_config, self.stream
        )
        check("vpc_resize_async", ret)
        check("synchronize_stream", acl.rt.synchronize_stream(self.stream))
        return resized

    def execute(self, picture):
        _, data, size = picture
        if size != acl.mdl.get_input_size_by_index(self.model_desc, 0):
            raise RuntimeError("the picture is not of the model's size")
        inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
        in_buffer = acl.create_data_buffer(data, size)
        _, ret = acl.mdl.add_dataset_buffer(inputs, in_buffer)
        check("add_dataset_buffer", ret)
        out_size = acl.mdl.get_output_size_by_index(self.model_desc, 0)
        out_data, ret = acl.rt.malloc(out_size, MALLOC_HUGE_FIRST)
        check("malloc", ret)
        out_buffer = acl.create_data_buffer(out_data, out_size)
        _, ret = acl.mdl.add_dataset_buffer(outputs, out_buffer)
        check("add_dataset_buffer", ret)
        check("execute", acl.mdl.execute(self.model_id, inputs, outputs))
        result = np.zeros(out_size // 4, np.float32)
        address = acl.util.numpy_to_ptr(result)
        check("memcpy", acl.rt.memcpy(address, out_size, out_data, out_size, DEVICE_TO_HOST))
        for buffer, dataset in ((in_buffer, inputs), (out_buffer, outputs)):
            check("destroy_data_buffer", acl.destroy_data_buffer(buffer))
            check("destroy_dataset", acl.mdl.destroy_dataset(dataset))
        check("free", acl.rt.free(out_data))
        return result

    def close(self):
        check("destroy_desc", acl.mdl.destroy_desc(self.model_desc))
        check("unload", acl.mdl.unload(self.model_id))
        check("destroy_resize_config", acl.media.dvpp_destroy_resize_config(self.resize_config))
        check("destroy_channel", acl.media.dvpp_destroy_channel(self.channel_desc))
        check("destroy_channel_desc", acl.media.dvpp_destroy_channel_desc(self.channel_desc))
        check("destroy_stream", acl.rt.destroy_stream(self.stream))
        check("destroy_context", acl.rt.destroy_context(self.context))
        check("reset_device", acl.rt.reset_device(0))
        check("finalize", acl.finalize())


def main(_model_path, _images):
    classifier = Classifier("with_aipp.om")
    with open("picture.jpg", "rb") as file:  # noqa: PTH123 as such programs do
        decoded = classifier.decode(file.read())
    resized = classifier.resize(decoded)
    result = classifier.execute(resized)
    for desc, data, _ in (decoded, resized):
        check("dvpp_free", acl.media.dvpp_free(data))
        check("destroy_pic_desc", acl.media.dvpp_destroy_pic_desc(desc))
    classifier.close()
    return result
