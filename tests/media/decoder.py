# SPDX-License-Identifier: Apache-2.0
"""A pyACL client that decodes pictures, and looks whether anything is written past the buffer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import acl

Bytes = npt.NDArray[np.uint8]

NV12, NV21, UNKNOWN = 1, 2, 10000
YUV400, YUV422, YVU422, YUV444, YVU444, YUV440, YVU440 = 0, 3, 4, 5, 6, 1000, 1001
RGB888, RGBA8888 = 12, 16
UNSUPPORTED_JPEG = 148052
INVALID = 100000
FAILURE = 500001

GUARD = 4096
FILL = 0xA5
# Bytes of a picture by its format, in halves of stride times rows.
_HALVES = {NV12: 3, NV21: 3, YUV400: 2, YUV422: 4, YVU422: 4, YUV440: 4, YVU440: 4}
_HALVES |= {YUV444: 6, YVU444: 6, RGB888: 2, RGBA8888: 2}


@dataclass
class Decoded:
    """What the description says after the decoding, and the bytes of the buffer."""

    code: int
    ret_code: int
    format: int
    width: int
    height: int
    width_stride: int
    height_stride: int
    buffer: Bytes
    message: str = ""

    @property
    def planes(self) -> list[Bytes]:
        """Y, U, V as large as they are; Y alone of gray."""
        luma = self.buffer[: self.width_stride * self.height_stride]
        luma = luma.reshape(self.height_stride, self.width_stride)[: self.height, : self.width]
        if self.format == YUV400:
            return [luma]
        across = 2 if self.format in (NV12, NV21, YUV422, YVU422) else 1
        down = 2 if self.format in (NV12, NV21, YUV440, YVU440) else 1
        row = 2 * self.width_stride // across
        pairs = self.buffer[self.width_stride * self.height_stride :]
        pairs = pairs[: row * self.height_stride // down].reshape(-1, row)
        pairs = pairs[: self.height // down, : 2 * (self.width // across)]
        order = (1, 0) if self.format in (NV21, YVU422, YVU440, YVU444) else (0, 1)
        return [luma, pairs[:, order[0] :: 2], pairs[:, order[1] :: 2]]

    @property
    def pixels(self) -> Bytes:
        """Of RGB and RGBA."""
        count = 3 if self.format == RGB888 else 4
        rows = self.buffer[: self.width_stride * self.height_stride]
        rows = rows.reshape(self.height_stride, self.width_stride)
        return rows[: self.height, : self.width * count].reshape(self.height, self.width, count)


def up(value: int, step: int) -> int:
    return -(-value // step) * step


def to_device(data: bytes) -> int:
    address, ret = acl.media.dvpp_malloc(max(len(data), 1))
    assert ret == 0
    source = acl.util.bytes_to_ptr(data)
    assert acl.rt.memcpy(address, len(data), source, len(data), 1) == 0
    return int(address)


def from_device(address: int, size: int) -> Bytes:
    out = np.empty(size, np.uint8)
    assert acl.rt.memcpy(out.ctypes.data, size, address, size, 2) == 0
    return out


@contextmanager
def channel() -> Iterator[int]:
    desc = acl.media.dvpp_create_channel_desc()
    assert acl.media.dvpp_create_channel(desc) == 0
    try:
        yield desc
    finally:
        assert acl.media.dvpp_destroy_channel(desc) == 0
        assert acl.media.dvpp_destroy_channel_desc(desc) == 0


def decode(
    data: bytes,
    format: int,
    width_stride: int,
    height_stride: int,
    *,
    size: int | None = None,
    function: Any = None,
) -> Decoded:
    """By the flat functions. `size`: of the buffer, when it is not what the strides need."""
    function = function or acl.media.dvpp_jpeg_decode_async
    if size is None:
        size = width_stride * height_stride * _HALVES.get(format, 6) // 2
    source = to_device(data)
    buffer, ret = acl.media.dvpp_malloc(size + GUARD)
    assert ret == 0
    assert acl.rt.memset(buffer, size + GUARD, FILL, size + GUARD) == 0
    desc = acl.media.dvpp_create_pic_desc()
    for name, value in (
        ("data", buffer),
        ("size", size),
        ("format", format),
        ("width_stride", width_stride),
        ("height_stride", height_stride),
    ):
        assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(desc, value) == 0
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    with channel() as unit:
        code = function(unit, source, len(data), desc, stream)
        message = acl.get_recent_err_msg() if code else ""
        if code == 0:
            code = acl.rt.synchronize_stream(stream)
            message = acl.get_recent_err_msg() if code else ""
    names = ("ret_code", "format", "width", "height", "width_stride", "height_stride")
    values = {name: getattr(acl.media, f"dvpp_get_pic_desc_{name}")(desc) for name in names}
    written = from_device(buffer, size + GUARD)
    assert (written[size:] == FILL).all(), "bytes past the buffer were written"
    if code != 0:
        assert (written == FILL).all(), "a part of a picture was written"
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.media.dvpp_destroy_pic_desc(desc) == 0
    assert acl.media.dvpp_free(source) == 0
    assert acl.media.dvpp_free(buffer) == 0
    return Decoded(code=code, buffer=written[:size], message=message or "", **values)
