# SPDX-License-Identifier: Apache-2.0
"""Video is encoded so that PyAV decodes the same pictures, and callbacks come as documented."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from clips import (
    H264_BASELINE,
    H264_HIGH,
    H264_MAIN,
    H265,
    Picture,
    av,
    decoded,
    drawn,
    nv12_of,
    psnr,
)
from video import NV12, NV21, check, media, reports, up

import acl
from ascendcl._testing import skip_unless_host

INVALID = 100000
PARAMETERS = {  # number: name, a value
    0: ("thread_id", 5),
    2: ("pic_format", NV21),
    3: ("entype", H264_HIGH),
    4: ("pic_width", 640),
    5: ("pic_height", 480),
    6: ("key_frame_interval", 65536),
    7: ("buf_addr", 4096),
    8: ("buf_size", 5 << 20),
    9: ("rc_mode", 2),
    10: ("src_rate", 60),
    11: ("max_bit_rate", 3000),
}


@pytest.fixture(autouse=True)
def _on_the_host() -> None:
    skip_unless_host("encoding")


class Encoder:
    """A channel, and what its callbacks found."""

    def __init__(
        self, thread: int, entype: int, size: tuple[int, int], pic_format: int = NV12, **more: int
    ) -> None:
        self.size, self.format = size, pic_format
        self.packets: list[bytes] = []
        self.why: list[str | None] = []
        self.found: list[tuple[int, int, Any, int, int]] = []
        self.desc = media.venc_create_channel_desc()
        check(media.venc_set_channel_desc_thread_id(self.desc, thread))
        check(media.venc_set_channel_desc_callback(self.desc, self.on_packet))
        check(media.venc_set_channel_desc_entype(self.desc, entype))
        check(media.venc_set_channel_desc_pic_format(self.desc, pic_format))
        check(media.venc_set_channel_desc_pic_width(self.desc, size[0]))
        check(media.venc_set_channel_desc_pic_height(self.desc, size[1]))
        for name, value in {"key_frame_interval": 16, **more}.items():
            check(getattr(media, f"venc_set_channel_desc_{name}")(self.desc, value))
        check(media.venc_create_channel(self.desc))
        self.config = media.venc_create_frame_config()
        # One picture for all frames, as the public sample has it.
        self.strides = up(size[0], 16), size[1]
        self.bytes = self.strides[0] * self.strides[1] * 3 // 2
        self.data, ret = media.dvpp_malloc(self.bytes)
        check(ret)
        self.picture = media.dvpp_create_pic_desc()
        for name, value in (
            ("data", self.data),
            ("size", self.bytes),
            ("format", pic_format),
            ("width", size[0]),
            ("height", size[1]),
            ("width_stride", self.strides[0]),
            ("height_stride", self.strides[1]),
        ):
            check(getattr(media, f"dvpp_set_pic_desc_{name}")(self.picture, value))

    def on_packet(self, picture: int, stream: int, user_data: Any) -> None:
        data, size = (
            media.dvpp_get_stream_desc_data(stream),
            media.dvpp_get_stream_desc_size(stream),
        )
        ret_code = media.dvpp_get_stream_desc_ret_code(stream)
        if ret_code != 0:
            self.why.append(acl.get_recent_err_msg())
        here = bytearray(size)
        if size:
            check(
                acl.rt.memcpy(
                    acl.util.numpy_contiguous_to_ptr(np.frombuffer(here, np.uint8))[0],
                    size,
                    data,
                    size,
                    2,
                )
            )
        self.packets.append(bytes(here))
        form = media.dvpp_get_stream_desc_format(stream)
        self.found.append((picture, ret_code, user_data, form, threading.get_ident()))

    def send(self, nv12: Picture, user_data: Any) -> None:
        width = self.size[0]
        padded = np.zeros((len(nv12), self.strides[0]), np.uint8)
        padded[:, :width] = nv12
        if self.format == NV21:
            padded[self.size[1] :, :width] = (
                nv12[self.size[1] :].reshape(-1, width // 2, 2)[:, :, ::-1].reshape(-1, width)
            )
        check(acl.rt.memcpy(self.data, self.bytes, padded.ctypes.data, self.bytes, 1))
        check(media.venc_send_frame(self.desc, self.picture, 0, self.config, user_data))

    def finish(self) -> None:
        check(media.venc_set_frame_config_eos(self.config, 1))
        check(media.venc_send_frame(self.desc, 0, 0, self.config, None))
        check(media.venc_set_frame_config_eos(self.config, 0))

    def close(self) -> None:
        check(media.venc_destroy_channel(self.desc))
        check(media.venc_destroy_channel_desc(self.desc))
        check(media.venc_destroy_frame_config(self.config))
        check(media.dvpp_destroy_pic_desc(self.picture))
        check(media.dvpp_free(self.data))


@contextmanager
def encoding(*arguments: Any, **more: Any) -> Iterator[tuple[Encoder, int]]:
    with reports() as thread:
        encoder = Encoder(thread.ident, *arguments, **more)
        try:
            yield encoder, thread.ident
        finally:
            encoder.close()
    assert encoder.why == []


def pictures(width: int, height: int, count: int) -> list[Picture]:
    return [nv12_of(drawn(width, height, index)) for index in range(count)]


@pytest.mark.parametrize(
    ("entype", "size", "pic_format"),
    [
        (H264_BASELINE, (176, 144), NV12),
        (H264_MAIN, (330, 178), NV21),
        (H264_HIGH, (320, 240), NV12),
        (H265, (330, 178), NV12),
    ],
)
def test_what_is_encoded_is_decoded_again(
    entype: int, size: tuple[int, int], pic_format: int
) -> None:
    sent = pictures(*size, 10)
    with encoding(entype, size, pic_format, max_bit_rate=10000) as (encoder, thread):
        for index, picture in enumerate(sent):
            encoder.send(picture, index)
        encoder.finish()
        assert encoder.found == [(encoder.picture, 0, index, entype, thread) for index in range(10)]
    got, _ = decoded(entype, encoder.packets)
    assert len(got) == 10
    assert min(psnr(*pair) for pair in zip(got, sent, strict=True)) >= 35


def key_frames(entype: int, packets: list[bytes]) -> list[int]:
    context = av.CodecContext.create("hevc" if entype == H265 else "h264", "r")
    context.thread_count = 1
    frames = []
    for index, data in enumerate(packets):
        packet = av.Packet(data)
        packet.pts = index
        frames += context.decode(packet)
    frames += context.decode(None)
    return [frame.pts for frame in frames if frame.key_frame]


@pytest.mark.parametrize("entype", [H264_MAIN, H265])
def test_key_frames_come_as_set_and_when_asked_for(entype: int) -> None:
    with encoding(entype, (160, 128), key_frame_interval=4) as (encoder, _):
        for index, picture in enumerate(pictures(160, 128, 11)):
            check(media.venc_set_frame_config_force_i_frame(encoder.config, int(index == 6)))
            encoder.send(picture, index)
    assert key_frames(entype, encoder.packets) == [0, 4, 6, 10]


def test_the_channel_goes_on_after_an_end() -> None:
    sent = pictures(160, 128, 3)
    with encoding(H264_MAIN, (160, 128), max_bit_rate=10000) as (encoder, _):
        for _ in range(2):
            for index, picture in enumerate(sent):
                encoder.send(picture, index)
            encoder.finish()
        assert len(encoder.packets) == 6
    for part in (encoder.packets[:3], encoder.packets[3:]):
        got, _ = decoded(H264_MAIN, part)
        assert min(psnr(*pair) for pair in zip(got, sent, strict=True)) >= 35


def test_the_last_picture_may_bring_the_end() -> None:
    with encoding(H264_MAIN, (160, 128)) as (encoder, _):
        check(media.venc_set_frame_config_eos(encoder.config, 1))
        encoder.send(pictures(160, 128, 1)[0], "last")
        assert [found[2] for found in encoder.found] == ["last"]


def test_a_channel_is_destroyed_with_frames_in_flight() -> None:
    with encoding(H265, (160, 128)) as (encoder, _):
        for index, picture in enumerate(pictures(160, 128, 32)):
            encoder.send(picture, index)
    assert [found[2] for found in encoder.found] == list(range(32))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("format", NV21, "PIXEL_FORMAT_YUV_SEMIPLANAR_420"),
        ("width", 176, "176x128"),
        ("height", 130, "160x130"),
        ("width_stride", 144, "144x128"),
        ("height_stride", 126, "160x126"),
        ("size", 160 * 128 * 3 // 2 - 1, "30719 bytes"),
        ("data", 0, "the data of a picture is null"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused(name: str, value: int, told: str) -> None:
    with encoding(H264_MAIN, (160, 128)) as (encoder, _):
        check(getattr(media, f"dvpp_set_pic_desc_{name}")(encoder.picture, value))
        send = media.venc_send_frame
        assert send(encoder.desc, encoder.picture, 0, encoder.config, None) == INVALID
        assert told in acl.get_recent_err_msg()
        assert send(encoder.desc, 0, 0, encoder.config, None) == INVALID
        assert "eos is 0" in acl.get_recent_err_msg()
    assert encoder.found == []


def test_settings_are_checked_and_kept() -> None:
    desc = media.venc_create_channel_desc()
    assert media.venc_get_channel_desc_channel_id(desc) == 0
    for name, value in PARAMETERS.values():
        check(getattr(media, f"venc_set_channel_desc_{name}")(desc, value))
        assert getattr(media, f"venc_get_channel_desc_{name}")(desc) == value
        assert getattr(media, f"venc_set_channel_desc_{name}")(0, value) == INVALID
    for name, value in (
        ("entype", 4),
        ("key_frame_interval", 0),
        ("key_frame_interval", 65537),
        ("rc_mode", 3),
        ("buf_size", (5 << 20) - 1),
    ):
        assert getattr(media, f"venc_set_channel_desc_{name}")(desc, value) == INVALID
        assert str(value) in acl.get_recent_err_msg()
    check(media.venc_destroy_channel_desc(desc))


def test_settings_by_number() -> None:
    desc = media.venc_create_channel_desc()
    for number, (name, value) in PARAMETERS.items():
        check(media.venc_set_channel_desc_param(desc, number, value))
        assert getattr(media, f"venc_get_channel_desc_{name}")(desc) == value
        assert media.venc_get_channel_desc_param(desc, number) == (value, 0)
    check(media.venc_set_channel_desc_param(desc, 12, 100))
    assert media.venc_get_channel_desc_param(desc, 12) == (100, 0)
    assert media.venc_set_channel_desc_param(desc, 12, 101) == INVALID
    assert media.venc_set_channel_desc_param(desc, 13, 0) == INVALID
    assert media.venc_get_channel_desc_param(desc, 13)[1] == INVALID
    check(media.venc_set_channel_desc_param(desc, 1, print))
    assert media.venc_get_channel_desc_param(desc, 1) == (print, 0)
    assert media.venc_get_channel_desc_callback(desc) is print
    with pytest.raises(TypeError, match="callable"):
        media.venc_set_channel_desc_param(desc, 1, 0)
    check(media.venc_destroy_channel_desc(desc))


@pytest.mark.parametrize("force", [0, 1])
def test_the_configuration_of_a_frame(force: int) -> None:
    config = media.venc_create_frame_config()
    check(media.venc_set_frame_config_force_i_frame(config, force))
    check(media.venc_set_frame_config_eos(config, 1 - force))
    assert media.venc_get_frame_config_force_i_frame(config) == force
    assert media.venc_get_frame_config_eos(config) == 1 - force
    assert media.venc_set_frame_config_eos(config, 2) == INVALID
    check(media.venc_destroy_frame_config(config))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [("pic_width", 126, "126"), ("pic_height", 4098, "4098"), ("pic_width", 161, "161")],
)
def test_sizes_of_a_channel(name: str, value: int, told: str) -> None:
    desc = media.venc_create_channel_desc()
    for each, number in (
        ("thread_id", 1),
        ("pic_width", 160),
        ("pic_height", 128),
        ("key_frame_interval", 16),
        (name, value),
    ):
        check(getattr(media, f"venc_set_channel_desc_{each}")(desc, number))
    check(media.venc_set_channel_desc_callback(desc, print))
    assert media.venc_create_channel(desc) == INVALID
    assert told in acl.get_recent_err_msg()
    check(media.venc_destroy_channel_desc(desc))
