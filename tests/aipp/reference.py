# SPDX-License-Identifier: Apache-2.0
"""AIPP in 64-bit floats, written from the notes on the public documentation alone.

It shares nothing with the runtime, nor with what `ascendcl compile` verifies by. Pixel by pixel
planes are looked up by their place in the file, so that an error in a reshape cannot be in both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray

YUV = ("YUV420SP_U8", "YUV422SP_U8", "YUYV_U8", "AYUV444_U8")
BYTES = {"YUV420SP_U8": 1.5, "RGB888_U8": 3, "YUV400_U8": 1, "YUV422SP_U8": 2, "YUYV_U8": 2}


@dataclass
class Steps:
    """What is done to one picture."""

    format: str
    width: int
    height: int
    matrix: list[list[int]] | None = None
    input_bias: tuple[int, ...] = (0, 0, 0)
    output_bias: tuple[int, ...] = (0, 0, 0)
    swap: bool = False
    swap_ax: bool = False
    crop: tuple[int, int, int, int] | None = None  # left, top, width, height
    padding: tuple[int, int, int, int] | None = None  # top, bottom, left, right
    padding_value: float = 0.0
    mean: tuple[int, ...] = (0, 0, 0, 0)
    minimum: tuple[float, ...] = field(default=(0.0, 0.0, 0.0, 0.0))
    reciprocal: tuple[float, ...] = field(default=(1.0, 1.0, 1.0, 1.0))

    @property
    def picture_bytes(self) -> int:
        return int(self.width * self.height * BYTES.get(self.format, 4))


def planes(data: Array, steps: Steps) -> dict[str, Array]:
    """Each channel by its letter, as large as the picture."""
    w, h = steps.width, steps.height
    y, x = np.mgrid[0:h, 0:w]
    at = y * w + x

    def pick(place: Array) -> Array:
        return data[place].astype(np.float64)

    if steps.format == "YUV420SP_U8":
        pair = w * h + (y // 2) * w + (x // 2) * 2
        return {"Y": pick(at), "U": pick(pair), "V": pick(pair + 1)}
    if steps.format == "YUV422SP_U8":
        pair = w * h + y * w + (x // 2) * 2
        return {"Y": pick(at), "U": pick(pair), "V": pick(pair + 1)}
    if steps.format == "YUYV_U8":
        pair = 2 * y * w + (x // 2) * 4
        return {"Y": pick(2 * at), "U": pick(pair + 1), "V": pick(pair + 3)}
    if steps.format == "YUV400_U8":
        return {"Y": pick(at)}
    letters = {"RGB888_U8": "RGB", "AYUV444_U8": "AYUV"}.get(steps.format, "XRGB")
    return {letter: pick(len(letters) * at + i) for i, letter in enumerate(letters)}


def converted(channels: list[Array], steps: Steps) -> list[Array]:
    assert steps.matrix is not None
    is_yuv = steps.format in YUV
    result = []
    for row in range(3):
        total = np.zeros_like(channels[0])
        for column in range(3):
            bias = steps.input_bias[column] if is_yuv else 0
            total += steps.matrix[row][column] * (channels[column] - bias)
        shifted = np.floor(total / 256)
        result.append(np.clip(shifted + (0 if is_yuv else steps.output_bias[row]), 0, 255))
    return result


def reference(data: Array, steps: Steps, channels: int, dtype: str) -> Array:
    """Height, width, channels: exact, not rounded to the type."""
    image = planes(data, steps)
    if steps.swap:
        first, second = ("R", "B") if "R" in image else ("U", "V")
        image[first], image[second] = image[second], image[first]
    if steps.crop is not None:
        left, top, width, height = steps.crop
        image = {k: v[top : top + height, left : left + width] for k, v in image.items()}
    order = "".join(image)
    if steps.matrix is not None:
        found = converted([image[k] for k in order if k not in "AX"], steps)
    else:
        if steps.swap_ax and order[0] in "AX":
            order = order[1:] + order[0]
        found = [image[letter] for letter in order]
    found = found[:channels]
    if dtype != "uint8":
        found = [
            (plane - steps.mean[i] - float(np.float16(steps.minimum[i])))
            * float(np.float16(steps.reciprocal[i]))
            for i, plane in enumerate(found)
        ]
    top, bottom, left, right = steps.padding or (0, 0, 0, 0)
    h, w = found[0].shape
    result = np.full((h + top + bottom, w + left + right, channels), steps.padding_value)
    for i, plane in enumerate(found):
        result[top : top + h, left : left + w, i] = plane
    return result


def steps_off(found: Array, exact: Array, dtype: str) -> float:
    """The greatest difference in steps of the type: neighbours are one apart."""
    if dtype == "uint8":
        return float(np.abs(found.astype(np.float64) - exact).max())
    # What AIPP makes are 16-bit floats, also where the network takes wider ones.
    step = np.spacing(np.abs(exact).astype(np.float16)).astype(np.float64)
    return float((np.abs(found.astype(np.float64) - exact) / step).max())
