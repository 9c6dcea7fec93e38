# SPDX-License-Identifier: Apache-2.0
"""JPEG encoding, looked at by Pillow, and round trips."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from decoder import FILL, GUARD, INVALID, NV12, NV21, Bytes, channel, decode, from_device, up
from jpegs import Image, photograph, psnr, scaled_up

import acl

pytest.importorskip("av")

YUYV, UYVY, YVYU, VYUY = 7, 8, 9, 10
# Where Y0, U, Y1, V are within four bytes.
ORDERS = {YUYV: (0, 1, 2, 3), UYVY: (1, 0, 3, 2), YVYU: (0, 3, 2, 1), VYUY: (1, 2, 3, 0)}


def planes(width: int, height: int) -> list[Bytes]:
    pixels = np.asarray(photograph(width, height).convert("YCbCr"))
    return [pixels[..., i] for i in range(3)]


def mean(plane: Bytes, across: int, down: int) -> Bytes:
    parts = plane.reshape(plane.shape[0] // down, down, plane.shape[1] // across, across)
    return np.rint(parts.mean(axis=(1, 3))).astype(np.uint8)


def laid_out(width: int, height: int, format: int, width_stride: int, height_stride: int) -> Bytes:
    """The photograph in a buffer of this format, with FILL where no pixel is."""
    y, u, v = planes(width, height)
    if format in ORDERS:
        buffer = np.full((height_stride, width_stride), FILL, np.uint8)
        rows = buffer[:height, : 2 * width]
        first, at_u, second, at_v = ORDERS[format]
        rows[:, first::4], rows[:, second::4] = y[:, 0::2], y[:, 1::2]
        rows[:, at_u::4], rows[:, at_v::4] = mean(u, 2, 1), mean(v, 2, 1)
        return buffer.ravel()
    buffer = np.full((height_stride * 3 // 2, width_stride), FILL, np.uint8)
    buffer[:height, :width] = y
    pairs = buffer[height_stride : height_stride + height // 2, :width]
    pairs[:, 0::2], pairs[:, 1::2] = [mean(u, 2, 2), mean(v, 2, 2)][:: 1 if format == NV12 else -1]
    return buffer.ravel()


@contextlib.contextmanager
def pic_desc(**fields: int) -> Iterator[int]:
    desc = acl.media.dvpp_create_pic_desc()
    for name, value in fields.items():
        assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(desc, value) == 0
    yield desc
    assert acl.media.dvpp_destroy_pic_desc(desc) == 0


@contextlib.contextmanager
def jpege_config(level: int) -> Iterator[int]:
    config = acl.media.dvpp_create_jpege_config()
    assert acl.media.dvpp_set_jpege_config_level(config, level) == 0
    yield config
    assert acl.media.dvpp_destroy_jpege_config(config) == 0


def encode(
    pixels: Bytes,
    format: int,
    size: tuple[int, int],
    strides: tuple[int, int],
    level: int = 90,
    *,
    capacity: int | None = None,
) -> tuple[int, bytes, int]:
    """The code, the JPEG, and what was predicted."""
    source, ret = acl.media.dvpp_malloc(pixels.size)
    assert ret == 0
    assert acl.rt.memcpy(source, pixels.size, pixels.ctypes.data, pixels.size, 1) == 0
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    fields: dict[str, Any] = {"data": source, "size": pixels.size, "format": format}
    fields |= {"width": size[0], "height": size[1]}
    fields |= {"width_stride": strides[0], "height_stride": strides[1]}
    with pic_desc(**fields) as desc, jpege_config(level) as config, channel() as unit:
        predicted, predict_code = acl.media.dvpp_jpeg_predict_enc_size(desc, config)
        room = capacity or predicted or 4096
        out, ret = acl.media.dvpp_malloc(room + GUARD)
        assert ret == 0
        assert acl.rt.memset(out, room + GUARD, FILL, room + GUARD) == 0
        length = np.array([room], np.uint32)
        code = acl.media.dvpp_jpeg_encode_async(unit, desc, out, length.ctypes.data, config, stream)
        if code == 0:
            code = acl.rt.synchronize_stream(stream)
        else:
            assert predict_code in (0, code)
    assert acl.rt.destroy_stream(stream) == 0
    written = from_device(out, room + GUARD)
    assert (written[room:] == FILL).all(), "bytes past the buffer were written"
    if code != 0:
        assert (written == FILL).all(), "a part of a JPEG was written"
        assert length[0] == room
    assert acl.media.dvpp_free(source) == 0
    assert acl.media.dvpp_free(out) == 0
    return code, bytes(written[: length[0]]), predicted


@pytest.mark.parametrize("format", [NV12, NV21, *ORDERS])
@pytest.mark.parametrize("size", [(640, 480), (34, 32), (322, 242)], ids=str)
def test_as_pillow_sees_it(format: int, size: tuple[int, int]) -> None:
    width, height = size
    stride = up(width * (2 if format in ORDERS else 1), 16)
    pixels = laid_out(width, height, format, stride, height)
    code, data, predicted = encode(pixels, format, (width, height), (stride, height), 95)
    assert code == 0
    assert 0 < len(data) <= predicted
    with Image.open(io.BytesIO(data)) as theirs:
        assert theirs.size == size
        theirs.draft("YCbCr", theirs.size)
        got = np.asarray(theirs)
    y, u, v = planes(width, height)
    assert psnr(got[..., 0], y) > 40
    # Of the chroma that was encoded, as libjpeg scales it up.
    down = 1 if format in ORDERS else 2
    for theirs_plane, plane in ((got[..., 1], u), (got[..., 2], v)):
        assert psnr(theirs_plane, scaled_up(mean(plane, 2, down), 2, down)) > 40


@pytest.mark.parametrize("size", [(640, 480), (66, 34)], ids=str)
def test_there_and_back(size: tuple[int, int]) -> None:
    width, height = size
    stride, rows = up(width, 128), up(height, 16)
    pixels = laid_out(width, height, NV12, stride, rows)
    code, data, _ = encode(pixels, NV12, (width, height), (stride, rows), 100)
    assert code == 0
    got = decode(data, NV12, stride, rows)
    assert (got.code, got.width, got.height) == (0, width, height)
    y, u, v = planes(width, height)
    for mine, wanted in zip(got.planes, (y, mean(u, 2, 2), mean(v, 2, 2)), strict=True):
        assert psnr(mine, wanted) > 42


def test_a_higher_level_is_finer_and_larger() -> None:
    pixels = laid_out(640, 480, NV12, 640, 480)
    made = [
        encode(pixels, NV12, (640, 480), (640, 480), level) for level in (10, 40, 70, 85, 95, 100)
    ]
    assert [code for code, _, _ in made] == [0] * len(made)
    sizes = [len(data) for _, data, _ in made]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] < sizes[4]
    quality = [psnr(decode(d, NV12, 640, 480).planes[0], planes(640, 480)[0]) for _, d, _ in made]
    assert quality == sorted(quality)
    # As documented of one chip: 0 is about as good as 100.
    assert len(encode(pixels, NV12, (640, 480), (640, 480), 0)[1]) == sizes[-1]


def test_noise_fits_what_was_predicted() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 256 * 256 * 3 // 2, np.uint8)
    code, data, predicted = encode(noise, NV12, (256, 256), (256, 256), 100)
    assert code == 0
    assert len(data) <= predicted


def test_a_result_that_has_no_room_is_told_with_both_numbers() -> None:
    pixels = laid_out(640, 480, NV12, 640, 480)
    _, data, _ = encode(pixels, NV12, (640, 480), (640, 480))
    code, _, _ = encode(pixels, NV12, (640, 480), (640, 480), capacity=len(data) - 1)
    assert code == INVALID
    code, exact, _ = encode(pixels, NV12, (640, 480), (640, 480), capacity=len(data))
    assert (code, exact) == (0, data)


@pytest.mark.parametrize(
    ("format", "width", "height", "width_stride", "height_stride"),
    [
        (NV12, 30, 32, 32, 32),
        (NV12, 33, 32, 48, 32),
        (NV12, 64, 33, 64, 34),
        (NV12, 64, 64, 72, 64),
        (NV12, 64, 64, 48, 64),
        (NV12, 64, 64, 64, 72),
        (NV12, 64, 64, 64, 62),
        (NV12, 8194, 32, 8208, 32),
        (YUYV, 64, 64, 64, 64),
        (3, 64, 64, 64, 64),
        (12, 64, 64, 192, 64),
        (10000, 64, 64, 64, 64),
    ],
)
def test_what_the_unit_does_not_encode(
    format: int, width: int, height: int, width_stride: int, height_stride: int
) -> None:
    pixels = np.zeros(8208 * 72 * 3, np.uint8)
    assert encode(pixels, format, (width, height), (width_stride, height_stride))[0] == INVALID


def test_a_buffer_that_is_smaller_than_its_strides() -> None:
    pixels = np.zeros(64 * 64 * 3 // 2 - 1, np.uint8)
    assert encode(pixels, NV12, (64, 64), (64, 64))[0] == INVALID


def test_a_level_beyond_100() -> None:
    with jpege_config(100) as config:
        refused = acl.media.dvpp_set_jpege_config_level(config, 101)
    if refused:
        return
    assert encode(np.zeros(6144, np.uint8), NV12, (64, 64), (64, 64), 101)[0] == INVALID
