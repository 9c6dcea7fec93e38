# SPDX-License-Identifier: Apache-2.0
"""Video is decoded as PyAV itself decodes it, and callbacks come as documented."""

from __future__ import annotations

import gc
import os
import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest
from clips import H264_BASELINE, H264_HIGH, H264_MAIN, H265, make_clip
from video import NV21, Decoder, check, decoding, media, reports, run, up

import acl
from ascendcl._testing import skip_unless_host

RGB, BGR = 12, 13
INVALID = 100000
REPORT_TIMEOUT = 507012


@pytest.fixture(autouse=True)
def _on_the_host() -> None:
    skip_unless_host("decoding")


@pytest.mark.parametrize(
    ("entype", "width", "height", "b_frames"),
    [
        (H264_BASELINE, 176, 144, 0),
        (H264_HIGH, 320, 240, 2),
        (H264_MAIN, 330, 178, 2),  # cropped: no multiple of 16
        (H265, 320, 240, 0),
        (H265, 330, 178, 2),
    ],
)
def test_pictures_are_those_of_pyav(entype: int, width: int, height: int, b_frames: int) -> None:
    clip = make_clip(entype, width, height, b_frames=b_frames)
    if b_frames:
        assert clip.order != sorted(clip.order)  # else it would show less
    results, thread = run(clip)
    assert [result.ret_code for result in results] == [0] * len(clip.packets)
    assert [result.user_data for result in results] == clip.order
    assert {result.size for result in results} == {(width, height)}
    assert {result.strides for result in results} == {(up(width, 16), height)}
    assert {result.thread for result in results} == {thread}
    assert all(result.is_intact for result in results)
    for result, expected in zip(results, clip.pictures, strict=True):
        np.testing.assert_array_equal(result.picture, expected)


def test_v_comes_first_in_nv21() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=4)
    results, _ = run(clip, NV21)
    for result, expected in zip(results, clip.pictures, strict=True):
        assert result.picture is not None
        np.testing.assert_array_equal(result.picture[:128], expected[:128])
        swapped = result.picture[128:].reshape(64, 80, 2)[:, :, ::-1].reshape(64, 160)
        np.testing.assert_array_equal(swapped, expected[128:])


@pytest.mark.parametrize("pic_format", [RGB, BGR])
@pytest.mark.parametrize("gaps", [0, 1])
def test_rgb(pic_format: int, gaps: int) -> None:
    """Ours: BT.601 of narrow range; which matrix is documented nowhere."""
    clip = make_clip(H264_MAIN, 330, 178, frames=3)
    room = (336 if gaps else 330) * 3 * 178
    results, _ = run(clip, pic_format, size=lambda *_: room)
    for result, expected in zip(results, clip.pictures, strict=True):
        assert result.strides == (room // 178, 178)
        assert result.is_intact
        assert result.picture is not None
        y = (expected[:178].astype(float) - 16) * 255 / 219
        u, v = (
            (expected[178:].reshape(89, 165, 2)[:, :, k].astype(float) - 128)
            .repeat(2, 0)
            .repeat(2, 1)
            * 255
            / 224
            for k in (0, 1)
        )
        rgb = np.stack([y + 1.402 * v, y - 0.344136 * u - 0.714136 * v, y + 1.772 * u], -1)
        got = result.picture if pic_format == RGB else result.picture[:, :, ::-1]
        assert np.abs(got.astype(float) - np.clip(rgb, 0, 255)).max() <= 2


def test_a_buffer_without_gaps_gets_a_picture_without_gaps() -> None:
    """As acllite allocates them. Ours: which of both is documented nowhere."""
    clip = make_clip(H264_MAIN, 330, 178, frames=4)
    results, _ = run(clip, size=lambda width, height: width * height * 3 // 2)
    assert {result.strides for result in results} == {(330, 178)}
    for result, expected in zip(results, clip.pictures, strict=True):
        np.testing.assert_array_equal(result.picture, expected)


def test_strides_that_are_given_are_kept() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=4)
    results, _ = run(clip, size=lambda *_: 256 * 144 * 3 // 2, of=(160, 128), strides=(256, 144))
    assert {result.strides for result in results} == {(256, 144)}
    for result, expected in zip(results, clip.pictures, strict=True):
        np.testing.assert_array_equal(result.picture, expected)


@pytest.mark.parametrize(
    ("size", "picture"),
    [
        (160 * 128 * 3 // 2 - 1, {}),
        (256 * 144 * 3 // 2 - 1, {"strides": (256, 144)}),
        (160 * 128 * 2, {"of": (176, 128)}),  # another size than the stream's
        (160 * 128 * 2, {"strides": (144, 128)}),
        (160 * 128 * 2, {"strides": (160, 126)}),
    ],
)
def test_what_does_not_fit_fails_and_is_not_written(size: int, picture: dict[str, Any]) -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=3)
    results, _ = run(clip, size=lambda *_: size, **picture)
    assert len(results) == 3
    assert all(result.ret_code == INVALID and result.is_intact for result in results)


def test_a_corrupt_packet_fails_alone() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=9, interval=3)
    packets = list(clip.packets)
    packets[4] = packets[4][:5] + bytes(255 - byte for byte in packets[4][5:])
    results, _ = run(clip._replace(packets=packets))
    by_packet = {result.user_data: result for result in results}
    assert sorted(by_packet) == list(range(9))
    assert by_packet[4].ret_code != 0
    assert by_packet[4].is_intact
    for index in (0, 1, 2, 3, 6, 7, 8):  # 5 is made from 4
        assert by_packet[index].ret_code == 0
        np.testing.assert_array_equal(by_packet[index].picture, clip.pictures[index])


def test_what_is_no_stream_at_all_fails() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=2)
    results, _ = run(clip._replace(packets=[b"nothing of the kind" * 9] * 2))
    assert [result.user_data for result in results] == [0, 1]
    assert all(result.ret_code != 0 for result in results)


def test_an_empty_packet_has_to_be_the_end() -> None:
    with decoding(H264_MAIN) as (decoder, _):
        stream = decoder.packet(b"")
        picture = decoder.picture(64)
        config = decoder.config
        assert media.vdec_send_frame(decoder.desc, stream, picture, config, None) == INVALID
        assert "eos is 0" in acl.get_recent_err_msg()
        decoder.drop(stream, picture, None)


def test_the_end_returns_when_all_callbacks_have_run_and_is_no_end_of_the_channel() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=6, b_frames=2)
    with decoding(clip.entype) as (decoder, _):
        for count in (1, 2):
            for index, data in enumerate(clip.packets):
                decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
            decoder.finish()
            assert len(decoder.results) == 6 * count
    for result, expected in zip(decoder.results, clip.pictures * 2, strict=True):
        np.testing.assert_array_equal(result.picture, expected)


def test_skipped_frames_have_no_picture() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=6)
    with decoding(clip.entype) as (decoder, _):
        for index, data in enumerate(clip.packets):
            if index % 2 == 0:
                decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
                continue
            stream = decoder.packet(data)
            check(media.vdec_send_skipped_frame(decoder.desc, stream, decoder.config, index))
    assert decoder.why == []
    assert [result.user_data for result in decoder.results] == list(range(6))
    for result in decoder.results:
        if result.user_data % 2:
            assert result.picture is None
        else:
            np.testing.assert_array_equal(result.picture, clip.pictures[result.user_data])


def test_frames_in_flight_while_nobody_comes_for_them() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=32)
    with decoding(clip.entype, begin=False) as (decoder, _):
        for index, data in enumerate(clip.packets):
            decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
        assert decoder.results == []
    for result, expected in zip(decoder.results, clip.pictures, strict=True):
        np.testing.assert_array_equal(result.picture, expected)


def test_two_channels_at_once() -> None:
    clips = [make_clip(H264_MAIN, 160, 128, b_frames=2), make_clip(H265, 330, 178)]
    with (
        decoding(clips[0].entype, channel=7) as (one, _),
        decoding(clips[1].entype, channel=255) as (other, _),
    ):
        for index in range(12):
            for decoder, clip in ((one, clips[0]), (other, clips[1])):
                size = up(clip.width, 16) * clip.height * 3 // 2
                decoder.send(clip.packets[index], decoder.picture(size), index)
    assert one.why + other.why == []
    for decoder, clip in ((one, clips[0]), (other, clips[1])):
        for result, expected in zip(decoder.results, clip.pictures, strict=True):
            np.testing.assert_array_equal(result.picture, expected)


def test_a_channel_id_is_taken_once() -> None:
    with decoding(H264_MAIN, channel=3) as (decoder, thread):
        desc = media.vdec_create_channel_desc()
        check(media.vdec_set_channel_desc_channel_id(desc, 3))
        check(media.vdec_set_channel_desc_thread_id(desc, thread.ident))
        check(media.vdec_set_channel_desc_callback(desc, decoder.on_frame))
        assert media.vdec_create_channel(desc) == INVALID
        assert "channel 3" in acl.get_recent_err_msg()
        check(media.vdec_set_channel_desc_channel_id(desc, 4))
        check(media.vdec_create_channel(desc))
        check(media.vdec_destroy_channel(desc))
        check(media.vdec_destroy_channel_desc(desc))


def test_a_channel_whose_thread_has_ended_is_destroyed_and_tells_so() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=2)
    with reports() as thread:
        decoder = Decoder(thread.ident, clip.entype)
        decoder.send(clip.packets[0], decoder.picture(160 * 128 * 3 // 2), 0)
        stream = decoder.packet(b"", eos=1)
        check(media.vdec_send_frame(decoder.desc, stream, 0, decoder.config, None))
        check(media.dvpp_destroy_stream_desc(stream))
    left = decoder.packet(clip.packets[1])
    picture = decoder.picture(160 * 128 * 3 // 2)
    check(media.vdec_send_frame(decoder.desc, left, picture, decoder.config, 1))
    assert media.vdec_destroy_channel(decoder.desc) == REPORT_TIMEOUT
    assert "1 callbacks did not run: the thread" in acl.get_recent_err_msg()
    assert media.vdec_destroy_channel(decoder.desc) == INVALID
    decoder.drop(left, picture, 1)
    decoder.release()


def test_the_callback_thread_cannot_wait_for_itself() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=4)
    codes = []
    with decoding(clip.entype, begin=False) as (decoder, thread):

        def destroy_within(stream: int, picture: int, user_data: Any) -> None:
            decoder.on_frame(stream, picture, user_data)
            if user_data == 0:
                codes.append(media.vdec_destroy_channel(decoder.desc))

        check(media.vdec_destroy_channel(decoder.desc))
        check(media.vdec_set_channel_desc_callback(decoder.desc, destroy_within))
        check(media.vdec_create_channel(decoder.desc))
        for index, data in enumerate(clip.packets):
            decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
        thread.begin.set()
        decoder.finish()
    assert codes == [107012]
    assert len(decoder.results) == 4


def test_user_data_is_the_same_object_and_let_go_of() -> None:
    class Mark:
        pass

    clip = make_clip(H264_MAIN, 160, 128, frames=3)
    marks = [Mark() for _ in range(3)]
    kept = [weakref.ref(mark) for mark in marks]
    with decoding(clip.entype) as (decoder, _):
        for data, mark in zip(clip.packets, marks, strict=True):
            decoder.send(data, decoder.picture(160 * 128 * 3 // 2), mark)
        decoder.finish()
        assert all(
            result.user_data is mark for result, mark in zip(decoder.results, marks, strict=True)
        )
        del marks, mark
        decoder.results.clear()
        gc.collect()
        assert [each() for each in kept] == [None] * 3


def test_the_callable_is_held_by_the_description() -> None:
    desc = media.vdec_create_channel_desc()
    assert media.vdec_get_channel_desc_callback(desc) is None

    def callback(*_: object) -> None:
        pass

    count = sys.getrefcount(callback)
    check(media.vdec_set_channel_desc_callback(desc, callback))
    assert media.vdec_get_channel_desc_callback(desc) is callback
    assert sys.getrefcount(callback) == count + 1
    check(media.vdec_destroy_channel_desc(desc))
    assert sys.getrefcount(callback) == count


def test_what_a_callback_raises_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[BaseException] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: shown.append(raised.exc_value))
    clip = make_clip(H264_MAIN, 160, 128, frames=2)
    with reports() as thread:
        decoder = Decoder(thread.ident, clip.entype)
        on_frame = decoder.on_frame

        def raising(stream: int, picture: int, user_data: Any) -> None:
            on_frame(stream, picture, user_data)
            raise ValueError("from the callback")

        check(media.vdec_destroy_channel(decoder.desc))
        check(media.vdec_set_channel_desc_callback(decoder.desc, raising))
        check(media.vdec_create_channel(decoder.desc))
        for index, data in enumerate(clip.packets):
            decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
        decoder.close()
    assert [str(error) for error in shown] == ["from the callback"] * 2


def test_a_reset_of_the_device_loses_what_was_not_decoded() -> None:
    clip = make_clip(H264_MAIN, 160, 128, frames=4, b_frames=2)
    with reports() as thread:
        context, ret = acl.rt.create_context(0)
        check(ret)
        decoder = Decoder(thread.ident, clip.entype)
        for index, data in enumerate(clip.packets):
            decoder.send(data, decoder.picture(160 * 128 * 3 // 2), index)
        check(acl.rt.destroy_context(context))
        check(acl.rt.set_device(0))
        stream, picture = decoder.packet(clip.packets[0]), decoder.picture(64)
        assert media.vdec_send_frame(decoder.desc, stream, picture, decoder.config, 9) != 0
        decoder.drop(stream, picture, 9)
        decoder.close()
        check(acl.rt.reset_device(0))
    assert sorted(result.user_data for result in decoder.results) == [0, 1, 2, 3, 9]
    for result in decoder.results:
        if result.ret_code != 0:
            assert result.picture is None


def test_a_fork_refuses_the_child_the_channel() -> None:
    with decoding(H264_MAIN) as (decoder, _):
        child = os.fork()
        if child == 0:
            os._exit(0 if media.vdec_destroy_channel(decoder.desc) == 107002 else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_settings_are_checked_and_kept() -> None:
    desc = media.vdec_create_channel_desc()
    for name, value in (
        ("channel_id", 255),
        ("entype", 3),
        ("out_pic_format", NV21),
        ("out_pic_width", 640),
        ("out_pic_height", 480),
        ("ref_frame_num", 4),
        ("out_mode", 1),
        ("bit_depth", 8),
        ("thread_id", 5),
    ):
        check(getattr(media, f"vdec_set_channel_desc_{name}")(desc, value))
        assert getattr(media, f"vdec_get_channel_desc_{name}")(desc) == value
        assert getattr(media, f"vdec_set_channel_desc_{name}")(0, value) == INVALID
    for name, value in (("channel_id", 256), ("entype", 4), ("out_mode", 2)):
        assert getattr(media, f"vdec_set_channel_desc_{name}")(desc, value) == INVALID
        told = acl.get_recent_err_msg()
        assert str(value) in told
        assert "aclvdecSetChannelDesc" in told  # by name, not as the lambda that found it
    assert media.vdec_set_channel_desc_out_pic_format(desc, 0) == INVALID
    assert "PIXEL_FORMAT_YUV_400 is none of VDEC's" in acl.get_recent_err_msg()
    check(media.vdec_destroy_channel_desc(desc))
    assert media.vdec_destroy_channel_desc(0) == INVALID


def test_what_a_channel_needs() -> None:
    desc = media.vdec_create_channel_desc()
    assert media.vdec_get_channel_desc_out_mode(desc) == 0  # programs ask for it
    assert media.vdec_create_channel(desc) == INVALID
    assert "thread" in acl.get_recent_err_msg()
    check(media.vdec_set_channel_desc_thread_id(desc, threading.get_ident()))
    assert media.vdec_create_channel(desc) == INVALID
    assert "callback" in acl.get_recent_err_msg()
    assert media.vdec_destroy_channel(desc) == INVALID
    assert media.vdec_send_frame(desc, 0, 0, 0, None) == INVALID
    check(media.vdec_set_channel_desc_callback(desc, print))
    check(media.vdec_create_channel(desc))
    assert media.vdec_set_channel_desc_entype(desc, 1) == INVALID  # it is there
    assert media.vdec_destroy_channel_desc(desc) == INVALID
    check(media.vdec_destroy_channel(desc))
    check(media.vdec_destroy_channel_desc(desc))


@pytest.mark.parametrize("name", ["vdec_set_channel_desc_param", "vdec_get_channel_desc_param"])
def test_parameters_by_number_are_not_documented(name: str) -> None:
    with pytest.raises(NotImplementedError, match=name):
        getattr(media, name)
