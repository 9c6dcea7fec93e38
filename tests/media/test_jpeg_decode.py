# SPDX-License-Identifier: Apache-2.0
"""JPEG decoding against Pillow, plane by plane, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from decoder import (
    FAILURE,
    FILL,
    INVALID,
    NV12,
    NV21,
    UNKNOWN,
    UNSUPPORTED_JPEG,
    YUV400,
    YUV422,
    YUV440,
    YUV444,
    YVU422,
    YVU440,
    YVU444,
    Decoded,
    decode,
    up,
)
from jpegs import FACTORS, exif, jpeg, photograph, pillow_planes, psnr, saved, scaled_up

import acl

pytest.importorskip("av")

OWN = {"444": YUV444, "422": YUV422, "420": NV12, "440": YUV440, "gray": YUV400}
UNKNOWN_GIVES = {"444": YVU444, "422": YVU422, "420": NV21, "440": YVU440, "gray": YUV400}
SIZES = [(640, 480), (641, 479), (33, 47)]
LEAST_PSNR = 45.0


def decoded(data: bytes, format: int, stride: int = 128) -> Decoded:
    width, height, _, ret = acl.media.dvpp_jpeg_get_image_info(
        acl.util.bytes_to_ptr(data), len(data)
    )
    assert ret == 0
    return decode(data, format, up(width, stride), up(height, 16))


def check_planes(got: Decoded, data: bytes, factors: tuple[int, int]) -> None:
    """Luma as it is. Chroma scaled up as libjpeg does it, for Pillow hands out no other: but for
    the last rows and columns, which of odd sizes depend on samples that are not handed out here."""
    wanted = pillow_planes(data)
    assert psnr(got.planes[0], wanted[0][: got.height, : got.width]) >= LEAST_PSNR
    for mine, theirs in zip(got.planes[1:], wanted[1:], strict=True):
        large = scaled_up(mine, *factors)[: got.height - 2, : got.width - 2]
        assert psnr(large, theirs[: got.height - 2, : got.width - 2]) >= LEAST_PSNR


@pytest.mark.parametrize("quality", [75, 95])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("sampling", OWN)
def test_each_sampling_to_its_own_format(
    sampling: str, size: tuple[int, int], quality: int
) -> None:
    data = jpeg(*size, sampling, quality)
    got = decoded(data, OWN[sampling])
    across, down = FACTORS.get(sampling, (1, 1))
    assert (got.code, got.ret_code, got.format) == (0, 0, OWN[sampling])
    # What chroma does not go into is left out: rounded down to even.
    assert (got.width, got.height) == (size[0] // across * across, size[1] // down * down)
    check_planes(got, data, (across, down))


@pytest.mark.parametrize("sampling", OWN)
def test_of_an_unknown_format_v_comes_first(sampling: str) -> None:
    data = jpeg(320, 240, sampling)
    known, unknown = decoded(data, OWN[sampling]), decoded(data, UNKNOWN)
    assert (unknown.code, unknown.format) == (0, UNKNOWN_GIVES[sampling])
    for one, other in zip(known.planes, unknown.planes, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("format", [NV12, NV21])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("sampling", OWN)
def test_each_sampling_to_420(sampling: str, size: tuple[int, int], format: int) -> None:
    """Ours: chroma is the mean of what it stands for, and 128 of gray."""
    data = jpeg(*size, sampling)
    own, got = decoded(data, OWN[sampling]), decoded(data, format)
    assert got.code == 0
    assert (got.width, got.height) == (size[0] // 2 * 2, size[1] // 2 * 2)
    assert np.array_equal(got.planes[0], own.planes[0][: got.height, : got.width])
    rows, columns = got.height // 2, got.width // 2
    if sampling == "gray":
        assert all((plane == 128).all() for plane in got.planes[1:])
        return
    across, down = FACTORS[sampling]
    for mine, full in zip(got.planes[1:], own.planes[1:], strict=True):
        part = full[: rows * 2 // down, : columns * 2 // across].astype(np.uint32)
        sums = part.reshape(rows, 2 // down, columns, 2 // across).sum(axis=(1, 3))
        count = 4 // (across * down)
        assert np.array_equal(mine, (sums + count // 2) // count)


@pytest.mark.parametrize("sampling", ["420", "422", "444"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, sampling: str) -> None:
    data = jpeg(320, 224, sampling, exif=exif(orientation))
    width, height, _, ret = acl.media.dvpp_jpeg_get_image_info(
        acl.util.bytes_to_ptr(data), len(data)
    )
    turned = orientation >= 5
    # Ours: the sizes are those that come out.
    assert (ret, width, height) == (0, *((224, 320) if turned else (320, 224)))
    # Ours: 4:2:2 that is turned is 4:4:0.
    own = "440" if sampling == "422" and turned else sampling
    got = decoded(data, OWN[own])
    assert (got.code, got.width, got.height) == (0, width, height)
    check_planes(got, data, FACTORS[own])


@pytest.mark.parametrize("rows", [1, 4])
def test_restart_markers(rows: int) -> None:
    data = jpeg(640, 480, restart_marker_rows=rows)
    assert b"\xff\xd3" in data
    got = decoded(data, NV12)
    assert got.code == 0
    check_planes(got, data, (2, 2))


@pytest.mark.parametrize("stride", [64, 128, 256])
def test_strides_from_the_least_on(stride: int) -> None:
    data = jpeg(200, 104)
    got = decoded(data, NV12, stride)
    assert (got.code, got.width_stride) == (0, up(200, stride))
    check_planes(got, data, (2, 2))
    # Between the rows nothing is written.
    luma = got.buffer[: got.width_stride * got.height_stride].reshape(-1, got.width_stride)
    assert (luma[:, 200:] == FILL).all()
    assert (luma[104:] == FILL).all()


def test_strides_of_0_are_chosen_and_told() -> None:
    got = decode(jpeg(200, 100), NV12, 0, 0, size=256 * 112 * 3 // 2)
    assert (got.code, got.width_stride, got.height_stride) == (0, 256, 112)


SMALL = jpeg(64, 64)


def with_frame_marker(marker: int) -> bytes:
    at = SMALL.index(b"\xff\xc0")
    return SMALL[: at + 1] + bytes([marker]) + SMALL[at + 2 :]


def rgb_jpeg() -> bytes:
    """Adobe's marker with transform 0 in place of JFIF's."""
    data = jpeg(64, 64, "444")
    adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
    length = int.from_bytes(data[4:6], "big")
    return data[:2] + adobe + data[4 + length :]


UNDECODABLE = {
    "progressive": (jpeg(64, 64, progressive=True), "progressive"),
    "progressive 4:4:4": (jpeg(640, 480, "444", progressive=True), "progressive"),
    "progressive gray": (jpeg(64, 64, "gray", progressive=True), "progressive"),
    "arithmetic": (with_frame_marker(0xC9), "arithmetic"),
    "extended": (with_frame_marker(0xC1), "extended"),
    "lossless": (with_frame_marker(0xC3), "lossless"),
    "CMYK": (saved(photograph(64, 64).convert("CMYK")), "4 components"),
    "RGB": (rgb_jpeg(), "RGB"),
    "a PNG": (saved(photograph(64, 64), "PNG"), "no JPEG"),
    "nothing of a picture": (b"\0" * 100, "no JPEG"),
    "one byte": (b"\xff", "no JPEG"),
    "the first marker": (b"\xff\xd8\xff", "data end"),
    "no scan": (SMALL[: SMALL.index(b"\xff\xda")] + b"\xff\xd9", "no scan"),
}


@pytest.mark.parametrize("what", UNDECODABLE)
def test_what_the_unit_does_not_decode(what: str) -> None:
    data, words = UNDECODABLE[what]
    address = acl.util.bytes_to_ptr(data)
    assert acl.media.dvpp_jpeg_get_image_info(address, len(data))[-1] == UNSUPPORTED_JPEG
    assert words in acl.get_recent_err_msg()
    assert acl.media.dvpp_jpeg_predict_dec_size(address, len(data), NV12)[-1] == UNSUPPORTED_JPEG
    got = decode(data, NV12, 640, 480)
    assert got.code == got.ret_code == UNSUPPORTED_JPEG


@pytest.mark.parametrize("kept", [0.3, 0.9, -2, -100])
def test_a_picture_that_is_cut_off(kept: float) -> None:
    data = jpeg(640, 480)
    part = data[: int(len(data) * kept)] if kept > 0 else data[: int(kept)]
    assert decode(part, NV12, 640, 480).code == UNSUPPORTED_JPEG
    # With an end put to it, only the codec can tell.
    assert kept == -2 or decode(part + b"\xff\xd9", NV12, 640, 480).code == FAILURE


def test_411_is_told_and_not_decoded() -> None:
    data = jpeg(640, 480, "411")
    address = acl.util.bytes_to_ptr(data)
    assert acl.media.dvpp_jpeg_get_image_info(address, len(data)) == (640, 480, 3, 0)
    assert decode(data, NV12, 640, 480).code == UNSUPPORTED_JPEG


@pytest.mark.parametrize(("sampling", "format"), [("420", YUV444), ("422", YUV440), ("444", 12)])
def test_formats_that_a_sampling_does_not_give(sampling: str, format: int) -> None:
    assert decode(jpeg(64, 64, sampling), format, 128, 64).code == INVALID


@pytest.mark.parametrize("size", [(31, 64), (64, 31), (8200, 32)], ids=str)
def test_sizes_beyond_the_units(size: tuple[int, int]) -> None:
    data = saved(photograph(64, 64).resize(size))
    address = acl.util.bytes_to_ptr(data)
    assert acl.media.dvpp_jpeg_get_image_info(address, len(data)) == (*size, 3, 0)
    assert decode(data, NV12, up(size[0], 128), up(size[1], 16)).code == INVALID


def test_buffers_and_strides_that_are_too_small() -> None:
    data = jpeg(640, 480)
    assert decode(data, NV12, 640, 480, size=640 * 480 * 3 // 2 - 1).code == INVALID
    assert decode(data, NV12, 576, 480, size=1 << 20).code == INVALID
    assert decode(data, NV12, 640, 464, size=1 << 20).code == INVALID


@pytest.mark.parametrize("sampling", OWN)
def test_the_predicted_size_is_enough_for_any_stride(sampling: str) -> None:
    data = jpeg(641, 479, sampling)
    address = acl.util.bytes_to_ptr(data)
    halves = {"444": 6, "422": 4, "440": 4, "420": 3, "gray": 2}[sampling]
    assert acl.media.dvpp_jpeg_predict_dec_size(address, len(data), OWN[sampling]) == (
        768 * 480 * halves // 2,
        0,
    )


def test_memory_of_the_program_is_refused() -> None:
    data = jpeg(64, 64)
    desc = acl.media.dvpp_create_pic_desc()
    buffer, _ = acl.media.dvpp_malloc(1 << 16)
    acl.media.dvpp_set_pic_desc_data(desc, buffer)
    acl.media.dvpp_set_pic_desc_size(desc, 1 << 16)
    unit = acl.media.dvpp_create_channel_desc()
    assert acl.media.dvpp_create_channel(unit) == 0
    address = acl.util.bytes_to_ptr(data)
    assert acl.media.dvpp_jpeg_decode_async(unit, address, len(data), desc, 0) == INVALID
    assert "device memory" in acl.get_recent_err_msg()
    assert acl.media.dvpp_destroy_channel(unit) == 0
    assert acl.media.dvpp_destroy_channel_desc(unit) == 0
    assert acl.media.dvpp_destroy_pic_desc(desc) == 0
    assert acl.media.dvpp_free(buffer) == 0
