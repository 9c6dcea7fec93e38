# SPDX-License-Identifier: Apache-2.0
"""Packets of a video go to a decoder, whose callback runs on a thread of the program's own."""

import numpy as np

import acl

SUCCESS = 0
HOST_TO_DEVICE = 1
DEVICE_TO_HOST = 2
YUV420SP = 1
H264_MAIN = 2
WIDTH, HEIGHT = 256, 144
FRAME_SIZE = WIDTH * HEIGHT * 3 // 2


def check(what, ret):
    if ret != SUCCESS:
        raise RuntimeError(f"{what} failed: {ret}: {acl.get_recent_err_msg()}")


class VideoDecoder:
    def __init__(self, context):
        self.context = context
        self.is_running = True
        self.frames = []
        self.thread_id, ret = acl.util.start_thread(self.report_loop, [])
        check("start_thread", ret)
        self.channel_desc = acl.media.vdec_create_channel_desc()
        acl.media.vdec_set_channel_desc_channel_id(self.channel_desc, 5)
        acl.media.vdec_set_channel_desc_thread_id(self.channel_desc, self.thread_id)
        acl.media.vdec_set_channel_desc_callback(self.channel_desc, self.on_frame)
        acl.media.vdec_set_channel_desc_entype(self.channel_desc, H264_MAIN)
        acl.media.vdec_set_channel_desc_out_pic_format(self.channel_desc, YUV420SP)
        check("vdec_create_channel", acl.media.vdec_create_channel(self.channel_desc))
        self.frame_config = acl.media.vdec_create_frame_config()

    def report_loop(self, _args):
        acl.rt.set_context(self.context)
        while self.is_running:
            acl.rt.process_report(100)

    def on_frame(self, input_desc, output_desc, user_data):
        buffer = acl.media.dvpp_get_stream_desc_data(input_desc)
        acl.media.dvpp_free(buffer)
        acl.media.dvpp_destroy_stream_desc(input_desc)
        data = acl.media.dvpp_get_pic_desc_data(output_desc)
        if acl.media.dvpp_get_pic_desc_ret_code(output_desc) == 0:
            frame = np.zeros((HEIGHT * 3 // 2, WIDTH), np.uint8)
            address = acl.util.numpy_to_ptr(frame)
            acl.rt.memcpy(address, FRAME_SIZE, data, FRAME_SIZE, DEVICE_TO_HOST)
            self.frames.append((user_data["index"], frame))
        acl.media.dvpp_free(data)
        acl.media.dvpp_destroy_pic_desc(output_desc)

    def send(self, index, packet):
        size = len(packet)
        buffer, ret = acl.media.dvpp_malloc(size)
        check("dvpp_malloc", ret)
        source = acl.util.bytes_to_ptr(packet)
        check("memcpy", acl.rt.memcpy(buffer, size, source, size, HOST_TO_DEVICE))
        input_desc = acl.media.dvpp_create_stream_desc()
        acl.media.dvpp_set_stream_desc_data(input_desc, buffer)
        acl.media.dvpp_set_stream_desc_size(input_desc, size)
        data, ret = acl.media.dvpp_malloc(FRAME_SIZE)
        check("dvpp_malloc", ret)
        output_desc = acl.media.dvpp_create_pic_desc()
        acl.media.dvpp_set_pic_desc_data(output_desc, data)
        acl.media.dvpp_set_pic_desc_size(output_desc, FRAME_SIZE)
        acl.media.dvpp_set_pic_desc_format(output_desc, YUV420SP)
        user_data = {"index": index}
        ret = acl.media.vdec_send_frame(
            self.channel_desc, input_desc, output_desc, self.frame_config, user_data
        )
        check("vdec_send_frame", ret)

    def stop(self):
        check("vdec_destroy_channel", acl.media.vdec_destroy_channel(self.channel_desc))
        self.is_running = False
        check("stop_thread", acl.util.stop_thread(self.thread_id))
        acl.media.vdec_destroy_channel_desc(self.channel_desc)
        acl.media.vdec_destroy_frame_config(self.frame_config)


def main(_model_path, _images):
    check("acl.init", acl.init())
    check("set_device", acl.rt.set_device(0))
    context, ret = acl.rt.create_context(0)
    check("create_context", ret)
    decoder = VideoDecoder(context)
    packets = np.load("packets.npz")
    for index, name in enumerate(sorted(packets)):
        decoder.send(index, packets[name].tobytes())
    decoder.stop()
    check("destroy_context", acl.rt.destroy_context(context))
    check("reset_device", acl.rt.reset_device(0))
    check("finalize", acl.finalize())
    return np.stack([frame for _, frame in sorted(decoder.frames, key=lambda each: each[0])])
