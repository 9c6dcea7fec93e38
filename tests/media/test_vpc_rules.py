# SPDX-License-Identifier: Apache-2.0
"""What no chip takes is refused at the call, by rule and value; what one of them takes is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pictures import FORMATS, INVALID, Picture, Vpc, describe

import acl

media = acl.media


@pytest.fixture
def vpc() -> Iterator[Vpc]:
    made = Vpc().open()
    yield made
    made.close()


def refused(vpc: Vpc, operation: str, *arguments: Any) -> str:
    """Why an operation is refused; the pictures are as before."""
    pictures = [each for each in arguments if isinstance(each, Picture)]
    before = [each.read().copy() for each in pictures]
    assert vpc.submit(operation, *arguments) == INVALID
    why = str(acl.get_recent_err_msg())
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    for picture, values in zip(pictures, before, strict=True):
        assert np.array_equal(picture.read(), values)
    return why


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"width": 8}, "goes from 10 to 16384, it is 8"),
        ({"height": 4}, "goes from 6 to 16384, it is 4"),
        ({"width": 16385}, "goes from 10 to 16384, it is 16385"),
        ({"height": 2**32 - 1}, "goes from 6 to 16384, it is 4294967295"),
        ({"width_stride": 63}, "widthStride is at least 64 for 64 pixels, it is 63"),
        ({"height_stride": 47}, "heightStride is at least 48 for 48 pixels, it is 47"),
        ({"width_stride": 16385}, "widthStride is at most 16384, it is 16385"),
        ({"height_stride": 16386}, "heightStride is at most 16384, it is 16386"),
        ({"size": 4607}, "strides 64 and 48 has 4608 bytes, its size is 4607"),
        ({"size": 0}, "its size is 0"),
        ({"data": 0}, "null"),
        ({"format": 18}, "is not PIXEL_FORMAT_YUV_SEMI_PLANNER_420_10BIT"),
        ({"format": 20}, "is not PIXEL_FORMAT_YVU_PLANAR_420"),
        ({"format": 23}, "is not PIXEL_FORMAT_RGB_444"),
        ({"format": 32}, "is not PIXEL_FORMAT_BGR_565"),
        ({"format": 99}, "is not pixel format 99"),
        ({"format": 10000}, "is not PIXEL_FORMAT_UNKNOWN"),
    ],
)
def test_pictures(vpc: Vpc, side: str, fields: dict[str, int], words: str) -> None:
    pictures = {"input": vpc.picture("NV12", 64, 48), "output": vpc.picture("NV12", 64, 48)}
    describe(pictures[side].desc, **fields)
    why = refused(vpc, "resize", pictures["input"], pictures["output"], vpc.config())
    assert words in why
    if fields != {"data": 0}:
        assert f"the {side}" in why


@pytest.mark.parametrize("side", ["width", "height"])
def test_outputs_of_halved_chroma_are_even(vpc: Vpc, side: str) -> None:
    target = vpc.picture("NV12", 64, 48)
    describe(target.desc, **{side: 31})
    why = refused(vpc, "resize", vpc.picture("NV12", 64, 48), target, vpc.config())
    assert f"the {side} of PIXEL_FORMAT_YUV_SEMIPLANAR_420 is even, it is 31" in why


def test_a_size_that_the_memory_has_not(vpc: Vpc) -> None:
    """The description says that it is big enough, and it is not."""
    target = vpc.picture("NV12", 64, 48)
    describe(target.desc, size=2**31, width_stride=16384, height_stride=16384)
    why = refused(vpc, "resize", vpc.picture("NV12", 64, 48), target, vpc.config())
    assert "402653184 bytes, and its memory ends after" in why


def test_memory_of_the_host(vpc: Vpc) -> None:
    memory, ret = acl.rt.malloc_host(8192)
    assert ret == 0
    target = vpc.picture("NV12", 64, 48)
    describe(target.desc, data=memory)
    assert "no device memory" in refused(
        vpc, "resize", vpc.picture("NV12", 64, 48), target, vpc.config()
    )
    stack = np.zeros(8192, np.uint8)
    describe(target.desc, data=stack.ctypes.data)
    assert "no device memory" in refused(
        vpc, "resize", vpc.picture("NV12", 64, 48), target, vpc.config()
    )
    assert acl.rt.free_host(memory) == 0


@pytest.mark.parametrize("which", ["crop", "paste"])
@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ((20, 19, 0, 20), "turned around"),
        ((0, 20, 30, 29), "turned around"),
        ((0, 64, 0, 20), "the picture has 64 x 48 pixels"),
        ((0, 20, 0, 48), "the picture has 64 x 48 pixels"),
        ((2**32 - 1, 2**32 - 1, 0, 20), "the picture has 64 x 48 pixels"),
        ((0, 2**32 - 1, 0, 20), "the picture has 64 x 48 pixels"),
    ],
)
def test_areas(vpc: Vpc, which: str, edges: tuple[int, int, int, int], words: str) -> None:
    wrong = media.dvpp_create_roi_config(*edges)
    vpc.areas.append(wrong)
    areas = {"crop": vpc.area(0, 0, 32, 32), "paste": vpc.area(0, 0, 32, 32), which: wrong}
    why = refused(
        vpc,
        "crop_and_paste",
        vpc.picture("NV12", 64, 48),
        vpc.picture("NV12", 64, 48),
        areas["crop"],
        areas["paste"],
    )
    assert words in why
    assert f"the {which} area is left {edges[0]}, right {edges[1]}" in why


@pytest.mark.parametrize(
    ("crop", "paste", "words"),
    [
        ((0, 0, 660, 480), (0, 0, 20, 480), "the width goes from 660 to 20"),
        ((0, 0, 660, 480), (0, 0, 660, 12), "the height goes from 480 to 12"),
        ((0, 0, 10, 100), (0, 0, 162, 100), "the width goes from 10 to 162"),
        ((0, 0, 100, 10), (0, 0, 100, 162), "the height goes from 10 to 162"),
    ],
)
def test_ratios(
    vpc: Vpc, crop: tuple[int, int, int, int], paste: tuple[int, int, int, int], words: str
) -> None:
    why = refused(
        vpc,
        "crop_and_paste",
        vpc.picture("NV12", 660, 480),
        vpc.picture("NV12", 660, 480),
        vpc.area(*crop),
        vpc.area(*paste),
    )
    assert words in why
    assert "32 times smaller, 16 times greater" in why


@pytest.mark.parametrize("interpolation", [6, 7, 2**32 - 1])
def test_interpolations(vpc: Vpc, interpolation: int) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48)
    why = refused(vpc, "resize", source, target, vpc.config(interpolation))
    assert f"no interpolation {interpolation}" in why


def test_null(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48)
    config, area = vpc.config(), vpc.area(0, 0, 20, 20)
    calls: dict[str, tuple[Any, ...]] = {
        "resize": (source, target, config),
        "crop": (source, target, area),
        "crop_resize": (source, target, area, config),
        "crop_and_paste": (source, target, area, area),
        "crop_resize_paste": (source, target, area, area, config),
        "convert_color": (source, target),
        "make_border": (source, target, vpc.border(0, (0, 0, 0, 0))),
        "pyr_down": (source, target, None),
    }
    for operation, arguments in calls.items():
        for k in range(len(arguments)):
            if arguments[k] is not None:
                assert "null" in refused(
                    vpc, operation, *(0 if i == k else each for i, each in enumerate(arguments))
                )


def test_a_channel_of_another_mode() -> None:
    other = Vpc().open(mode=2)
    source, target = other.picture("NV12", 64, 48), other.picture("NV12", 64, 48)
    refused(other, "resize", source, target, other.config())
    other.close()


def test_a_channel_that_was_not_created(vpc: Vpc) -> None:
    source, target, config = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48), vpc.config()
    assert media.dvpp_destroy_channel(vpc.channel) == 0
    refused(vpc, "resize", source, target, config)
    assert media.dvpp_create_channel(vpc.channel) == 0


def test_colours_are_converted_at_one_size(vpc: Vpc) -> None:
    why = refused(vpc, "convert_color", vpc.picture("NV12", 64, 48), vpc.picture("RGB", 62, 48))
    assert "the input has 64 x 48 pixels, the output 62 x 48" in why


@pytest.mark.parametrize(
    ("name", "width", "height", "words"),
    [
        ("NV12", 64, 48, "PIXEL_FORMAT_YUV_400, given PIXEL_FORMAT_YUV_SEMIPLANAR_420"),
        ("YUV400", 18, 12, "given 18 x 12"),
        ("YUV400", 20, 10, "given 20 x 10"),
        ("YUV400", 2050, 12, "given 2050 x 12"),
    ],
)
def test_pyramids(vpc: Vpc, name: str, width: int, height: int, words: str) -> None:
    source = vpc.picture(name, width, height)
    target = vpc.picture("YUV400", max(width // 2, 10), max(height // 2, 6))
    assert words in refused(vpc, "pyr_down", source, target, None)


def test_half_of_a_pyramid(vpc: Vpc) -> None:
    why = refused(
        vpc, "pyr_down", vpc.picture("YUV400", 64, 48), vpc.picture("YUV400", 32, 25), None
    )
    assert "32 x 24 pixels, given 32 x 25" in why


@pytest.mark.parametrize("kind", [2, 3])
def test_mirrored_borders_are_narrow(vpc: Vpc, kind: int) -> None:
    source, target = vpc.picture("RGB", 64, 48), vpc.picture("RGB", 67, 48)
    why = refused(vpc, "make_border", source, target, vpc.border(kind, (3, 0, 0, 0)))
    assert "at most 2 pixels, given 3" in why


@pytest.mark.parametrize(
    ("kind", "sides", "value", "words"),
    [
        (0, (2, 2, 2, 2), (256, 0, 0, 0), "from 0 to 255"),
        (0, (2, 2, 2, 2), (0, -1, 0, 0), "from 0 to 255"),
        (0, (2, 2, 2, 2), (0, 0, float("nan"), 0), "from 0 to 255"),
        (4, (2, 2, 2, 2), (0, 0, 0, 0), "no border type 4"),
        (0, (2, 3, 2, 2), (0, 0, 0, 0), "has 69 x 52 pixels, the output has 68 x 52"),
        (0, (2**32 - 1, 1, 2, 2), (0, 0, 0, 0), "the output has 68 x 52"),
    ],
)
def test_borders(
    vpc: Vpc, kind: int, sides: tuple[int, int, int, int], value: tuple[float, ...], words: str
) -> None:
    source, target = vpc.picture("RGB", 64, 48), vpc.picture("RGB", 68, 52)
    assert words in refused(vpc, "make_border", source, target, vpc.border(kind, sides, value))


@pytest.mark.parametrize("name", FORMATS)
def test_strides_of_every_family_are_taken(vpc: Vpc, name: str) -> None:
    """The bytes of a row, the same as a multiple of 16, and greater ones that end nowhere even."""
    layout = FORMATS[name]
    source = vpc.picture(name, 50, 34)
    for width_stride in (50, 64, 128, 77):
        for height_stride in (34, 48, 35):
            target = vpc.picture(name, 50, 34, width_stride * layout.pixel_bytes, height_stride)
            vpc.run("resize", source, target, vpc.config())
            for found, expected in zip(target.channels(), source.channels(), strict=True):
                assert np.array_equal(found, expected)


def test_areas_of_any_parity_are_taken(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48)
    y = source.channels()[0]
    for left, top, width, height in ((1, 1, 31, 31), (3, 0, 30, 33), (0, 5, 33, 30)):
        vpc.run(
            "crop_and_paste",
            source,
            target,
            vpc.area(left, top, width, height),
            vpc.area(left, top, width, height),
        )
        part = (slice(top, top + height), slice(left, left + width))
        assert np.array_equal(target.channels()[0][part], y[part])
