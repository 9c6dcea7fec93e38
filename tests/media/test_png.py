# SPDX-License-Identifier: Apache-2.0
"""PNG decoding against Pillow, byte for byte."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from decoder import FAILURE, INVALID, RGB888, RGBA8888, UNKNOWN, Decoded, decode, up
from jpegs import Image, photograph, saved

import acl

pytest.importorskip("av")


def picture(width: int, height: int, mode: str) -> Any:
    shown = photograph(width, height)
    if mode == "RGBA":
        shown = shown.convert("RGBA")
        shown.putalpha(photograph(width, height).convert("L"))
    return shown.convert(mode)


def png_decode(data: bytes, format: int, width_stride: int, height_stride: int) -> Decoded:
    size = width_stride * height_stride
    function = acl.media.dvpp_png_decode_async
    return decode(data, format, width_stride, height_stride, size=size, function=function)


@pytest.mark.parametrize("asked", [None, UNKNOWN])
@pytest.mark.parametrize("size", [(320, 200), (33, 35)], ids=str)
@pytest.mark.parametrize(("mode", "format"), [("RGB", RGB888), ("RGBA", RGBA8888)])
def test_as_pillow(mode: str, format: int, size: tuple[int, int], asked: int | None) -> None:
    data = saved(picture(*size, mode), "PNG")
    address = acl.util.bytes_to_ptr(data)
    assert acl.media.dvpp_png_get_image_info(address, len(data)) == (*size, len(mode), 0)
    stride = up(size[0], 128) * len(mode)
    wanted = asked or format
    predicted, ret = acl.media.dvpp_png_predict_dec_size(address, len(data), wanted)
    assert (ret, predicted) == (0, stride * up(size[1], 16))
    got = png_decode(data, wanted, stride, up(size[1], 16))
    assert (got.code, got.format, got.width, got.height) == (0, format, *size)
    with Image.open(io.BytesIO(data)) as theirs:
        assert np.array_equal(got.pixels, np.asarray(theirs))


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    return found


def png_of(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, body in chunks:
        check = struct.pack(">I", zlib.crc32(name + body))
        parts += [struct.pack(">I", len(body)), name, body, check]
    return b"".join(parts)


def interlaced(pixels: Any) -> bytes:
    """Adam7, which Pillow does not write: every pass without a filter."""
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    rows = b""
    for left, top, across, down in (*starts, (0, 1, 1, 2)):
        part = pixels[top::down, left::across]
        rows += b"".join(b"\0" + row.tobytes() for row in part if row.size)
    height, width, _ = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return png_of([(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def test_an_interlaced_one() -> None:
    pixels = np.asarray(picture(61, 45, "RGB"))
    got = png_decode(interlaced(pixels), RGB888, 384, 48)
    assert got.code == 0
    assert np.array_equal(got.pixels, pixels)


def test_pixels_that_are_cut_off() -> None:
    data = saved(picture(320, 200, "RGB"), "PNG")
    assert png_decode(data[: len(data) // 2], RGB888, 1152, 208).code == INVALID
    chunks = chunks_of(data)
    pixels = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    first = [chunk for chunk in chunks if chunk[0] not in (b"IDAT", b"IEND")]
    half = zlib.compress(pixels[: len(pixels) // 2])
    short = png_of([*first, (b"IDAT", half), (b"IEND", b"")])
    assert png_decode(short, RGB888, 1152, 208).code == FAILURE
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 1
    assert png_decode(bytes(damaged), RGB888, 1152, 208).code == FAILURE


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16"])
def test_what_is_no_true_color(mode: str) -> None:
    data = saved(picture(64, 64, "L" if mode == "I;16" else mode), "PNG")
    if mode == "I;16":
        data = saved(Image.fromarray(np.zeros((64, 64), np.uint16)), "PNG")
    assert png_decode(data, RGB888, 384, 64).code == INVALID


@pytest.mark.parametrize(("mode", "format"), [("RGB", RGBA8888), ("RGBA", RGB888), ("RGB", 1)])
def test_nothing_is_converted(mode: str, format: int) -> None:
    data = saved(picture(64, 64, mode), "PNG")
    assert png_decode(data, format, 512, 64).code == INVALID


def test_what_is_no_png() -> None:
    data = saved(picture(64, 64, "RGB"))
    assert acl.media.dvpp_png_get_image_info(acl.util.bytes_to_ptr(data), len(data))[-1] == INVALID
    assert png_decode(data, RGB888, 384, 64).code == INVALID
