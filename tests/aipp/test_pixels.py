# SPDX-License-Identifier: Apache-2.0
"""AIPP's pixels at their boundaries: every number here was worked out by hand from docs/aipp.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pixels import FORMATS, Image, Pixels, RefusedError, Settings

IDENTITY = (256, 0, 0, 0, 256, 0, 0, 0, 256)
JPEG = (256, 0, 359, 256, -88, -183, 256, 454, 0)


def image(name: str, **values: Any) -> Settings:
    return Settings(FORMATS[name], **values)


def bytes_of(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, np.uint8)


def test_rgb_goes_into_planes(pixels: Pixels) -> None:
    picture = bytes_of(1, 2, 3, 4, 5, 6)
    settings = image("RGB888_U8", shape=(1, 3, 1, 2))
    assert pixels(settings, [Image()], picture).ravel().tolist() == [1, 4, 2, 5, 3, 6]
    last = replace(settings, channels_last=True)
    assert pixels(last, [Image()], picture).ravel().tolist() == [1, 2, 3, 4, 5, 6]


def test_swap_of_red_and_blue(pixels: Pixels) -> None:
    settings = image("RGB888_U8", shape=(1, 3, 1, 2), swap_rb_or_uv=True)
    assert pixels(settings, [Image()], bytes_of(1, 2, 3, 4, 5, 6)).ravel().tolist() == [
        3, 6, 2, 5, 1, 4,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["XRGB8888_U8", "ARGB8888_U8", "AYUV444_U8"])
@pytest.mark.parametrize(
    ("channels", "swap_ax", "expected"),
    [
        (4, False, [9, 1, 2, 3]),
        (4, True, [1, 2, 3, 9]),
        (3, True, [1, 2, 3]),  # the fourth is dropped
        (3, False, [9, 1, 2]),
    ],
)
def test_four_channels(
    pixels: Pixels, name: str, channels: int, swap_ax: bool, expected: list[int]
) -> None:
    settings = image(name, shape=(1, channels, 1, 2), swap_ax=swap_ax, channels_last=True)
    result = pixels(settings, [Image()], bytes_of(9, 1, 2, 3, 9, 1, 2, 3))
    assert result.reshape(2, channels).tolist() == [expected, expected]


def test_swap_of_four_channels_leaves_the_fourth(pixels: Pixels) -> None:
    """Of ARGB it is R and B that change places, of AYUV U and V."""
    picture = bytes_of(9, 1, 2, 3)
    both = np.concatenate([picture, picture])
    for name, expected in (("ARGB8888_U8", [9, 3, 2, 1]), ("AYUV444_U8", [9, 1, 3, 2])):
        settings = image(name, shape=(1, 4, 1, 2), swap_rb_or_uv=True, channels_last=True)
        assert pixels(settings, [Image()], both).reshape(2, 4)[0].tolist() == expected


def test_chroma_stands_for_its_block(pixels: Pixels) -> None:
    luma = list(range(8))
    semi420 = bytes_of(*luma, 50, 60, 51, 61)
    settings = image("YUV420SP_U8", shape=(1, 3, 2, 4))
    y, u, v = pixels(settings, [Image()], semi420)[0]
    assert y.ravel().tolist() == luma
    assert u.tolist() == [[50, 50, 51, 51]] * 2
    assert v.tolist() == [[60, 60, 61, 61]] * 2

    semi422 = bytes_of(*luma, 50, 60, 51, 61, 52, 62, 53, 63)
    y, u, v = pixels(image("YUV422SP_U8", shape=(1, 3, 2, 4)), [Image()], semi422)[0]
    assert u.tolist() == [[50, 50, 51, 51], [52, 52, 53, 53]]
    assert v.tolist() == [[60, 60, 61, 61], [62, 62, 63, 63]]

    packed = bytes_of(0, 50, 1, 60, 2, 51, 3, 61, 4, 52, 5, 62, 6, 53, 7, 63)
    y, u, v = pixels(image("YUYV_U8", shape=(1, 3, 2, 4)), [Image()], packed)[0]
    assert y.ravel().tolist() == luma
    assert u.tolist() == [[50, 50, 51, 51], [52, 52, 53, 53]]
    assert v.tolist() == [[60, 60, 61, 61], [62, 62, 63, 63]]


@pytest.mark.parametrize("name", ["YUV422SP_U8", "YUYV_U8"])
@pytest.mark.parametrize(("left", "width"), [(1, 2), (1, 3), (3, 1), (0, 3), (2, 1)])
def test_odd_crops_where_they_are_allowed(pixels: Pixels, name: str, left: int, width: int) -> None:
    semi422 = bytes_of(0, 1, 2, 3, 50, 60, 51, 61)
    packed = bytes_of(0, 50, 1, 60, 2, 51, 3, 61)
    settings = image(name, source_w=4, source_h=1, shape=(1, 3, 1, width))
    crop = Image(crop=True, crop_start_w=left, crop_size_w=width, crop_size_h=1)
    picture = packed if name == "YUYV_U8" else semi422
    result = pixels(settings, [crop], picture)[0, :, 0]
    whole = np.array([[0, 1, 2, 3], [50, 50, 51, 51], [60, 60, 61, 61]])
    assert result.tolist() == whole[:, left : left + width].tolist()


def test_the_shift_rounds_down_and_results_are_clamped(pixels: Pixels) -> None:
    settings = image(
        "AYUV444_U8",
        shape=(1, 3, 1, 2),
        convert_colour=True,
        matrix=(1, 0, 0, -1, 0, 0, 32767, 0, 0),
        swap_ax=True,
    )
    result = pixels(settings, [Image()], bytes_of(0, 255, 0, 0, 0, 1, 0, 0))[0, :, 0]
    assert result.tolist() == [[0, 0], [0, 0], [255, 127]]  # 255 / 256, -1 / 256, 32767 / 256


@pytest.mark.parametrize("swap_ax", [False, True])
@pytest.mark.parametrize(("channels", "expected"), [(3, [1, 2, 3]), (1, [1])])
def test_a_conversion_leaves_the_fourth_out(
    pixels: Pixels, channels: int, expected: list[int], *, swap_ax: bool
) -> None:
    """Wherever it stands: what is made has three channels."""
    settings = image(
        "XRGB8888_U8",
        shape=(1, channels, 1, 2),
        convert_colour=True,
        matrix=(256, 0, 0, 0, 256, 0, 0, 0, 256),
        swap_ax=swap_ax,
        channels_last=True,
    )
    result = pixels(settings, [Image()], bytes_of(9, 1, 2, 3, 9, 1, 2, 3))
    assert result.reshape(2, channels).tolist() == [expected, expected]


def test_negative_sums_round_down_before_the_bias(pixels: Pixels) -> None:
    settings = image(
        "RGB888_U8",
        shape=(1, 3, 1, 2),
        convert_colour=True,
        matrix=(-1, 0, 0, -256, 0, 0, -257, 0, 0),
        output_bias=(10, 10, 10),
    )
    result = pixels(settings, [Image()], bytes_of(1, 0, 0, 9, 0, 0))[0, :, 0]
    # -1 / 256 is -1 rounded down, so 9; -257 / 256 is -2, so 8; 9 * -257 / 256 is -10, so 0.
    assert result.tolist() == [[9, 9], [9, 1], [8, 0]]


def test_each_side_has_its_bias(pixels: Pixels) -> None:
    """That of the input counts for YUV, that of the output for RGB; real files have both set."""
    yuv = image(
        "AYUV444_U8",
        shape=(1, 3, 1, 2),
        convert_colour=True,
        matrix=JPEG,
        input_bias=(0, 128, 128),
        output_bias=(200, 200, 200),
        swap_ax=True,
    )
    assert pixels(yuv, [Image()], bytes_of(0, 90, 128, 128).tolist() * 2)[0, :, 0, 0].tolist() == [
        90,
        90,
        90,
    ]
    rgb = image(
        "RGB888_U8",
        shape=(1, 3, 1, 2),
        convert_colour=True,
        matrix=IDENTITY,
        input_bias=(90, 90, 90),
        output_bias=(1, 2, 3),
    )
    assert pixels(rgb, [Image()], bytes_of(10, 20, 30, 10, 20, 30))[0, :, 0, 0].tolist() == [
        11, 22, 33,
    ]  # fmt: skip


def test_conversion_over_many_columns(pixels: Pixels) -> None:
    """Blocks of columns are converted one after the other."""
    rng = np.random.default_rng(1)
    width = 613
    picture = rng.integers(0, 256, (1, width, 3), dtype=np.uint8)
    settings = image("RGB888_U8", shape=(1, 3, 1, width), convert_colour=True, matrix=JPEG)
    expected = np.clip((np.reshape(JPEG, (3, 3)) @ picture[0].T.astype(int)) >> 8, 0, 255)
    assert (pixels(settings, [Image()], picture)[0, :, 0] == expected).all()


def test_normalising_is_rounded_once_to_half_floats(pixels: Pixels) -> None:
    reciprocal = 0.0039215686
    numbers = Image(mean=(3, 0, 0, 0), minimum=(0.5, 0.1, 0, 0), reciprocal=(reciprocal,) * 4)
    settings = image("RGB888_U8", shape=(1, 3, 1, 2))
    result = pixels(settings, [numbers], bytes_of(128, 200, 128, 0, 0, 255))[0, :, 0]
    half = float(np.float16(reciprocal))
    assert result.dtype == np.float16
    assert result[0, 0] == np.float16((128 - 3 - 0.5) * half)
    assert result[0, 1] == np.float16(-3.5 * half)
    assert result[1, 0] == np.float16((200 - float(np.float16(0.1))) * half)
    assert result[2, 0] == np.float16(128 * half)
    wide = pixels(replace(settings, dtype="float32"), [numbers], bytes_of(128, 200, 128, 0, 0, 255))
    assert wide.dtype == np.float32
    assert (wide[0, :, 0] == result.astype(np.float32)).all()


def test_half_floats_at_their_edges(pixels: Pixels) -> None:
    settings = image("YUV400_U8", shape=(1, 1, 1, 256))
    picture = np.arange(256, dtype=np.uint8)
    for reciprocal in (65504.0, 5.9604645e-08, 6.1035156e-05, -3.0, 257.0, 1 / 3):
        result = pixels(settings, [Image(reciprocal=(reciprocal,) * 4)], picture).ravel()
        with np.errstate(over="ignore"):
            expected = (picture * np.float64(np.float16(reciprocal))).astype(np.float16)
        assert result.view(np.uint16).tolist() == expected.view(np.uint16).tolist()


def test_bytes_stay_what_they_are(pixels: Pixels) -> None:
    numbers = Image(mean=(9, 9, 9, 9), reciprocal=(7.0,) * 4)
    settings = image("RGB888_U8", shape=(1, 3, 1, 2), dtype="uint8")
    assert pixels(settings, [numbers], bytes_of(1, 2, 3, 4, 5, 6))[0, :, 0].tolist() == [
        [1, 4],
        [2, 5],
        [3, 6],
    ]


@pytest.mark.parametrize("channels_last", [False, True])
def test_crop_and_padding(pixels: Pixels, channels_last: bool) -> None:
    picture = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(6, 8, 3)
    edges = Image(
        crop=True, crop_start_w=3, crop_start_h=1, crop_size_w=4, crop_size_h=2,
        padding=True, padding_top=1, padding_bottom=2, padding_left=3, padding_right=0,
        mean=(1, 1, 1, 0),
    )  # fmt: skip
    settings = image(
        "RGB888_U8",
        source_w=8,
        source_h=6,
        padding_value=-0.75,
        shape=(1, 3, 5, 7),
        channels_last=channels_last,
    )
    expected = np.full((5, 7, 3), -0.75)
    expected[1:3, 3:7] = picture[1:3, 3:7].astype(int) - 1
    result = pixels(settings, [edges], picture)[0]
    if not channels_last:
        result = result.transpose(1, 2, 0)
    assert result.tolist() == expected.tolist()


def test_each_image_of_a_batch_has_its_own(pixels: Pixels) -> None:
    picture = np.arange(2 * 8, dtype=np.uint8).reshape(2, 2, 4)
    settings = image("YUV400_U8", source_w=4, source_h=2, shape=(2, 1, 1, 2))
    first = Image(crop=True, crop_size_w=2, crop_size_h=1)
    second = replace(first, crop_start_w=2, crop_start_h=1, mean=(5, 0, 0, 0))
    result = pixels(settings, [first, second], picture)
    assert result.ravel().tolist() == [0, 1, 14 - 5, 15 - 5]
    alike = pixels(settings, [first], picture)
    assert alike.ravel().tolist() == [0, 1, 8, 9]


def test_one_channel_is_the_first(pixels: Pixels) -> None:
    picture = bytes_of(10, 20, 30, 40, 50, 60, 90, 200)
    settings = image("YUV420SP_U8", source_w=2, source_h=2, shape=(1, 1, 2, 2))
    assert pixels(settings, [Image()], picture[:6]).ravel().tolist() == [10, 20, 30, 40]
    gray = image(
        "RGB888_U8",
        shape=(1, 1, 1, 2),
        convert_colour=True,
        matrix=(76, 150, 30, 0, 0, 0, 0, 0, 0),
    )
    assert pixels(gray, [Image()], bytes_of(100, 100, 100, 255, 0, 0)).ravel().tolist() == [
        100, 255 * 76 >> 8,
    ]  # fmt: skip


def test_a_crop_without_a_size_is_the_models(pixels: Pixels) -> None:
    picture = np.arange(64, dtype=np.uint8)
    settings = image("YUV400_U8", source_w=8, source_h=8, shape=(1, 1, 2, 3))
    crop = Image(crop=True, crop_start_w=5, crop_start_h=6)
    assert pixels(settings, [crop], picture).ravel().tolist() == [53, 54, 55, 61, 62, 63]


NV12 = Settings(FORMATS["YUV420SP_U8"], source_w=8, source_h=8, shape=(1, 3, 4, 4))
CROP = Image(crop=True, crop_size_w=4, crop_size_h=4)


@pytest.mark.parametrize(
    ("settings", "changes", "rule"),
    [
        (replace(NV12, source_w=7), {}, "width of the source image of YUV420SP_U8 is even"),
        (replace(NV12, source_h=7), {}, "height of the source image .* is even, it is 7"),
        (replace(NV12, source_w=4098), {}, "width of the source image goes from 2 to 4096"),
        (replace(NV12, source_h=-2), {}, "height of the source image goes from 1 to 4096"),
        (NV12, {"crop_start_w": 1}, "left edge of the crop of YUV420SP_U8 is even, it is 1"),
        (NV12, {"crop_start_h": 3}, "top edge of the crop .* is even, it is 3"),
        (NV12, {"crop_size_w": 3}, "width of the crop .* is even, it is 3"),
        (NV12, {"crop_start_w": 6}, "4x4 at 6,0 lies outside of the source image of 8x8"),
        (NV12, {"crop_start_h": 4096}, "top edge of the crop goes from 0 to 4095"),
        (NV12, {"crop_size_w": 6}, "makes an image of 6x4, the model takes 4x4"),
        (NV12, {"padding": True, "padding_left": 33}, "padding on the left goes from 0 to 32"),
        (NV12, {"padding": True, "padding_top": -1}, "padding on top goes from 0 to 32"),
        (NV12, {"padding": True, "padding_top": 2}, "makes an image of 4x6, the model takes 4x4"),
        (NV12, {"scale": True}, "cannot resize"),
        (NV12, {"mean": (0, 256, 0, 0)}, "mean of channel 1 goes from 0 to 255, it is 256"),
        (NV12, {"minimum": (0, 0, 255.5, 0)}, "minimum of channel 2 goes from 0 to 255"),
        (NV12, {"minimum": (float("nan"), 0, 0, 0)}, "minimum of channel 0"),
        (NV12, {"reciprocal": (0, 0, 0, 65536)}, "reciprocal of the variance of channel 3"),
        (replace(NV12, format=11), {}, "input format RAW10 is not supported"),
        (replace(NV12, format=65535), {}, "input format of AIPP was not set"),
        (replace(NV12, shape=(1, 4, 4, 4)), {}, "takes 4 channels, YUV420SP_U8 gives 3"),
        (replace(NV12, shape=(1, 2, 4, 4)), {}, "takes 2 channels, YUV420SP_U8 gives 3"),
        (
            replace(NV12, format=FORMATS["YUV400_U8"], shape=(1, 1, 4, 4), convert_colour=True),
            {},
            "conversion of colours takes three channels",
        ),
        (
            replace(NV12, padding_value=70000.0, shape=(1, 3, 6, 4)),
            {"padding": True, "padding_top": 2},
            "value of the padding",
        ),
        (
            replace(NV12, padding_value=-1.0, dtype="uint8", shape=(1, 3, 6, 4)),
            {"padding": True, "padding_top": 2},
            "value of the padding goes from 0 to 255, it is -1",
        ),
    ],
)  # fmt: skip
def test_rules(pixels: Pixels, settings: Settings, changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(RefusedError, match=rule) as refused:
        pixels(settings, [replace(CROP, **changes)], np.zeros(96, np.uint8))
    assert refused.value.code == 100000


def test_what_is_off_is_not_looked_at(pixels: Pixels) -> None:
    off = Image(crop_start_w=-1, crop_size_w=99999, padding_left=999)
    settings = replace(NV12, shape=(1, 3, 8, 8))
    assert pixels(settings, [off], np.zeros(96, np.uint8)).shape == (1, 3, 8, 8)


def test_settings_of_the_wrong_number_of_images(pixels: Pixels) -> None:
    settings = replace(NV12, shape=(3, 3, 4, 4))
    with pytest.raises(RefusedError, match="of 2 images for a batch of 3"):
        pixels(settings, [CROP, CROP], np.zeros(288, np.uint8))
    with pytest.raises(RefusedError, match="of no image") as refused:
        pixels(settings, [], np.zeros(288, np.uint8))
    assert refused.value.code == 145014


def test_the_minimum_is_a_half_float(pixels: Pixels) -> None:
    """0.1 is 0.09998 then: three times that ends elsewhere than 0.3."""
    settings = image("YUV400_U8", shape=(1, 1, 1, 2))
    numbers = Image(minimum=(0.1, 0, 0, 0), reciprocal=(3.0, 1, 1, 1))
    result = pixels(settings, [numbers], bytes_of(0, 0)).ravel()
    assert result[0] == -np.float16(0.0999755859375 * 3) != -np.float16(0.3)
