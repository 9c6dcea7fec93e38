# SPDX-License-Identifier: Apache-2.0
"""Headers that chance has made: never a crash, and what Pillow reads where both read something."""

from __future__ import annotations

import ctypes
import io
import struct
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jpegs import Image, exif, jpeg, photograph, saved

import acl

UNSUPPORTED_JPEG = 148052
SEEDS = [
    jpeg(64, 48),
    jpeg(64, 48, "444", exif=exif(6)),
    jpeg(64, 48, "gray"),
    jpeg(64, 48, "422", progressive=True),
    saved(photograph(48, 64).convert("CMYK")),
]
# Of each, all before the data of the scan and some of that.
HEADERS = [seed[: seed.index(b"\xff\xda") + 40] for seed in SEEDS]

mutations = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6)


def info(data: bytes) -> tuple[int, int, int, int]:
    found = acl.media.dvpp_jpeg_get_image_info(acl.util.bytes_to_ptr(data), len(data))
    assert found[-1] in (0, UNSUPPORTED_JPEG)
    return tuple(found)


def pillow_info(data: bytes) -> tuple[int, int, int] | None:
    """Width, height, components, upright; None for what Pillow does not open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
                turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
                width, height = picture.size[:: -1 if turned else 1]
                return width, height, picture.layers
    except Exception:  # Pillow raises much
        return None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(HEADERS), mutations, st.floats(0, 1))
def test_mutated_headers(header: bytes, changes: list[tuple[float, int]], kept: float) -> None:
    data = bytearray(header)
    for where, value in changes:
        data[int(where * (len(data) - 1))] = value
    if kept < 0.3:
        data = data[: max(1, int(kept / 0.3 * len(data)))]
    picture = bytes(data)
    found = info(picture)
    acl.media.dvpp_jpeg_predict_dec_size(acl.util.bytes_to_ptr(picture), len(picture), 1)
    wanted = pillow_info(picture)
    # A change within EXIF may be read by one and not by the other.
    if found[-1] == 0 and wanted is not None and b"Exif" not in header:
        assert found[:3] == wanted


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=400))
def test_bytes_of_chance(data: bytes) -> None:
    info(data)
    info(b"\xff\xd8\xff" + data)
    found = acl.media.dvpp_png_get_image_info(acl.util.bytes_to_ptr(data), len(data))
    assert found[-1] in (0, 100000)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [0, 1, 5, 8, 9, 65535])
def test_orientation_in_either_byte_order(order: str, orientation: int) -> None:
    tiff = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 2)
    tiff += struct.pack(order + "HHII", 0x0100, 4, 1, 7)
    tiff += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    data = SEEDS[0][:2] + segment + SEEDS[0][2:]
    assert info(data) == (*((48, 64) if orientation in (5, 8) else (64, 48)), 3, 0)


@pytest.mark.parametrize("at", [4, 0xFFFFFFFF, 0x7FFFFFFF, 20])
def test_a_directory_that_is_not_there_says_nothing(at: int) -> None:
    body = b"Exif\0\0II" + struct.pack("<HIH", 42, at, 65535)
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    assert info(SEEDS[0][:2] + segment + SEEDS[0][2:]) == (64, 48, 3, 0)


@pytest.mark.parametrize(("sampling", "number"), [("444", 0), ("422", 1), ("420", 2), ("440", 4)])
def test_the_sampling_is_told(sampling: str, number: int) -> None:
    data = jpeg(64, 48, sampling)
    library = ctypes.CDLL(Path(acl.get_library_dir()) / "libascendcl.so")
    width, height, form = ctypes.c_uint32(), ctypes.c_uint32(), ctypes.c_int()
    function = library.acldvppJpegGetImageInfoV2
    sizes = (ctypes.byref(width), ctypes.byref(height))
    assert function(data, len(data), *sizes, None, ctypes.byref(form)) == 0
    assert (width.value, height.value, form.value) == (64, 48, number)
    assert function(data, len(data), *sizes, None, None) == 0
