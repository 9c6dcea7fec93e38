# SPDX-License-Identifier: Apache-2.0
"""Scaling, cropping and pasting against OpenCV, Pillow and plain numpy, on two photographs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pictures import (
    FORMATS,
    PHOTOGRAPHS,
    Array,
    Picture,
    Vpc,
    each_seed,
    photograph,
    photograph_in_yuv,
    psnr,
    random,
)
from PIL import Image

from opencv import cv2

OWN, BILINEAR, NEAREST, TENSORFLOW, NEAREST_TENSORFLOW, OWN_OF_A2 = range(6)
RANDOM_CASES = 200


@pytest.fixture
def vpc() -> Iterator[Vpc]:
    made = Vpc().open()
    yield made
    made.close()


def photo(vpc: Vpc, name: str, layout: str = "NV12") -> Picture:
    y, u, v = photograph_in_yuv(name)
    picture = vpc.picture(layout, y.shape[1], y.shape[0])
    picture.set_channels([y, u, v])
    return picture


def by_opencv(channel: Array, width: int, height: int, how: int = cv2.INTER_LINEAR) -> Array:
    if channel.shape == (height, width):
        return channel
    scaled = cv2.resize(np.ascontiguousarray(channel), (width, height), interpolation=how)
    return np.asarray(scaled, np.uint8)


def by_pillow(channel: Array, width: int, height: int) -> Array:
    """Bilinear between the four nearest, as `resize` of Pillow is not when it shrinks."""
    rows, columns = channel.shape
    # Pillow leaves what lies outside of the outermost centres black: they are repeated before.
    padded = np.pad(channel, 1, mode="edge")
    x, y = columns / width, rows / height
    scaled = Image.fromarray(padded).transform(
        (width, height),
        Image.Transform.AFFINE,
        (x, 0, 1, 0, y, 1),
        resample=Image.Resampling.BILINEAR,
    )
    return np.asarray(scaled)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_random_areas_as_opencv_does(vpc: Vpc, name: str) -> None:
    """200 sizes, strides and areas, and from edge to edge: 40 dB on luma, 38 on chroma."""
    y, u, v = photograph_in_yuv(name)
    source = photo(vpc, name)
    rows, columns = y.shape
    worst_luma = worst_chroma = 99.0
    for case, generator in enumerate(each_seed(RANDOM_CASES)):
        left, top = (2 * int(generator.integers(0, side // 2 - 32)) for side in (columns, rows))
        width = 2 * int(generator.integers(16, (columns - left) // 2 + 1))
        height = 2 * int(generator.integers(16, (rows - top) // 2 + 1))
        if case % 4 == 0:  # from edge to edge
            left, top, width, height = 0, 0, columns, rows
        if case % 4 == 1:  # the last pixels
            left, top = columns - width, rows - height
        to_width = 2 * int(generator.integers(max(5, width // 8), min(4 * width, 1024) // 2))
        to_height = 2 * int(generator.integers(max(3, height // 8), min(4 * height, 1024) // 2))
        target = vpc.picture(
            "NV12",
            to_width,
            to_height,
            to_width + int(generator.integers(0, 40)),
            to_height + 2 * int(generator.integers(0, 5)),
        )
        vpc.run(
            "crop_resize", source, target, vpc.area(left, top, width, height), vpc.config(BILINEAR)
        )
        found = target.channels()
        part = (slice(top, top + height), slice(left, left + width))
        half = tuple(slice(each.start // 2, each.stop // 2) for each in part)
        expected = [
            by_opencv(y[part], to_width, to_height),
            by_opencv(u[half], to_width // 2, to_height // 2),
            by_opencv(v[half], to_width // 2, to_height // 2),
        ]
        quality = [psnr(a, b) for a, b in zip(found, expected, strict=True)]
        worst_luma = min(worst_luma, quality[0])
        worst_chroma = min(worst_chroma, *quality[1:])
        assert quality[0] >= 40, (left, top, width, height, to_width, to_height)
        assert min(quality[1:]) >= 38, (left, top, width, height, to_width, to_height)
        vpc.pictures.remove(target)
        free(target)
    print(f"{name}: at least {worst_luma:.1f} dB on luma, {worst_chroma:.1f} on chroma")


def free(picture: Picture) -> None:
    own = Vpc(pictures=[picture])
    own.forget()


@pytest.mark.parametrize(
    ("to_width", "to_height"), [(320, 180), (777, 333), (1000, 700), (64, 600), (33, 31)]
)
@pytest.mark.parametrize("layout", ["YUV400", "RGB", "YUV888", "NV24"])
def test_bilinear_is_that_of_opencv(vpc: Vpc, layout: str, to_width: int, to_height: int) -> None:
    """At most 1 apart: a few weights of OpenCV's are rounded otherwise."""
    pixels = photograph(PHOTOGRAPHS[0])
    channels = [pixels[..., k] for k in range(3)][: 1 if layout == "YUV400" else 3]
    source = vpc.picture(layout, pixels.shape[1], pixels.shape[0])
    source.set_channels(channels)
    target = vpc.picture(layout, to_width, to_height)
    vpc.run("resize", source, target, vpc.config(BILINEAR))
    for found, channel in zip(target.channels(), channels, strict=True):
        expected = by_opencv(channel, to_width, to_height)
        assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("to_width", "to_height"), [(320, 180), (777, 333), (1000, 700), (64, 600)]
)
def test_nearest_is_that_of_opencv(vpc: Vpc, to_width: int, to_height: int) -> None:
    pixels = photograph(PHOTOGRAPHS[1])
    source = vpc.picture("RGB", pixels.shape[1], pixels.shape[0])
    source.set_channels([pixels[..., k] for k in range(3)])
    target = vpc.picture("RGB", to_width, to_height)
    vpc.run("resize", source, target, vpc.config(NEAREST))
    for found, k in zip(target.channels(), range(3), strict=True):
        expected = by_opencv(pixels[..., k], to_width, to_height, cv2.INTER_NEAREST)
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(("to_width", "to_height"), [(320, 180), (1000, 900), (222, 640)])
def test_bilinear_is_that_of_pillow(vpc: Vpc, name: str, to_width: int, to_height: int) -> None:
    y, u, v = photograph_in_yuv(name)
    target = vpc.picture("NV12", to_width, to_height)
    vpc.run("resize", photo(vpc, name), target, vpc.config(BILINEAR))
    found = target.channels()
    assert psnr(found[0], by_pillow(y, to_width, to_height)) >= 40
    for k, channel in ((1, u), (2, v)):
        assert psnr(found[k], by_pillow(channel, to_width // 2, to_height // 2)) >= 38


def with_corners_at_0(channel: Array, width: int, height: int, is_nearest: bool) -> Array:
    """TensorFlow's: the sample at 0 of the result lies at 0 of the source."""
    rows = np.arange(height) * channel.shape[0] / height
    columns = np.arange(width) * channel.shape[1] / width
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    if is_nearest:
        return channel[np.ix_(top, left)]
    below = np.minimum(top + 1, channel.shape[0] - 1)
    right = np.minimum(left + 1, channel.shape[1] - 1)
    down, across = (rows - top)[:, None], (columns - left)[None, :]
    values = channel.astype(np.float64)
    upper = values[np.ix_(top, left)] * (1 - across) + values[np.ix_(top, right)] * across
    lower = values[np.ix_(below, left)] * (1 - across) + values[np.ix_(below, right)] * across
    return np.rint(upper * (1 - down) + lower * down).astype(np.uint8)


@pytest.mark.parametrize("interpolation", [TENSORFLOW, NEAREST_TENSORFLOW])
@pytest.mark.parametrize(("to_width", "to_height"), [(320, 180), (1000, 700), (37, 555)])
def test_kinds_of_tensorflow(vpc: Vpc, interpolation: int, to_width: int, to_height: int) -> None:
    pixels = photograph(PHOTOGRAPHS[0])
    source = vpc.picture("YUV400", pixels.shape[1], pixels.shape[0])
    source.set_channels([pixels[..., 1]])
    target = vpc.picture("YUV400", to_width, to_height)
    vpc.run("resize", source, target, vpc.config(interpolation))
    is_nearest = interpolation == NEAREST_TENSORFLOW
    expected = with_corners_at_0(pixels[..., 1], to_width, to_height, is_nearest)
    error = np.abs(target.channels()[0].astype(int) - expected.astype(int)).max()
    assert error <= (0 if is_nearest else 1)


@pytest.mark.parametrize("interpolation", [OWN, OWN_OF_A2])
def test_the_chips_own_filters_are_bilinear(vpc: Vpc, interpolation: int) -> None:
    """Ours: theirs are unpublished."""
    source = photo(vpc, PHOTOGRAPHS[0])
    own, bilinear = vpc.picture("NV12", 300, 200), vpc.picture("NV12", 300, 200)
    vpc.run("resize", source, own, vpc.config(interpolation))
    vpc.run("resize", source, bilinear, vpc.config(BILINEAR))
    assert np.array_equal(own.read(), bilinear.read())


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_changed_without_scaling(vpc: Vpc, name: str) -> None:
    source = vpc.picture(name, 50, 34, 50 * FORMATS[name].pixel_bytes + 7)
    target = vpc.picture(name, 50, 34)
    for k in range(6):
        vpc.run("resize", source, target, vpc.config(k))
        for found, expected in zip(target.channels(), source.channels(), strict=True):
            assert np.array_equal(found, expected)


@pytest.mark.parametrize("name", FORMATS)
def test_outside_of_the_paste_area_nothing_is_written(vpc: Vpc, name: str) -> None:
    source = vpc.picture(name, 64, 48)
    target = vpc.picture(name, 96, 80, 96 * FORMATS[name].pixel_bytes + 12, 82)
    for crop, paste in (
        ((8, 6, 40, 30), (16, 12, 60, 40)),
        ((0, 0, 64, 48), (0, 0, 20, 80)),
        ((62, 46, 2, 2), (94, 78, 2, 2)),
        ((4, 4, 32, 32), (64, 48, 32, 32)),
    ):
        before = random(target.size, seed=3)
        target.write(before)
        vpc.run("crop_and_paste", source, target, vpc.area(*crop), vpc.area(*paste))
        after = target.read().copy()
        cut = target.channels()
        # What is in the area, put back: then nothing may be left of the work.
        old = Vpc.picture(vpc, name, 96, 80, target.width_stride, target.height_stride)
        old.write(before)
        restored = old.channels()
        left, top, width, height = paste
        across, down = target.layout.shift
        for k, (now, then) in enumerate(zip(cut, restored, strict=True)):
            x, y = (across, down) if k in (1, 2) else (0, 0)
            inside = (
                slice(top >> y, (top + height) >> y),
                slice(left >> x, (left + width) >> x),
            )
            assert not np.array_equal(now[inside], then[inside])
            now[inside] = then[inside]
        assert not np.array_equal(after, before)
        target.set_channels(cut)
        assert np.array_equal(target.read(), before)


def test_an_area_is_cropped_and_scaled_to_the_output(vpc: Vpc) -> None:
    """`crop` into an output of another size scales, as programs rely on."""
    y, _, _ = photograph_in_yuv(PHOTOGRAPHS[0])
    source = photo(vpc, PHOTOGRAPHS[0])
    area = vpc.area(100, 60, 256, 300)
    same, scaled = vpc.picture("NV12", 256, 300), vpc.picture("NV12", 224, 224)
    vpc.run("crop", source, same, area)
    vpc.run("crop", source, scaled, area)
    cut = y[60:360, 100:356]
    assert np.array_equal(same.channels()[0], cut)
    assert psnr(scaled.channels()[0], by_opencv(cut, 224, 224)) >= 40


@pytest.mark.parametrize("name", ["RGB", "BGR"])
def test_alpha(vpc: Vpc, name: str) -> None:
    """Scaling sets it to 0, as documented; 255 where there was none is ours."""
    source = vpc.picture("ARGB", 64, 48)
    scaled, copied = vpc.picture("RGBA", 32, 24), vpc.picture("BGRA", 64, 48)
    vpc.run("resize", source, scaled, vpc.config())
    vpc.run("resize", source, copied, vpc.config())
    assert (scaled.channels()[3] == 0).all()
    assert np.array_equal(copied.channels()[3], source.channels()[3])
    vpc.run("resize", vpc.picture(name, 64, 48), copied, vpc.config())
    assert (copied.channels()[3] == 255).all()


@pytest.mark.parametrize(
    ("width", "height", "to_width", "to_height"),
    [(640, 480, 20, 15), (640, 480, 640, 15), (16, 16, 256, 256), (4096, 32, 128, 512)],
)
def test_the_greatest_ratios(
    vpc: Vpc, width: int, height: int, to_width: int, to_height: int
) -> None:
    source = vpc.picture("YUV400", width, height)
    target = vpc.picture("YUV400", to_width, to_height)
    vpc.run("resize", source, target, vpc.config(BILINEAR))
    expected = by_opencv(source.channels()[0], to_width, to_height)
    assert np.abs(target.channels()[0].astype(int) - expected.astype(int)).max() <= 1


def test_odd_inputs_are_rounded_down(vpc: Vpc) -> None:
    """As documented for 310 and 910: 15x15 counts as 14x14."""
    source = vpc.picture("NV12", 15, 15, 32, 16)
    target = vpc.picture("NV12", 14, 14)
    vpc.run("resize", source, target, vpc.config())
    assert np.array_equal(target.channels()[0], source.channels()[0][:14, :14])
