# SPDX-License-Identifier: Apache-2.0
"""Pools, reductions and normalisations against ONNX Runtime or numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import Array, assert_close, blocked, blocked_input, finish, onnx_op, run, run_op

from ascendcl.om import GraphBuilder

Generator = np.random.Generator


def _per_channel(vector: Array, format: str = "NCHW") -> Array:
    return vector.reshape(-1, 1, 1) if format == "NCHW" else vector


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
@pytest.mark.parametrize("type", ["BatchNorm", "BNInfer"])
def test_batch_norm(type: str, format: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 3, 4) if format == "NCHW" else (2, 3, 4, 5), np.float32)
    vectors = [rng.random(5, np.float32) + 0.5 for _ in range(4)]
    scale, offset, mean, variance = (_per_channel(v, format) for v in vectors)
    attrs = {"epsilon": 1e-3, "data_format": format, "is_training": False}
    actual = run_op(type, [x], x.shape, attrs, format=format, constants=vectors)
    assert_close(actual, (x - mean) / np.sqrt(variance + 1e-3) * scale + offset)


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_instance_norm(format: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 3, 4)).astype(np.float32)
    gamma, beta = (rng.random(5).astype(np.float32) for _ in range(2))
    expected = onnx_op("InstanceNormalization", [x, gamma, beta], epsilon=1e-3)[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    given, wanted = np.ascontiguousarray(x.transpose(order)), expected.transpose(order)
    attrs = {"epsilon": 1e-3, "data_format": format}
    actual = run_op(
        "InstanceNorm", [given], wanted.shape, attrs, format=format, constants=[gamma, beta]
    )
    assert_close(actual, wanted, 1e-4)


def test_group_norm(rng: Generator) -> None:
    x = rng.standard_normal((2, 6, 3, 4)).astype(np.float32)
    gamma, beta = (rng.random(6).astype(np.float32) for _ in range(2))
    attrs = {"num_groups": 3, "eps": 1e-3, "data_format": "NCHW", "is_training": False}
    actual = run_op("GroupNorm", [x], x.shape, attrs, constants=[gamma, beta])
    groups = x.reshape(2, 3, -1)
    centred = groups - groups.mean(-1, keepdims=True)
    normal = centred / np.sqrt(np.square(centred).mean(-1, keepdims=True) + 1e-3)
    expected = normal.reshape(x.shape) * _per_channel(gamma) + _per_channel(beta)
    assert_close(actual, expected, 1e-4)


def test_l2_normalize(rng: Generator) -> None:
    x = rng.standard_normal((2, 6, 3, 4)).astype(np.float32)
    x[0, :, 0, 0] = 1e-3  # below eps
    actual = run_op("L2Normalize", [x], x.shape, {"axis": [1], "eps": 1e-2})
    sums = np.square(x).sum(1, keepdims=True)
    assert_close(actual, x / np.sqrt(np.maximum(sums, 1e-2)))


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_local_response(format: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 9, 3, 4)).astype(np.float32)
    # ONNX divides alpha by the size.
    expected = onnx_op("LRN", [x], size=5, alpha=0.5 * 5, beta=0.75, bias=2.0)[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    given, wanted = np.ascontiguousarray(x.transpose(order)), expected.transpose(order)
    attrs = {"depth_radius": 2, "alpha": 0.5, "beta": 0.75, "bias": 2.0}
    assert_close(run_op("LRN", [given], wanted.shape, attrs, format=format), wanted)


def test_layer_norm_with_its_shape_as_an_input(rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4)).astype(np.float32)
    gamma, beta = (rng.random((3, 4)).astype(np.float32) for _ in range(2))
    constants = [np.array([3, 4], np.int64), gamma, beta]
    actual = run_op("LayerNormV4", [x], x.shape, {"epsilon": 1e-3}, constants=constants)
    expected = onnx_op("LayerNormalization", [x, gamma, beta], axis=1, epsilon=1e-3)[0]
    assert_close(actual, expected, 1e-4)


@pytest.mark.parametrize("type", ["LayerNorm", "LayerNormV3"])
def test_layer_norm(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 8)).astype(np.float32)
    gamma, beta = (rng.random(8).astype(np.float32) for _ in range(2))
    attrs = {"begin_norm_axis": 2, "begin_params_axis": -1, "epsilon": 1e-5}
    actual = run_op(type, [x], x.shape, attrs, constants=[gamma, beta])
    expected = onnx_op("LayerNormalization", [x, gamma, beta], axis=-1, epsilon=1e-5)[0]
    assert_close(actual, expected, 1e-4)


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
@pytest.mark.parametrize(
    ("type", "ceil", "pads"),
    [
        ("MaxPoolV3", False, [1, 1, 1, 1]),
        ("MaxPoolV3", True, [0, 0, 0, 0]),
        ("AvgPoolV2", False, [1, 1, 1, 1]),
        ("AvgPoolV2", False, [0, 0, 0, 0]),
    ],
)
def test_pool(format: str, type: str, ceil: bool, pads: list[int], rng: Generator) -> None:
    x = rng.standard_normal((1, 5, 12, 9)).astype(np.float32)
    op = "MaxPool" if type == "MaxPoolV3" else "AveragePool"
    expected = onnx_op(
        op,
        [x],
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[pads[0], pads[2], pads[1], pads[3]],
        ceil_mode=int(ceil),
    )[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    attrs = {
        "ksize": [1, 1, 3, 3] if format == "NCHW" else [1, 3, 3, 1],
        "strides": [1, 1, 2, 2] if format == "NCHW" else [1, 2, 2, 1],
        "padding_mode": "CALCULATED",
        "pads": pads,
        "ceil_mode": ceil,
        "data_format": format,
        "exclusive": True,
    }
    given, wanted = np.ascontiguousarray(x.transpose(order)), expected.transpose(order)
    assert_close(run_op(type, [given], wanted.shape, attrs, format=format), wanted)


@pytest.mark.parametrize(("padding", "auto"), [("SAME", "SAME_UPPER"), ("VALID", "VALID")])
@pytest.mark.parametrize("type", ["MaxPool", "MaxPoolV2", "AvgPool"])
def test_pool_of_tensorflow(type: str, padding: str, auto: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 12, 9)).astype(np.float32)
    of_onnx = "AveragePool" if type == "AvgPool" else "MaxPool"
    expected = onnx_op(of_onnx, [x], kernel_shape=[3, 2], strides=[2, 2], auto_pad=auto)[0]
    attrs = {
        "ksize": [1, 1, 3, 2],
        "strides": [1, 1, 2, 2],
        "padding": padding,
        "data_format": "NCHW",
    }
    assert_close(run_op(type, [x], expected.shape, attrs), expected)


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_global_average_pool(format: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    expected = x.mean((2, 3) if format == "NCHW" else (1, 2), keepdims=True)
    assert_close(run_op("GlobalAveragePool", [x], expected.shape, format=format), expected)


def test_global_pooling_may_leave_its_window_out(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    attrs = {"mode": 0, "global_pooling": True}
    assert_close(run_op("Pooling", [x], (1, 3, 1, 1), attrs), x.max((2, 3), keepdims=True))


def test_global_pooling_of_caffe(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    attrs = {
        "mode": 1,
        "global_pooling": True,
        "window": [1, 1],
        "stride": [1, 1],
        "pad": [0, 0, 0, 0],
        "ceil_mode": 0,
        "data_format": "NCHW",
    }
    actual = run_op("Pooling", [x], (1, 3, 1, 1), attrs)
    assert_close(actual, x.mean((2, 3), keepdims=True))


def _norm(x: Array, **how: Any) -> Array:
    return np.sqrt(np.square(x).sum(**how))


def _log_sum_exp(x: Array, **how: Any) -> Array:
    return np.log(np.exp(x).sum(**how))


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("form", ["attribute", "input"])
@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("ReduceMean", np.mean),
        ("ReduceMax", np.max),
        ("ReduceMin", np.min),
        ("ReduceSum", np.sum),
        ("ReduceProd", np.prod),
        ("EuclideanNorm", _norm),
    ],
)
def test_reduce(
    *, type: str, function: Callable[..., Array], form: str, keep: bool, rng: Generator
) -> None:
    x = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    expected = function(x, axis=(1, 3), keepdims=keep)
    attrs: dict[str, Any] = {"keep_dims": keep}
    constants = [np.array([1, -1], np.int32)] if form == "input" else []
    if form == "attribute":
        type, attrs = type + "D", {**attrs, "axes": [1, -1]}
    assert_close(run_op(type, [x], expected.shape, attrs, constants=constants), expected, 1e-4)


@pytest.mark.parametrize("keep", [True, False])
def test_reductions_to_a_logarithm(keep: bool, rng: Generator) -> None:
    x = rng.random((2, 3, 4), np.float32) * 4
    how = {"axis": (0, 2), "keepdims": keep}
    for type, expected in (
        ("ReduceLogSumExp", _log_sum_exp(x, **how)),
        ("ReduceLogSum", np.log(x.sum(**how))),
    ):
        attrs = {"keep_dims": keep}
        constants = [np.array([0, 2], np.int32)]
        assert_close(run_op(type, [x], expected.shape, attrs, constants=constants), expected)
    large = run_op(
        "ReduceLogSumExp", [x + 200], expected.shape, attrs, constants=constants
    )  # no overflow
    assert_close(large, _log_sum_exp(x, **how) + 200)


@pytest.mark.parametrize("form", ["attribute", "input"])
@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(("type", "function"), [("ReduceAll", np.all), ("ReduceAny", np.any)])
def test_logical_reduce(
    *, type: str, function: Callable[..., Array], keep: bool, form: str, rng: Generator
) -> None:
    x = rng.integers(0, 2, (3, 4, 2)).astype(bool)
    expected = function(x, axis=(0, 2), keepdims=keep)
    attrs: dict[str, Any] = {"keep_dims": keep}
    constants = [np.array([0, -1], np.int32)] if form == "input" else []
    if form == "attribute":
        type, attrs = type + "D", {**attrs, "axes": [0, -1]}
    actual = run_op(type, [x], expected.shape, attrs, constants=constants, dtype="bool")
    np.testing.assert_array_equal(actual, expected)


def test_reduce_of_a_blocked_tensor_uses_logical_axes(rng: Generator) -> None:
    x = rng.standard_normal((1, 20, 4, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    y = graph.op(
        "ReduceMeanD",
        [blocked_input(graph, "x", x.shape)],
        blocked((1, 20, 1, 1)),
        attrs={"axes": [2, 3], "keep_dims": True},
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], x.mean((2, 3), keepdims=True))


@pytest.mark.parametrize("axes", [[-1], [1], [2, 3]])
def test_softmax(axes: list[int], rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    powers = np.exp(x - x.max(tuple(axes), keepdims=True))
    expected = powers / powers.sum(tuple(axes), keepdims=True)
    assert_close(run_op("SoftmaxV2", [x], x.shape, {"axes": axes}), expected)
    assert_close(run_op("Softmax", [x], x.shape, {"axes": axes}), expected)
    assert_close(run_op("LogSoftmaxV2", [x], x.shape, {"axes": axes}), np.log(expected), 1e-4)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize(
    ("type", "function"), [("ArgMaxD", np.argmax), ("ArgMaxV2", np.argmax), ("ArgMinD", np.argmin)]
)
def test_arg_extreme_takes_the_first(
    type: str, function: Callable[..., Array], dtype: str, rng: Generator
) -> None:
    x = rng.integers(0, 4, (3, 40)).astype(np.float32)
    by_input = type.endswith("V2")
    constants = [np.array(1, np.int32)] if by_input else []
    attrs = {} if by_input else {"dimension": 1}
    actual = run_op(type, [x], (3,), attrs, constants=constants, dtype=dtype)
    np.testing.assert_array_equal(actual, function(x, 1))
