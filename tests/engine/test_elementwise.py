# SPDX-License-Identifier: Apache-2.0
"""Elementwise ops against numpy or ONNX Runtime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import Array, assert_close, blocked, blocked_input, finish, onnx_op, run, run_op

from ascendcl.om import GraphBuilder

Generator = np.random.Generator


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


UNARY: dict[str, tuple[Callable[[Array], Array], dict[str, Any]]] = {
    "Abs": (np.abs, {}),
    "Ceil": (np.ceil, {}),
    "Cos": (np.cos, {}),
    "Elu": (lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)), {"alpha": 0.5}),
    "Exp": (np.exp, {}),
    "FastGelu": (lambda x: x * _sigmoid(1.702 * x), {}),
    "Floor": (np.floor, {}),
    "HardSigmoid": (lambda x: np.clip(0.2 * x + 0.4, 0, 1), {"alpha": 0.2, "beta": 0.4}),
    "HardSwish": (lambda x: x * np.clip(x / 6 + 0.5, 0, 1), {}),
    "LeakyRelu": (lambda x: np.where(x > 0, x, 0.3 * x), {"negative_slope": 0.3}),
    "Mish": (lambda x: x * np.tanh(np.log1p(np.exp(x))), {}),
    "Neg": (np.negative, {}),
    "Power": (lambda x: (2 * x + 9) ** 3, {"power": 3.0, "scale": 2.0, "shift": 9.0}),
    "Reciprocal": (np.reciprocal, {}),
    "Relu": (lambda x: np.maximum(x, 0), {}),
    "Relu6": (lambda x: np.clip(x, 0, 6), {}),
    "Rint": (np.rint, {}),
    "Sigmoid": (_sigmoid, {}),
    "Sign": (np.sign, {}),
    "Sin": (np.sin, {}),
    "Softplus": (lambda x: np.log1p(np.exp(x)), {}),
    "Softsign": (lambda x: x / (1 + np.abs(x)), {}),
    "Square": (np.square, {}),
    "Swish": (lambda x: x * _sigmoid(1.5 * x), {"scale": 1.5}),
    "Tanh": (np.tanh, {}),
    "Muls": (lambda x: x * 1.25, {"value": 1.25}),
    "Adds": (lambda x: x + 1.25, {"value": 1.25}),
    "Identity": (lambda x: x, {}),
    "CacheUpdate": (lambda x: x, {}),
    "StridedRead": (lambda x: x, {}),
    "StridedWrite": (lambda x: x, {}),
}


@pytest.mark.parametrize("type", UNARY)
def test_unary(type: str, rng: Generator) -> None:
    function, attrs = UNARY[type]
    x = (rng.random((2, 3, 4, 5), np.float32) - 0.5) * 8
    assert_close(run_op(type, [x], x.shape, attrs), function(x).astype(np.float32), 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [("Log", np.log), ("Sqrt", np.sqrt), ("Rsqrt", lambda x: 1 / np.sqrt(x))],
)
def test_unary_of_positive_numbers(
    type: str, function: Callable[[Array], Array], rng: Generator
) -> None:
    x = rng.random((3, 5), np.float32) + 0.1
    assert_close(run_op(type, [x], x.shape), function(x))


@pytest.mark.parametrize("type", ["Erf", "Selu"])
def test_unary_against_onnx(type: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5), np.float32) * 2
    assert_close(run_op(type, [x], x.shape), onnx_op(type, [x])[0], 1e-4)


@pytest.mark.parametrize(("type", "approximate"), [("Gelu", "tanh")])
def test_gelu(type: str, approximate: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5), np.float32)
    expected = onnx_op("Gelu", [x], opset=20, approximate=approximate)[0]
    assert_close(run_op(type, [x], x.shape), expected, 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Add", np.add),
        ("AddV2", np.add),
        ("Sub", np.subtract),
        ("Mul", np.multiply),
        ("RealDiv", np.divide),
        ("Div", np.divide),
        ("Maximum", np.maximum),
        ("Minimum", np.minimum),
        ("SquaredDifference", lambda a, b: (a - b) ** 2),
        ("FloorMod", np.mod),
        ("FloorDiv", np.floor_divide),
    ],
)
def test_binary_broadcasts(
    type: str, function: Callable[[Array, Array], Array], rng: Generator
) -> None:
    a = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    b = (rng.random((3, 1, 5)) + 0.5).astype(np.float32)
    assert_close(run_op(type, [a, b], a.shape), function(a, b), 1e-4)


def test_pow(rng: Generator) -> None:
    a, b = rng.random((3, 4), np.float32) + 0.5, rng.random((3, 4), np.float32) * 3
    assert_close(run_op("Pow", [a, b], a.shape), a**b, 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Equal", np.equal),
        ("NotEqual", np.not_equal),
        ("Greater", np.greater),
        ("GreaterEqual", np.greater_equal),
        ("Less", np.less),
        ("LessEqual", np.less_equal),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_comparison(type: str, function: Callable[..., Array], dtype: str, rng: Generator) -> None:
    a, b = rng.integers(0, 3, (4, 5)).astype(dtype), rng.integers(0, 3, 5).astype(dtype)
    actual = run_op(type, [a, b], a.shape, dtype="bool")
    np.testing.assert_array_equal(actual, function(a, b))


@pytest.mark.parametrize(
    ("type", "function"), [("LogicalAnd", np.logical_and), ("LogicalOr", np.logical_or)]
)
def test_logical_of_two(type: str, function: Callable[..., Array], rng: Generator) -> None:
    a, b = rng.integers(0, 2, (4, 5)).astype(bool), rng.integers(0, 2, 5).astype(bool)
    actual = run_op(type, [a, b], a.shape, dtype="bool")
    np.testing.assert_array_equal(actual, function(a, b))


def test_logical_not(rng: Generator) -> None:
    a = rng.integers(0, 2, (4, 5)).astype(bool)
    np.testing.assert_array_equal(run_op("LogicalNot", [a], a.shape, dtype="bool"), ~a)


def test_select(rng: Generator) -> None:
    condition = rng.integers(0, 2, (4, 5)).astype(bool)
    a, b = (rng.standard_normal((4, 5)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(
        run_op("Select", [condition, a, b], a.shape), np.where(condition, a, b)
    )


def test_clip_by_value(rng: Generator) -> None:
    x = rng.standard_normal((3, 5)).astype(np.float32)
    bounds = [np.asarray(-0.5, np.float32), np.asarray(0.25, np.float32)]
    assert_close(run_op("ClipByValue", [x], x.shape, constants=bounds), np.clip(x, -0.5, 0.25))


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_prelu_with_a_slope_per_channel(format: str, rng: Generator) -> None:
    slopes = rng.random(6).astype(np.float32)
    x = rng.standard_normal((1, 6, 4, 5) if format == "NCHW" else (1, 4, 5, 6)).astype(np.float32)
    shaped = slopes.reshape(-1, 1, 1) if format == "NCHW" else slopes
    actual = run_op("PRelu", [x], x.shape, format=format, constants=[slopes])
    assert_close(actual, np.where(x > 0, x, x * shaped))


def test_bias_add(rng: Generator) -> None:
    x, b = rng.standard_normal((1, 6, 4, 5)).astype(np.float32), rng.random(6).astype(np.float32)
    actual = run_op("BiasAdd", [x], x.shape, {"data_format": "NCHW"}, constants=[b])
    assert_close(actual, x + b.reshape(-1, 1, 1))


@pytest.mark.parametrize(("mode", "coeff"), [(0, []), (1, [2.0, -1.0]), (1, []), (2, [])])
def test_eltwise(mode: int, coeff: list[float], rng: Generator) -> None:
    a, b = (rng.standard_normal((2, 5)).astype(np.float32) for _ in range(2))
    attrs: dict[str, Any] = {"mode": mode, "N": 2}
    if coeff:
        attrs["coeff"] = coeff
    factors = coeff or [1.0, 1.0]
    expected = [a * b, factors[0] * a + factors[1] * b, np.maximum(a, b)][mode]
    assert_close(run_op("Eltwise", [a, b], a.shape, attrs), expected)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_add_n(count: int, rng: Generator) -> None:
    inputs = [rng.standard_normal((2, 5)).astype(np.float32) for _ in range(count)]
    actual = run_op("AddN", inputs, (2, 5), {"N": count})
    assert_close(actual, np.sum(inputs, axis=0))


def test_bn_inference_d(rng: Generator) -> None:
    x = rng.standard_normal((2, 20, 3, 4)).astype(np.float32)
    mean, var = (rng.random(20).astype(np.float16).astype(np.float32) for _ in range(2))
    graph = GraphBuilder("g")
    values = [
        graph.constant(n, v, format="NCHW", layout="NC1HWC0") for n, v in (("m", mean), ("v", var))
    ]
    y = graph.op("BNInferenceD", [blocked_input(graph, "x", x.shape), *values], blocked(x.shape))
    finish(graph, y)
    expected = (x + mean.reshape(1, -1, 1, 1)) * var.reshape(1, -1, 1, 1)
    assert_close(run(graph, x)[0], expected)


def test_scale(rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 3, 4)).astype(np.float32)
    scale, bias = (rng.random(5).astype(np.float32) for _ in range(2))
    actual = run_op("Scale", [x], x.shape, {"axis": 1}, constants=[scale, bias])
    assert_close(actual, x * scale.reshape(-1, 1, 1) + bias.reshape(-1, 1, 1))
