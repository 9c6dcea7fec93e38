# SPDX-License-Identifier: Apache-2.0
"""Colours: all six matrices against floating point, the two that OpenCV has against OpenCV."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from pictures import FORMATS, INVALID, PHOTOGRAPHS, Array, Vpc, photograph, photograph_in_yuv, psnr

import acl
from opencv import cv2

MATRICES = range(6)
WIDE_601, NARROW_601 = 0, 1
# Sums are made in sixteen bits, of which four are behind the point.
TOLERANCE = 0.75
# Kr and Kb of ITU-R BT.601, 709 and 2020.
WEIGHTS = ((0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593))
YUV = [name for name, layout in FORMATS.items() if layout.kind in ("semi", "packed422", "yuv")]
RGB = [name for name, layout in FORMATS.items() if layout.kind in ("rgb", "argb")]

Reals = npt.NDArray[np.float64]


@pytest.fixture(params=MATRICES)
def matrix(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def vpc(matrix: int) -> Iterator[Vpc]:
    made = Vpc().open(matrix)
    yield made
    made.close()


def to_yuv(rgb: Array, matrix: int) -> Reals:
    """Y, U, V in the last dimension, before rounding."""
    r, g, b = (rgb[..., k].astype(np.float64) for k in range(3))
    if matrix == WIDE_601:  # the numbers of the documentation, rounded to the nearest
        return np.stack(
            [
                -0.5 + 0.299 * r + 0.587 * g + 0.114 * b,
                127.5 - 0.168 * r - 0.331 * g + 0.5 * b,
                127.5 + 0.5 * r - 0.419 * g - 0.081 * b,
            ],
            -1,
        )
    kr, kb = WEIGHTS[matrix // 2]
    is_narrow = matrix % 2
    luma = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - luma) / (2 * (1 - kb)), (r - luma) / (2 * (1 - kr))
    if is_narrow:
        luma, u, v = 16 + luma * 219 / 255, u * 224 / 255, v * 224 / 255
    return np.stack([luma, u + 128, v + 128], -1)


def to_rgb(yuv: Array, matrix: int) -> Reals:
    y, u, v = (yuv[..., k].astype(np.float64) for k in range(3))
    u, v = u - 128, v - 128
    if matrix == WIDE_601:
        return np.stack([y + 1.402 * v, y - 0.344 * u - 0.714 * v, y + 1.772 * u], -1)
    kr, kb = WEIGHTS[matrix // 2]
    if matrix % 2:
        y, u, v = (y - 16) * 255 / 219, u * 255 / 224, v * 255 / 224
    r, b = y + 2 * (1 - kr) * v, y + 2 * (1 - kb) * u
    return np.stack([r, (y - kr * r - kb * b) / (1 - kr - kb), b], -1)


def rounded(values: Reals) -> Array:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def most_apart(found: Array, expected: Reals | Array) -> float:
    clipped = np.clip(expected.astype(np.float64), 0, 255)
    return float(np.abs(found.astype(np.float64) - clipped).max())


def every_triple() -> Array:
    """Colours of the whole cube, as a picture."""
    steps = np.linspace(0, 255, 32).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    return cube.reshape(128, 256, 3)


@pytest.mark.parametrize("target_name", RGB)
def test_yuv_to_rgb(vpc: Vpc, matrix: int, target_name: str) -> None:
    triples = every_triple()
    source = vpc.picture("YUV888", 256, 128)
    source.set_channels([triples[..., k] for k in range(3)])
    target = vpc.picture(target_name, 256, 128, 2048)
    vpc.run("convert_color", source, target)
    channels = target.channels()
    assert most_apart(np.stack(channels[:3], -1), to_rgb(triples, matrix)) < TOLERANCE
    if len(channels) == 4:
        assert (channels[3] == 255).all()


@pytest.mark.parametrize("source_name", RGB)
def test_rgb_to_yuv(vpc: Vpc, matrix: int, source_name: str) -> None:
    triples = every_triple()
    source = vpc.picture(source_name, 256, 128, 2048)
    source.set_channels(
        [*(triples[..., k] for k in range(3)), triples[..., 0]][: channel_count(source_name)]
    )
    target = vpc.picture("YUV888", 256, 128)
    vpc.run("convert_color", source, target)
    assert most_apart(np.stack(target.channels(), -1), to_yuv(triples, matrix)) < TOLERANCE


def channel_count(name: str) -> int:
    return len(FORMATS[name].order)


def spread(channel: Array, shift: tuple[int, int]) -> Array:
    return channel.repeat(1 << shift[1], 0).repeat(1 << shift[0], 1)


def averaged(channel: Reals, shift: tuple[int, int]) -> Reals:
    rows, columns = channel.shape
    down, across = 1 << shift[1], 1 << shift[0]
    blocks = channel.reshape(rows // down, down, columns // across, across)
    return np.asarray(blocks.mean((1, 3)))


@pytest.mark.parametrize("name", YUV)
def test_chroma_is_repeated_in_rgb(vpc: Vpc, matrix: int, name: str) -> None:
    source = vpc.picture(name, 64, 48)
    target = vpc.picture("RGB", 64, 48)
    vpc.run("convert_color", source, target)
    y, u, v = source.channels()
    shift = source.layout.shift
    expected = to_rgb(np.stack([y, spread(u, shift), spread(v, shift)], -1), matrix)
    assert most_apart(np.stack(target.channels(), -1), expected) < TOLERANCE


@pytest.mark.parametrize("name", YUV)
def test_chroma_of_rgb_is_averaged(vpc: Vpc, matrix: int, name: str) -> None:
    source = vpc.picture("RGB", 64, 48)
    target = vpc.picture(name, 64, 48)
    vpc.run("convert_color", source, target)
    expected = rounded(to_yuv(np.stack(source.channels(), -1), matrix)).astype(np.float64)
    found = target.channels()
    shift = target.layout.shift
    assert most_apart(found[0], expected[..., 0]) <= 1
    for k in (1, 2):
        assert most_apart(found[k], averaged(expected[..., k], shift)) <= 1.5


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
@pytest.mark.parametrize("source_name", [*YUV, "YUV400"])
@pytest.mark.parametrize("target_name", [*YUV, "YUV400"])
def test_between_layouts_of_yuv(vpc: Vpc, source_name: str, target_name: str) -> None:
    source, target = vpc.picture(source_name, 64, 48), vpc.picture(target_name, 64, 48)
    vpc.run("convert_color", source, target)
    given, found = source.channels(), target.channels()
    assert np.array_equal(found[0], given[0])
    for k in range(1, len(found)):
        if len(given) == 1:
            assert (found[k] == 128).all()
            continue
        whole = spread(given[k], source.layout.shift).astype(np.float64)
        assert most_apart(found[k], averaged(whole, target.layout.shift)) <= 1


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_wide_601_is_that_of_opencv(vpc: Vpc, name: str) -> None:
    pixels = photograph(name)
    source = vpc.picture("RGB", pixels.shape[1], pixels.shape[0])
    source.set_channels([pixels[..., k] for k in range(3)])
    target = vpc.picture("YUV888", pixels.shape[1], pixels.shape[0])
    vpc.run("convert_color", source, target)
    y, v, u = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb))
    for found, expected in zip(target.channels(), (y, u, v), strict=True):
        assert most_apart(found, np.asarray(expected, np.uint8)) <= 2
        assert psnr(found, np.asarray(expected, np.uint8)) >= 45


@pytest.mark.parametrize("matrix", [NARROW_601], indirect=True)
@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize(
    ("layout", "code"),
    [("NV12", cv2.COLOR_YUV2RGB_NV12), ("NV21", cv2.COLOR_YUV2RGB_NV21)],
)
def test_narrow_601_is_that_of_opencv(vpc: Vpc, name: str, layout: str, code: int) -> None:
    y, u, v = photograph_in_yuv(name)
    y = np.maximum(y, 16)  # OpenCV takes what is blacker than black for black
    source = vpc.picture(layout, y.shape[1], y.shape[0])
    source.set_channels([y, u, v])
    target = vpc.picture("RGB", y.shape[1], y.shape[0])
    vpc.run("convert_color", source, target)
    stacked = source.read().reshape(-1, y.shape[1])
    expected = np.asarray(cv2.cvtColor(stacked, code), np.uint8)
    assert most_apart(np.stack(target.channels(), -1), expected) <= 2


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
def test_a_size_that_is_left_out_is_the_inputs(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("RGB", 64, 48)
    expected = vpc.picture("RGB", 64, 48)
    vpc.run("convert_color", source, expected)
    for name in ("width", "height"):
        assert getattr(acl.media, f"dvpp_set_pic_desc_{name}")(target.desc, 0) == 0
    vpc.run("convert_color", source, target)
    got = [
        getattr(acl.media, f"dvpp_get_pic_desc_{name}")(target.desc)
        for name in ("width", "height", "width_stride", "height_stride")
    ]
    assert got == [64, 48, 192, 48]
    assert np.array_equal(target.read(), expected.read())


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
@pytest.mark.parametrize("to", [(64, 48), (100, 30), (128, 96)])
def test_colours_of_a_scaled_area(vpc: Vpc, to: tuple[int, int]) -> None:
    """Scaled first, converted then, and pasted: nothing else is touched."""
    source, target = vpc.picture("NV12", 128, 96), vpc.picture("RGB", 200, 150)
    before = np.stack(target.channels(), -1)
    paste = (31, 17, *to)
    vpc.run(
        "crop_resize_paste",
        source,
        target,
        vpc.area(0, 0, 128, 96),
        vpc.area(*paste),
        vpc.config(1),
    )
    after = np.stack(target.channels(), -1)
    y, u, v = source.channels()
    is_scaled = to != (128, 96)
    scaled = [
        cv2.resize(
            np.ascontiguousarray(each),
            to,
            interpolation=cv2.INTER_LINEAR if k == 0 or is_scaled else cv2.INTER_NEAREST,
        )
        for k, each in enumerate((y, u, v))
    ]
    inside = after[17 : 17 + to[1], 31 : 31 + to[0]]
    assert most_apart(inside, to_rgb(np.stack(scaled, -1).astype(np.uint8), WIDE_601)) <= 3
    after[17 : 17 + to[1], 31 : 31 + to[0]] = before[17 : 17 + to[1], 31 : 31 + to[0]]
    assert np.array_equal(after, before)


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
def test_what_is_refused_changes_no_description(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("RGB", 60, 48)
    assert acl.media.dvpp_set_pic_desc_width(target.desc, 0) == 0
    assert vpc.submit("convert_color", source, target) == INVALID
    assert "its size is 8640" in str(acl.get_recent_err_msg())
    assert acl.media.dvpp_get_pic_desc_width(target.desc) == 0
    assert acl.media.dvpp_get_pic_desc_width_stride(target.desc) == 180


@pytest.mark.parametrize("matrix", [WIDE_601], indirect=True)
def test_odd_inputs_count_as_rounded_down(vpc: Vpc) -> None:
    source, odd = vpc.picture("NV12", 15, 15, 16, 16), vpc.picture("RGB", 15, 15)
    assert vpc.submit("convert_color", source, odd) == INVALID
    assert "the input has 14 x 14 pixels, the output 15 x 15" in str(acl.get_recent_err_msg())
    vpc.run("convert_color", source, vpc.picture("RGB", 14, 14))
