# SPDX-License-Identifier: Apache-2.0
"""Clients of VDEC and VENC, for tests: what they send and what their callbacks find."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from clips import Clip, Picture

import acl

media = acl.media
NV12, NV21 = 1, 2
GUARD = 64  # bytes behind each picture, which nobody may write to
FILL = 0xA5


def check(ret: int) -> None:
    assert ret == 0, acl.get_recent_err_msg()


def up(value: int, to: int) -> int:
    return (value + to - 1) // to * to


class Reports:
    """A thread that serves callbacks, as the programs start it."""

    def __init__(self) -> None:
        self.begin = threading.Event()
        self.end = threading.Event()
        self._context, ret = acl.rt.get_context()
        check(ret)
        self.ident, status = acl.util.start_thread(self._serve, [])
        assert status == 0

    def _serve(self, _: object) -> None:
        check(acl.rt.set_context(self._context))
        self.begin.wait()
        while not self.end.is_set():
            if acl.rt.process_report(20) == 107012:  # not subscribed yet, or any more
                self.end.wait(0.005)

    def stop(self) -> None:
        self.begin.set()
        self.end.set()
        assert acl.util.stop_thread(self.ident) == 0


@contextmanager
def reports(begin: bool = True) -> Iterator[Reports]:
    thread = Reports()
    if begin:
        thread.begin.set()
    try:
        yield thread
    finally:
        thread.stop()


class Result(NamedTuple):
    """What a callback found."""

    user_data: Any
    ret_code: int
    picture: Picture | None  # None for a frame without one
    size: tuple[int, int]
    strides: tuple[int, int]
    is_intact: bool  # the memory behind the picture, and all of it after a failure
    thread: int


class Decoder:
    """A channel, and the results of its callbacks."""

    def __init__(self, thread: int, entype: int, pic_format: int = NV12, channel: int = 0) -> None:
        self.results: list[Result] = []
        self.why: list[str | None] = []  # frames failed
        self.format = pic_format
        self.largest = 1 << 20
        self.desc = media.vdec_create_channel_desc()
        check(media.vdec_set_channel_desc_channel_id(self.desc, channel))
        check(media.vdec_set_channel_desc_thread_id(self.desc, thread))
        check(media.vdec_set_channel_desc_callback(self.desc, self.on_frame))
        check(media.vdec_set_channel_desc_entype(self.desc, entype))
        check(media.vdec_set_channel_desc_out_pic_format(self.desc, pic_format))
        check(media.vdec_create_channel(self.desc))
        self.config = media.vdec_create_frame_config()
        # One for all packets: it is overwritten while they are decoded.
        self.input, ret = media.dvpp_malloc(self.largest)
        check(ret)

    def on_frame(self, stream: int, picture: int, user_data: Any) -> None:
        check(media.dvpp_destroy_stream_desc(stream))
        if picture == 0:
            self.results.append(
                Result(user_data, 0, None, (0, 0), (0, 0), True, threading.get_ident())
            )
            return
        data, size = media.dvpp_get_pic_desc_data(picture), media.dvpp_get_pic_desc_size(picture)
        ret_code = media.dvpp_get_pic_desc_ret_code(picture)
        if ret_code != 0:
            self.why.append(acl.get_recent_err_msg())
        width, height = (
            media.dvpp_get_pic_desc_width(picture),
            media.dvpp_get_pic_desc_height(picture),
        )
        strides = (
            media.dvpp_get_pic_desc_width_stride(picture),
            media.dvpp_get_pic_desc_height_stride(picture),
        )
        memory = np.frombuffer(acl.util.ptr_to_bytes(data, size + GUARD), np.uint8)
        found = None
        is_intact = bool((memory[size:] == FILL).all())
        step, rows = strides
        if ret_code == 0 and self.format not in (NV12, NV21):
            packed = memory[: step * rows].reshape(rows, step)[:height, : width * 3]
            found = packed.reshape(height, width, 3)
        elif ret_code == 0:
            luma = memory[: step * rows].reshape(rows, step)[:height, :width]
            chroma = memory[step * rows :][: step * (height // 2)].reshape(-1, step)[:, :width]
            found = np.concatenate([luma, chroma])
        else:
            is_intact = bool((memory == FILL).all())
        self.results.append(
            Result(
                user_data,
                ret_code,
                found,
                (width, height),
                strides,
                is_intact,
                threading.get_ident(),
            )
        )
        check(media.dvpp_free(data))
        check(media.dvpp_destroy_pic_desc(picture))

    def packet(self, data: bytes, eos: int = 0) -> int:
        stream = media.dvpp_create_stream_desc()
        if data:
            assert len(data) <= self.largest
            check(
                acl.rt.memcpy(self.input, self.largest, acl.util.bytes_to_ptr(data), len(data), 1)
            )
            check(media.dvpp_set_stream_desc_data(stream, self.input))
            check(media.dvpp_set_stream_desc_size(stream, len(data)))
        check(media.dvpp_set_stream_desc_eos(stream, eos))
        return int(stream)

    def picture(
        self, size: int, of: tuple[int, int] = (0, 0), strides: tuple[int, int] = (0, 0)
    ) -> int:
        data, ret = media.dvpp_malloc(size + GUARD)
        check(ret)
        check(acl.rt.memset(data, size + GUARD, FILL, size + GUARD))
        picture = media.dvpp_create_pic_desc()
        check(media.dvpp_set_pic_desc_data(picture, data))
        check(media.dvpp_set_pic_desc_size(picture, size))
        check(media.dvpp_set_pic_desc_format(picture, self.format))
        check(media.dvpp_set_pic_desc_width(picture, of[0]))
        check(media.dvpp_set_pic_desc_height(picture, of[1]))
        check(media.dvpp_set_pic_desc_width_stride(picture, strides[0]))
        check(media.dvpp_set_pic_desc_height_stride(picture, strides[1]))
        return int(picture)

    def drop(self, stream: int, picture: int, user_data: Any) -> None:
        """Of a frame that was not taken: as its callback would."""
        check(media.dvpp_set_pic_desc_ret_code(picture, 1))
        self.on_frame(stream, picture, user_data)

    def send(self, data: bytes, picture: int, user_data: Any, eos: int = 0) -> None:
        stream = self.packet(data, eos)
        check(media.vdec_send_frame(self.desc, stream, picture, self.config, user_data))

    def finish(self) -> None:
        """The end of the stream: all callbacks have run."""
        stream = self.packet(b"", eos=1)
        check(media.vdec_send_frame(self.desc, stream, 0, self.config, None))
        check(media.dvpp_destroy_stream_desc(stream))

    def close(self) -> None:
        check(media.vdec_destroy_channel(self.desc))
        self.release()

    def release(self) -> None:
        check(media.vdec_destroy_channel_desc(self.desc))
        check(media.vdec_destroy_frame_config(self.config))
        check(media.dvpp_free(self.input))


@contextmanager
def decoding(
    entype: int, pic_format: int = NV12, channel: int = 0, begin: bool = True
) -> Iterator[tuple[Decoder, Reports]]:
    with reports(begin) as thread:
        decoder = Decoder(thread.ident, entype, pic_format, channel)
        try:
            yield decoder, thread
        finally:
            thread.begin.set()
            decoder.close()


def run(
    clip: Clip,
    pic_format: int = NV12,
    size: Callable[[int, int], int] | None = None,
    **picture: Any,
) -> tuple[list[Result], int]:
    """Decode a clip to its end; the results, and the thread that was given."""
    room = size or (lambda width, height: up(width, 16) * up(height, 2) * 3 // 2)
    with decoding(clip.entype, pic_format) as (decoder, thread):
        for index, data in enumerate(clip.packets):
            decoder.send(data, decoder.picture(room(clip.width, clip.height), **picture), index)
    return decoder.results, thread.ident
