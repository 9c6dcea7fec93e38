# SPDX-License-Identifier: Apache-2.0
"""AIPP in numpy, to verify a compiled file with; docs/aipp.md has the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

_RGB = ("RGB888_U8", "XRGB8888_U8", "ARGB8888_U8")
_FOUR = ("XRGB8888_U8", "ARGB8888_U8", "AYUV444_U8")


def apply_aipp(pictures: Array, step: Mapping[str, Any]) -> Array:
    """Make of the pictures of a batch what the network takes."""
    values = step["values"]
    n, height, width, channels = step["image"]
    images = np.stack(
        [_image(picture, values, height, width) for picture in pictures.reshape(n, -1)]
    )
    images = _normalised(images[..., :channels], values, step["dtype"])
    if values["padding"]:
        sides = [
            (values[f"{a}_padding_size"], values[f"{b}_padding_size"])
            for a, b in (("top", "bottom"), ("left", "right"))
        ]
        images = np.pad(images, [(0, 0), *sides, (0, 0)], constant_values=values["padding_value"])
    return images if step["layout"] == "NHWC" else images.transpose(0, 3, 1, 2)


def _image(picture: Array, values: Mapping[str, Any], height: int, width: int) -> Array:
    """Height, width, channels of one picture, in whole numbers."""
    pixels = values["input_format"]
    rows, columns = values["src_image_size_h"] or height, values["src_image_size_w"] or width
    image = _read(picture, pixels, rows, columns).astype(np.int64)
    first = 1 if pixels in _FOUR else 0
    if values["rbuv_swap_switch"] and pixels != "YUV400_U8":
        a, b = (first, first + 2) if pixels in _RGB else (first + 1, first + 2)
        image[..., [a, b]] = image[..., [b, a]]
    if values["crop"]:
        top, left = values["load_start_pos_h"], values["load_start_pos_w"]
        image = image[
            top : top + (values["crop_size_h"] or height),
            left : left + (values["crop_size_w"] or width),
        ]
    if values["csc_switch"]:
        return _converted(image[..., first : first + 3], values, is_rgb=pixels in _RGB)
    return np.roll(image, -1, axis=-1) if values["ax_swap_switch"] and first else image


def _read(picture: Array, pixels: str, rows: int, columns: int) -> Array:
    size = rows * columns
    if pixels == "YUV420SP_U8":
        chroma = picture[size:].reshape(rows // 2, columns // 2, 2).repeat(2, 0).repeat(2, 1)
    elif pixels == "YUV422SP_U8":
        chroma = picture[size:].reshape(rows, columns // 2, 2).repeat(2, 1)
    elif pixels == "YUYV_U8":
        pairs = picture.reshape(rows, columns // 2, 4)
        luma = pairs[..., ::2].reshape(rows, columns, 1)
        return np.concatenate([luma, pairs[..., 1::2].repeat(2, 1)], axis=-1)
    else:
        return picture.reshape(rows, columns, -1)
    return np.concatenate([picture[:size].reshape(rows, columns, 1), chroma], axis=-1)


def _converted(image: Array, values: Mapping[str, Any], *, is_rgb: bool) -> Array:
    matrix = np.array([[values[f"matrix_r{i}c{j}"] for j in range(3)] for i in range(3)])
    bias = np.array([values[f"{'output' if is_rgb else 'input'}_bias_{i}"] for i in range(3)])
    made = ((image @ matrix.T) >> 8) + bias if is_rgb else ((image - bias) @ matrix.T) >> 8
    clamped: Array = np.clip(made, 0, 255)
    return clamped


def _normalised(images: Array, values: Mapping[str, Any], dtype: str) -> Array:
    if dtype == "uint8":
        return images.astype(np.uint8)
    mean, least, reciprocal = (
        np.array([values[f"{key}_chn_{i}"] for i in range(images.shape[-1])], np.float64)
        for key in ("mean", "min", "var_reci")
    )
    return ((images - mean - least) * reciprocal).astype(np.float16).astype(dtype)
