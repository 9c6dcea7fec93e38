# SPDX-License-Identifier: Apache-2.0
"""Descriptions of pictures that are destroyed, of another kind, or part of a batch."""

from __future__ import annotations

from program import GARBAGE, breaks, started

import acl

media = acl.media


def picture_of_a_batch() -> tuple[int, int]:
    batch = media.dvpp_create_batch_pic_desc(3)
    return batch, media.dvpp_get_pic_desc(batch, 1)


@breaks("ACL-019", 100000)
def destroy_a_picture_of_a_batch() -> int:
    started()
    return media.dvpp_destroy_pic_desc(picture_of_a_batch()[1])


@breaks("ACL-019", 100000)
def write_a_picture_of_a_destroyed_batch() -> int:
    started()
    batch, picture = picture_of_a_batch()
    assert media.dvpp_destroy_batch_pic_desc(batch) == 0
    return media.dvpp_set_pic_desc_width(picture, 64)


@breaks("ACL-011", 100000)
def write_a_destroyed_picture() -> int:
    started()
    picture = media.dvpp_create_pic_desc()
    assert media.dvpp_destroy_pic_desc(picture) == 0
    return media.dvpp_set_pic_desc_width(picture, 64)


@breaks("ACL-011", 100000)
def destroy_an_area_twice() -> int:
    started()
    area = media.dvpp_create_roi_config(0, 1, 0, 1)
    assert media.dvpp_destroy_roi_config(area) == 0
    return media.dvpp_destroy_roi_config(area)


@breaks("ACL-019", 100000)
def create_a_channel_of_a_picture() -> int:
    started()
    return media.dvpp_create_channel(media.dvpp_create_pic_desc())


@breaks("ACL-019", 100000)
def set_a_level_of_garbage() -> int:
    started()
    return media.dvpp_set_jpege_config_level(GARBAGE, 100)


@breaks("ACL-019", None)
def read_an_area_as_a_picture() -> int:
    started()
    return media.dvpp_get_pic_desc_width(media.dvpp_create_roi_config(0, 1, 0, 1))
