# SPDX-License-Identifier: Apache-2.0
"""Layers that only Caffe has, against numpy or ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import Array, Fixed, assert_close, onnx_op, run_node, run_op

Generator = np.random.Generator


@pytest.fixture
def x(rng: Generator) -> Array:
    return rng.standard_normal((2, 6, 3, 4), np.float32)


@pytest.mark.parametrize(("mode", "coeff"), [(0, []), (1, [2.0, -1.0]), (1, []), (2, [])])
def test_eltwise(mode: int, coeff: list[float], rng: Generator) -> None:
    a, b = (rng.standard_normal((2, 5)).astype(np.float32) for _ in range(2))
    attrs: dict[str, Any] = {"mode": mode, "N": 2}
    if coeff:
        attrs["coeff"] = coeff
    factors = coeff or [1.0, 1.0]
    expected = [a * b, factors[0] * a + factors[1] * b, np.maximum(a, b)][mode]
    assert_close(run_op("Eltwise", [a, b], a.shape, attrs), expected)


def test_scale(x: Array, rng: Generator) -> None:
    scale, bias = (rng.random(6).astype(np.float32) for _ in range(2))
    actual = run_op("Scale", [x], x.shape, {"axis": 1}, constants=[scale, bias])
    assert_close(actual, x * scale.reshape(-1, 1, 1) + bias.reshape(-1, 1, 1))


@pytest.mark.parametrize(("axis", "dims"), [(1, (6,)), (1, (6, 3)), (-1, (4,)), (1, (1,))])
def test_bias(axis: int, dims: tuple[int, ...], x: Array, rng: Generator) -> None:
    bias = rng.random(dims, np.float32)
    actual = run_op("Bias", [x], x.shape, {"axis": axis}, constants=[bias])
    assert_close(actual, x + bias.reshape(dims + (1,) * (4 - axis % 4 - len(dims))))


@pytest.mark.parametrize("axis", [0, 2, -1])
@pytest.mark.parametrize("operation", ["SUM", "ASUM", "SUMSQ", "MEAN"])
def test_reduction(operation: str, axis: int, x: Array) -> None:
    rows = x.reshape(*x.shape[: axis % 4], -1)
    functions = {
        "SUM": rows.sum(-1),
        "ASUM": np.abs(rows).sum(-1),
        "SUMSQ": np.square(rows).sum(-1),
        "MEAN": rows.mean(-1),
    }
    expected = 0.5 * functions[operation]
    attrs = {"operation": operation, "axis": axis, "coeff": 0.5}
    assert_close(run_op("Reduction", [x], expected.shape, attrs), expected, 1e-4)


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("spatial", [True, False])
def test_normalize(*, spatial: bool, shared: bool, x: Array, rng: Generator) -> None:
    scale = rng.random(1 if shared else 6, np.float32)
    attrs = {"across_spatial": spatial, "channel_shared": shared, "eps": 1e-2}
    actual = run_op("Normalize", [x], x.shape, attrs, constants=[scale])
    sums = np.square(x).sum((1, 2, 3) if spatial else 1, keepdims=True)
    assert_close(actual, x / np.sqrt(sums + 1e-2) * scale.reshape(-1, 1, 1))


@pytest.mark.parametrize("variance", [True, False])
@pytest.mark.parametrize("across", [True, False])
def test_mean_variance(*, across: bool, variance: bool, x: Array) -> None:
    axes = (1, 2, 3) if across else (2, 3)
    centred = x - x.mean(axes, keepdims=True)
    scale = np.sqrt(np.square(centred).mean(axes, keepdims=True)) + 0.5 if variance else 1
    attrs = {"across_channels": across, "normalize_variance": variance, "eps": 0.5}
    assert_close(run_op("MVN", [x], x.shape, attrs), centred / scale)


def test_tile_with_axis(x: Array) -> None:
    actual = run_op("TileWithAxis", [x], (2, 18, 3, 4), {"axis": 1, "tiles": 3})
    np.testing.assert_array_equal(actual, np.tile(x, (1, 3, 1, 1)))


@pytest.mark.parametrize("offsets", [[1, 2], [1], []])
def test_crop(offsets: list[int], x: Array) -> None:
    size = np.zeros((2, 6, 2, 2), np.float32)
    row, column = (offsets * 2)[:2] if offsets else (0, 0)
    attrs: dict[str, Any] = {"axis": 2}
    if offsets:
        attrs["offsets"] = offsets
    actual = run_op("Crop", [x, size], size.shape, attrs)
    np.testing.assert_array_equal(actual, x[:, :, row : row + 2, column : column + 2])


def test_shuffle_channel(x: Array) -> None:
    actual = run_op("ShuffleChannel", [x], x.shape, {"group": 2})
    expected = x.reshape(2, 2, 3, 3, 4).transpose(0, 2, 1, 3, 4).reshape(x.shape)
    np.testing.assert_array_equal(actual, expected)


def test_permute(x: Array) -> None:
    actual = run_op("Permute", [x], (2, 3, 4, 6), {"order": [0, 2, 3, 1]})
    np.testing.assert_array_equal(actual, x.transpose(0, 2, 3, 1))


def test_upsample(x: Array) -> None:
    attrs = {"scale": 0.5, "stride_h": 2, "stride_w": 3}
    expected = 0.5 * x.repeat(2, 2).repeat(3, 3)
    np.testing.assert_array_equal(run_op("Upsample", [x], expected.shape, attrs), expected)


def test_argument_and_value_of_the_largest(x: Array) -> None:
    for type, arg, best in (
        ("ArgMaxWithValue", np.argmax, np.max),
        ("ArgMinWithValue", np.argmin, np.min),
    ):
        index, value = run_node(
            type,
            [x],
            [((2, 3, 4), "int32"), ((2, 3, 4), "float32")],
            {"dimension": 1, "keep_dims": False},
        )
        np.testing.assert_array_equal(index, arg(x, 1))
        np.testing.assert_array_equal(value, best(x, 1))


def _caffe_average(x: Array, kernel: int, stride: int, pad: int, size: tuple[int, int]) -> Array:
    """Caffe's own rule: windows are cut at the padded image, and their area is the divisor."""
    height, width = x.shape[2] + pad, x.shape[3] + pad
    out = np.zeros((*x.shape[:2], *size), np.float32)
    for i in range(size[0]):
        for j in range(size[1]):
            top, left = i * stride - pad, j * stride - pad
            bottom, right = min(top + kernel, height), min(left + kernel, width)
            area = (bottom - top) * (right - left)
            window = x[:, :, max(top, 0) : bottom, max(left, 0) : right]
            out[:, :, i, j] = window.sum((2, 3)) / area
    return out


@pytest.mark.parametrize(
    ("kernel", "stride", "pad", "size"),
    [
        (3, 2, 0, (4, 5)),  # 8 x 9: the last row of windows hangs over
        (3, 2, 1, (5, 5)),
        (2, 2, 0, (4, 5)),
        (3, 3, 1, (3, 4)),
    ],
)
def test_average_pooling_rounds_its_size_up(
    kernel: int, stride: int, pad: int, size: tuple[int, int], rng: Generator
) -> None:
    x = rng.standard_normal((1, 3, 8, 9), np.float32)
    attrs = {
        "mode": 1,
        "global_pooling": False,
        "window": [kernel, kernel],
        "stride": [stride, stride],
        "pad": [pad] * 4,
        "ceil_mode": 0,
        "data_format": "NCHW",
    }
    expected = _caffe_average(x, kernel, stride, pad, size)
    assert_close(run_op("Pooling", [x], expected.shape, attrs), expected)


def test_max_pooling_rounds_its_size_up(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 8, 9), np.float32)
    attrs = {"mode": 0, "window": [3, 3], "stride": [2, 2], "pad": [0] * 4, "ceil_mode": 0}
    expected = onnx_op("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)[0]
    assert expected.shape == (1, 3, 4, 4)
    np.testing.assert_array_equal(run_op("Pooling", [x], expected.shape, attrs), expected)


def test_concat_and_slice(x: Array) -> None:
    (joined,) = run_node("Concat", [Fixed(np.int32(1)), x, x], [((2, 12, 3, 4), "float32")])
    np.testing.assert_array_equal(joined, np.concatenate([x, x], 1))
