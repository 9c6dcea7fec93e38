# SPDX-License-Identifier: Apache-2.0
"""Channels of the media units: made, set, used up, and what is said of a wrong order."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

import acl
from ascendcl._testing import library

media = acl.media
INVALID = 100000
CSC_MATRIX, MODE, CHANNEL_ID, HEIGHT, WIDTH, PRECISION = range(6)


@pytest.fixture
def desc() -> Iterator[int]:
    handle = media.dvpp_create_channel_desc()
    assert handle
    yield handle
    assert media.dvpp_destroy_channel_desc(handle) == 0


def test_from_creation_to_destruction(desc: int) -> None:
    assert media.dvpp_get_channel_desc_channel_id(desc) == 0
    assert media.dvpp_create_channel(desc) == 0
    assert media.dvpp_get_channel_desc_channel_id(desc) > 0
    assert media.dvpp_get_channel_desc_param(desc, CHANNEL_ID) == (
        media.dvpp_get_channel_desc_channel_id(desc),
        0,
    )
    assert media.dvpp_create_channel(desc) == INVALID
    assert "has a channel already" in acl.get_recent_err_msg()
    assert media.dvpp_destroy_channel(desc) == 0
    assert media.dvpp_destroy_channel(desc) == INVALID
    assert "acldvppCreateChannel" in acl.get_recent_err_msg()
    assert media.dvpp_create_channel(desc) == 0
    assert media.dvpp_destroy_channel(desc) == 0


def test_channels_have_numbers_of_their_own() -> None:
    descs = [media.dvpp_create_channel_desc() for _ in range(3)]
    assert [media.dvpp_create_channel(each) for each in descs] == [0, 0, 0]
    assert len({media.dvpp_get_channel_desc_channel_id(each) for each in descs}) == 3
    for each in descs:
        assert media.dvpp_destroy_channel(each) == 0
        assert media.dvpp_destroy_channel_desc(each) == 0


def test_null() -> None:
    assert media.dvpp_create_channel(0) == INVALID
    assert media.dvpp_destroy_channel(0) == INVALID
    assert media.dvpp_destroy_channel_desc(0) == INVALID
    assert media.dvpp_get_channel_desc_channel_id(0) == 0
    assert media.dvpp_set_channel_desc_mode(0, 1) == INVALID
    assert media.dvpp_set_channel_desc_param(0, MODE, 1) == INVALID
    assert media.dvpp_get_channel_desc_param(0, MODE) == (0, INVALID)


def test_without_a_context(desc: int) -> None:
    assert acl.rt.reset_device(0) == 0
    try:
        assert media.dvpp_create_channel(desc) == 107002
    finally:
        assert acl.rt.set_device(0) == 0


DEFAULTS = {CSC_MATRIX: 0, MODE: 0, HEIGHT: 8192, WIDTH: 8192, PRECISION: 0}
SET = {CSC_MATRIX: 5, MODE: 15, HEIGHT: 16384, WIDTH: 16384, PRECISION: 1}


@pytest.mark.parametrize("parameter", DEFAULTS)
def test_parameters(desc: int, parameter: int) -> None:
    assert media.dvpp_get_channel_desc_param(desc, parameter) == (DEFAULTS[parameter], 0)
    assert media.dvpp_set_channel_desc_param(desc, parameter, SET[parameter]) == 0
    assert media.dvpp_get_channel_desc_param(desc, parameter) == (SET[parameter], 0)


@pytest.mark.parametrize(
    ("parameter", "value", "words"),
    [
        (CSC_MATRIX, 6, "no matrix 6"),
        (MODE, 16, "given 16"),
        (CHANNEL_ID, 1, "can only be read"),
        (HEIGHT, 0, "given 0"),
        (WIDTH, 16385, "given 16385"),
        (6, 0, "no parameter 6"),
    ],
)
def test_refused_parameters(desc: int, parameter: int, value: int, words: str) -> None:
    assert media.dvpp_set_channel_desc_param(desc, parameter, value) == INVALID
    assert words in acl.get_recent_err_msg()


def test_mode_is_the_parameter(desc: int) -> None:
    assert media.dvpp_set_channel_desc_mode(desc, 3) == 0
    assert media.dvpp_get_channel_desc_param(desc, MODE) == (3, 0)
    assert media.dvpp_set_channel_desc_mode(desc, 32) == INVALID


def test_nothing_is_set_after_the_creation(desc: int) -> None:
    """Ours: no documentation says what becomes of it."""
    assert media.dvpp_create_channel(desc) == 0
    assert media.dvpp_set_channel_desc_mode(desc, 1) == INVALID
    assert media.dvpp_set_channel_desc_param(desc, CSC_MATRIX, 1) == INVALID
    assert "set this before" in acl.get_recent_err_msg()
    assert media.dvpp_destroy_channel(desc) == 0


@pytest.mark.parametrize("length", [0, 3, 5, 8])
def test_lengths_are_checked(desc: int, length: int) -> None:
    room = ctypes.create_string_buffer(b"\x01" * 16)
    written = ctypes.c_size_t(77)
    handle = ctypes.c_void_p(desc)
    size = ctypes.c_size_t(length)
    lib = library()
    assert lib.acldvppSetChannelDescParam(handle, MODE, size, room) == INVALID
    assert (
        lib.acldvppGetChannelDescParam(handle, MODE, size, ctypes.byref(written), room) == INVALID
    )
    assert f"the length is {length}" in acl.get_recent_err_msg()
    assert (room.raw[:16], written.value) == (b"\x01" * 16, 77)
