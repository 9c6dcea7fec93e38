# SPDX-License-Identifier: Apache-2.0
"""Descriptions of pictures, areas and settings: what is set is what is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import acl
from ascendcl._testing import faults

media = acl.media
INVALID = 100000
UINT32 = st.integers(0, 2**32 - 1)

PICTURE = {
    "data": st.integers(0, 2**64 - 1),
    "size": UINT32,
    "format": st.integers(0, 10000),
    "width": UINT32,
    "height": UINT32,
    "width_stride": UINT32,
    "height_stride": UINT32,
    "ret_code": UINT32,
}
PIECE = {
    "data": st.integers(0, 2**64 - 1),
    "size": UINT32,
    "format": st.integers(0, 3),
    "timestamp": st.integers(0, 2**64 - 1),
    "ret_code": UINT32,
    "eos": st.integers(0, 255),
}
BORDER = dict.fromkeys(("top", "bottom", "left", "right"), UINT32)
BORDER["border_type"] = st.integers(0, 3)

DESCRIPTIONS: dict[str, dict[str, st.SearchStrategy[int]]] = {
    "pic_desc": PICTURE,
    "stream_desc": PIECE,
    "border_config": BORDER,
    "resize_config": {"interpolation": UINT32},
}


def call(verb: str, kind: str, *arguments: Any, field: str = "") -> Any:
    name = f"dvpp_{verb}_{kind}" + (f"_{field}" if field else "")
    return getattr(media, name)(*arguments)


@pytest.mark.parametrize("kind", DESCRIPTIONS)
@given(data=st.data())
def test_what_is_set_is_read(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.fixed_dictionaries(DESCRIPTIONS[kind]))
    handle = call("create", kind)
    for field in values:
        assert call("get", kind, handle, field=field) == 0
    for field, value in values.items():
        assert call("set", kind, handle, value, field=field) == 0
    for field, value in values.items():
        assert call("get", kind, handle, field=field) == value
    assert call("destroy", kind, handle) == 0


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_null(kind: str) -> None:
    for field in DESCRIPTIONS[kind]:
        assert call("set", kind, 0, 1, field=field) == INVALID
        assert call("get", kind, 0, field=field) == 0
    assert call("destroy", kind, 0) == INVALID


def test_a_batch_owns_its_descriptions() -> None:
    batch = media.dvpp_create_batch_pic_desc(3)
    pictures = [media.dvpp_get_pic_desc(batch, index) for index in range(3)]
    assert len(set(pictures)) == 3
    for width, picture in enumerate(pictures, 1):
        assert media.dvpp_set_pic_desc_width(picture, width) == 0
    again = [media.dvpp_get_pic_desc(batch, index) for index in range(3)]
    assert again == pictures
    assert [media.dvpp_get_pic_desc_width(each) for each in again] == [1, 2, 3]
    assert media.dvpp_destroy_pic_desc(pictures[1]) == INVALID
    assert "goes with its batch" in acl.get_recent_err_msg()
    assert media.dvpp_get_pic_desc(batch, 3) == 0
    assert media.dvpp_get_pic_desc(0, 0) == 0
    assert media.dvpp_destroy_batch_pic_desc(batch) == 0
    assert media.dvpp_destroy_batch_pic_desc(0) == INVALID


@pytest.mark.parametrize("size", [0, 257, 2**32 - 1])
def test_no_batch_of_that_size(size: int) -> None:
    """At most 256 is ours: sums of areas end there by the documentation."""
    assert media.dvpp_create_batch_pic_desc(size) == 0
    assert "1 to 256 pictures" in acl.get_recent_err_msg()


def test_areas_are_not_checked_before_they_are_used() -> None:
    area = media.dvpp_create_roi_config(5, 1, 2**32 - 1, 0)
    assert area
    assert media.dvpp_set_roi_config(area, 0, 1, 2, 3) == 0
    for edge in ("left", "right", "top", "bottom"):
        assert call("set", "roi_config", area, 7, field=edge) == 0
        assert call("set", "roi_config", 0, 7, field=edge) == INVALID
    assert media.dvpp_set_roi_config(0, 0, 1, 2, 3) == INVALID
    assert media.dvpp_destroy_roi_config(area) == 0
    assert media.dvpp_destroy_roi_config(0) == INVALID


def test_values_of_a_border() -> None:
    border = media.dvpp_create_border_config()
    for index in range(4):
        assert media.dvpp_set_border_config_value(border, index, index + 0.5) == 0
    assert [media.dvpp_get_border_config_value(border, k) for k in range(5)] == [
        0.5,
        1.5,
        2.5,
        3.5,
        0,
    ]
    assert media.dvpp_set_border_config_value(border, 4, 1.0) == INVALID
    assert "no value 4" in acl.get_recent_err_msg()
    assert media.dvpp_destroy_border_config(border) == 0


def test_level_of_jpeg() -> None:
    config = media.dvpp_create_jpege_config()
    for level, code in ((0, 0), (100, 0), (101, INVALID)):
        assert media.dvpp_set_jpege_config_level(config, level) == code
    assert "given 101" in acl.get_recent_err_msg()
    assert media.dvpp_destroy_jpege_config(config) == 0
    assert media.dvpp_set_jpege_config_level(0, 1) == INVALID


CREATED = (
    "PicDesc",
    "StreamDesc",
    "ResizeConfig",
    "JpegeConfig",
    "BorderConfig",
    "ChannelDesc",
)


@pytest.mark.parametrize("name", CREATED)
def test_a_creation_that_fails_answers_null(name: str) -> None:
    kind = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
    with faults(f"acldvppCreate{name}:1:200000"):
        assert call("create", kind) == 0
        handle = call("create", kind)
    assert handle
    assert call("destroy", kind, handle) == 0


def test_memory() -> None:
    pointer, ret = media.dvpp_malloc(1000)
    assert ret == 0
    assert pointer % 128 == 0
    assert media.dvpp_free(pointer) == 0
    assert media.dvpp_malloc(0) == (0, INVALID)
    assert media.dvpp_free(0) == INVALID


def test_destroyed_after_the_device_is_gone() -> None:
    handles = {kind: call("create", kind) for kind in (*DESCRIPTIONS, "jpege_config")}
    area = media.dvpp_create_roi_config(0, 1, 0, 1)
    assert acl.rt.reset_device(0) == 0
    for kind, handle in handles.items():
        assert call("destroy", kind, handle) == 0
    assert media.dvpp_destroy_roi_config(area) == 0
    assert acl.rt.set_device(0) == 0
