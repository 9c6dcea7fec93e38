# SPDX-License-Identifier: Apache-2.0
"""A drawn NV12 picture is encoded as JPEG at the greatest level, and written to a file."""

import numpy as np

import acl

SUCCESS = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
YUV420SP = 1
WIDTH, HEIGHT = 320, 240  # multiples of 16 and of 2: the strides are the same


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


def draw():
    luma = np.linspace(20, 220, WIDTH)[None] + np.zeros((HEIGHT, 1))
    luma[60:180, 100:220] = 128
    chroma = np.full((HEIGHT // 2, WIDTH), 128.0)
    chroma[30:90, 100:220:2] = 90
    chroma[30:90, 101:220:2] = 170
    return np.concatenate([luma, chroma]).round().astype(np.uint8)


class Encoder:
    def __init__(self, stream):
        self.stream = stream
        self.channel_desc = acl.media.dvpp_create_channel_desc()
        check("create_channel", acl.media.dvpp_create_channel(self.channel_desc))
        self.jpege_config = acl.media.dvpp_create_jpege_config()
        ret = acl.media.dvpp_set_jpege_config_level(self.jpege_config, 100)
        check("set_jpege_config_level", ret)

    def encode(self, picture):
        device_in, ret = acl.media.dvpp_malloc(picture.nbytes)
        check("dvpp_malloc", ret)
        address = acl.util.numpy_to_ptr(picture)
        ret = acl.rt.memcpy(device_in, picture.nbytes, address, picture.nbytes, HOST_TO_DEVICE)
        check("memcpy", ret)
        desc = acl.media.dvpp_create_pic_desc()
        acl.media.dvpp_set_pic_desc_data(desc, device_in)
        acl.media.dvpp_set_pic_desc_size(desc, picture.nbytes)
        acl.media.dvpp_set_pic_desc_format(desc, YUV420SP)
        acl.media.dvpp_set_pic_desc_width(desc, WIDTH)
        acl.media.dvpp_set_pic_desc_height(desc, HEIGHT)
        acl.media.dvpp_set_pic_desc_width_stride(desc, WIDTH)
        acl.media.dvpp_set_pic_desc_height_stride(desc, HEIGHT)
        room, ret = acl.media.dvpp_jpeg_predict_enc_size(desc, self.jpege_config)
        check("jpeg_predict_enc_size", ret)
        device_out, ret = acl.media.dvpp_malloc(room)
        check("dvpp_malloc", ret)
        size = np.array([room], np.int32)
        ret = acl.media.dvpp_jpeg_encode_async(
            self.channel_desc,
            desc,
            device_out,
            acl.util.numpy_to_ptr(size),
            self.jpege_config,
            self.stream,
        )
        check("jpeg_encode_async", ret)
        check("synchronize_stream", acl.rt.synchronize_stream(self.stream))
        encoded = np.zeros(int(size[0]), np.uint8)
        address = acl.util.numpy_to_ptr(encoded)
        ret = acl.rt.memcpy(address, encoded.nbytes, device_out, encoded.nbytes, DEVICE_TO_HOST)
        check("memcpy", ret)
        check("dvpp_free", acl.media.dvpp_free(device_in))
        check("dvpp_free", acl.media.dvpp_free(device_out))
        check("destroy_pic_desc", acl.media.dvpp_destroy_pic_desc(desc))
        return encoded.tobytes()

    def release(self):
        ret = acl.media.dvpp_destroy_jpege_config(self.jpege_config)
        check("destroy_jpege_config", ret)
        check("destroy_channel", acl.media.dvpp_destroy_channel(self.channel_desc))
        check("destroy_channel_desc", acl.media.dvpp_destroy_channel_desc(self.channel_desc))


def main(_model_path, _images):
    check("acl.init", acl.init())
    check("set_device", acl.rt.set_device(0))
    context, ret = acl.rt.create_context(0)
    check("create_context", ret)
    stream, ret = acl.rt.create_stream()
    check("create_stream", ret)
    encoder = Encoder(stream)
    picture = draw()
    with open("encoded.jpg", "wb") as file:  # noqa: PTH123 as such programs do
        file.write(encoder.encode(picture))
    encoder.release()
    check("destroy_stream", acl.rt.destroy_stream(stream))
    check("destroy_context", acl.rt.destroy_context(context))
    check("reset_device", acl.rt.reset_device(0))
    check("finalize", acl.finalize())
    return picture
