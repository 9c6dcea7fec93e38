# SPDX-License-Identifier: Apache-2.0
"""Every call of a program of VDEC and VENC fails once: it can go on, and nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from clips import H264_MAIN, Clip, decoded, make_clip, psnr
from video import NV12, check, media, reports

import acl
from ascendcl._testing import faults, skip_unless_host

CODE = 507000
CALLS = [
    "aclvdecCreateChannelDesc",
    "aclvdecSetChannelDescThreadId",
    "aclvdecSetChannelDescCallback",
    "aclvdecSetChannelDescEnType",
    "aclvdecCreateChannel",
    "aclvdecCreateFrameConfig",
    "aclvdecSendFrame",
    "aclvdecDestroyChannel",
    "aclvdecDestroyChannelDesc",
    "aclvdecDestroyFrameConfig",
    "aclvencCreateChannelDesc",
    "aclvencSetChannelDescThreadId",
    "aclvencSetChannelDescCallback",
    "aclvencSetChannelDescEnType",
    "aclvencSetChannelDescParam",
    "aclvencCreateChannel",
    "aclvencCreateFrameConfig",
    "aclvencSetFrameConfigEos",
    "aclvencSendFrame",
    "aclvencDestroyChannel",
    "aclvencDestroyChannelDesc",
    "aclvencDestroyFrameConfig",
]


class Failed(Exception):  # noqa: N818 (as the programs' own)
    """A call has failed."""


def done(ret: int) -> None:
    if ret != 0:
        raise Failed(acl.get_recent_err_msg())


def made(handle: int) -> int:
    if handle == 0:
        raise Failed(acl.get_recent_err_msg())
    return handle


def surely(release: Callable[[int], int], handle: int) -> None:
    """A release that has failed is made again."""
    if release(handle) != 0:
        check(release(handle))


def memory(size: int, stack: ExitStack) -> int:
    data, ret = media.dvpp_malloc(size)
    check(ret)
    stack.callback(media.dvpp_free, data)
    return int(data)


def frames_of(clip: Clip, stack: ExitStack) -> list[tuple[int, int]]:
    """Descriptions of its packets, and of pictures for them."""
    size = clip.width * clip.height * 3 // 2
    frames = []
    for data in clip.packets:
        picture = media.dvpp_create_pic_desc()
        stack.callback(media.dvpp_destroy_pic_desc, picture)
        check(media.dvpp_set_pic_desc_data(picture, memory(size, stack)))
        check(media.dvpp_set_pic_desc_size(picture, size))
        check(media.dvpp_set_pic_desc_format(picture, NV12))
        stream = media.dvpp_create_stream_desc()
        stack.callback(media.dvpp_destroy_stream_desc, stream)
        place = memory(len(data), stack)
        check(acl.rt.memcpy(place, len(data), acl.util.bytes_to_ptr(data), len(data), 1))
        check(media.dvpp_set_stream_desc_data(stream, place))
        check(media.dvpp_set_stream_desc_size(stream, len(data)))
        frames.append((stream, picture))
    check(media.dvpp_set_stream_desc_eos(stream, 1))
    return frames


def recode(clip: Clip, thread: int) -> list[bytes]:
    """Decode a clip and encode its pictures; what was made of them."""
    packets: list[bytes] = []
    decoded_ones: list[int] = []
    with ExitStack() as stack:

        def on_picture(_: int, picture: int, user_data: Any) -> None:
            check(media.dvpp_get_pic_desc_ret_code(picture))
            decoded_ones.append(picture)

        def on_packet(_: int, stream: int, user_data: Any) -> None:
            check(media.dvpp_get_stream_desc_ret_code(stream))
            data = media.dvpp_get_stream_desc_data(stream)
            packets.append(acl.util.ptr_to_bytes(data, media.dvpp_get_stream_desc_size(stream)))

        vdec = made(media.vdec_create_channel_desc())
        stack.callback(surely, media.vdec_destroy_channel_desc, vdec)
        done(media.vdec_set_channel_desc_thread_id(vdec, thread))
        done(media.vdec_set_channel_desc_callback(vdec, on_picture))
        done(media.vdec_set_channel_desc_entype(vdec, clip.entype))
        frames = frames_of(clip, stack)
        done(media.vdec_create_channel(vdec))
        stack.callback(surely, media.vdec_destroy_channel, vdec)
        config = made(media.vdec_create_frame_config())
        stack.callback(surely, media.vdec_destroy_frame_config, config)
        for stream, picture in frames:
            done(media.vdec_send_frame(vdec, stream, picture, config, None))

        venc = made(media.venc_create_channel_desc())
        stack.callback(surely, media.venc_destroy_channel_desc, venc)
        done(media.venc_set_channel_desc_thread_id(venc, thread))
        done(media.venc_set_channel_desc_callback(venc, on_packet))
        done(media.venc_set_channel_desc_entype(venc, H264_MAIN))
        for number, value in ((4, clip.width), (5, clip.height), (6, 16), (11, 10000)):
            done(media.venc_set_channel_desc_param(venc, number, value))
        done(media.venc_create_channel(venc))
        stack.callback(surely, media.venc_destroy_channel, venc)
        frame_config = made(media.venc_create_frame_config())
        stack.callback(surely, media.venc_destroy_frame_config, frame_config)
        for picture in decoded_ones:
            done(media.venc_send_frame(venc, picture, 0, frame_config, None))
        done(media.venc_set_frame_config_eos(frame_config, 1))
        done(media.venc_send_frame(venc, 0, 0, frame_config, None))
    return packets


@pytest.fixture(scope="module")
def clip() -> Clip:
    return make_clip(H264_MAIN, 160, 128, frames=3)


def verify(packets: list[bytes], clip: Clip) -> None:
    got, _ = decoded(H264_MAIN, packets)
    assert min(psnr(*pair) for pair in zip(got, clip.pictures, strict=True)) >= 35


@pytest.mark.parametrize("call", CALLS)
def test_each_call_fails_once(call: str, clip: Clip) -> None:
    skip_unless_host("fault injection")
    with reports() as thread:
        with faults(f"{call}:1:{CODE}") as counts:
            try:
                packets = recode(clip, thread.ident)
            except Failed as failed:
                assert str(CODE) in str(failed)  # noqa: PT017 (some calls are made again)
            else:
                assert "Destroy" in call
                verify(packets, clip)
        assert counts.last is not None
        assert counts.last.decode() == call
        verify(recode(clip, thread.ident), clip)
