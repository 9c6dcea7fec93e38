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
    "Asinh": (np.arcsinh, {}),
    "Atan": (np.arctan, {}),
    "BNLL": (lambda x: np.log1p(np.exp(x)), {}),
    "Ceil": (np.ceil, {}),
    "Cos": (np.cos, {}),
    "Cosh": (np.cosh, {}),
    "Elu": (lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)), {"alpha": 0.5}),
    "Exp": (np.exp, {}),
    "Expm1": (np.expm1, {}),
    "FastGelu": (lambda x: x * _sigmoid(1.702 * x), {}),
    "Floor": (np.floor, {}),
    "HardSigmoid": (lambda x: np.clip(0.2 * x + 0.4, 0, 1), {"alpha": 0.2, "beta": 0.4}),
    "HardSwish": (lambda x: x * np.clip(x / 6 + 0.5, 0, 1), {}),
    "Inv": (np.reciprocal, {}),
    "LeakyRelu": (lambda x: np.where(x > 0, x, 0.3 * x), {"negative_slope": 0.3}),
    "LogSigmoid": (lambda x: -np.log1p(np.exp(-x)), {}),
    "Mish": (lambda x: x * np.tanh(np.log1p(np.exp(x))), {}),
    "Neg": (np.negative, {}),
    "Power": (lambda x: (2 * x + 9) ** 3, {"power": 3.0, "scale": 2.0, "shift": 9.0}),
    "Reciprocal": (np.reciprocal, {}),
    "Relu": (lambda x: np.maximum(x, 0), {}),
    "Relu6": (lambda x: np.clip(x, 0, 6), {}),
    "Rint": (np.rint, {}),
    "Round": (np.rint, {}),
    "Sigmoid": (_sigmoid, {}),
    "Sign": (np.sign, {}),
    "Sin": (np.sin, {}),
    "Sinh": (np.sinh, {}),
    "Softplus": (lambda x: np.log1p(np.exp(x)), {}),
    "SoftplusV2": (lambda x: np.log1p(np.exp(2 * x)) / 2, {"beta": 2.0, "threshold": 20.0}),
    "Softsign": (lambda x: x / (1 + np.abs(x)), {}),
    "Square": (np.square, {}),
    "Swish": (lambda x: x * _sigmoid(1.5 * x), {"scale": 1.5}),
    "Tan": (np.tan, {}),
    "Tanh": (np.tanh, {}),
    "Threshold": (lambda x: x > 0.5, {"threshold": 0.5}),
    "ThresholdedRelu": (lambda x: np.where(x > 0.5, x, 0), {"alpha": 0.5}),
    "Muls": (lambda x: x * 1.25, {"value": 1.25}),
    "Adds": (lambda x: x + 1.25, {"value": 1.25}),
    "Identity": (lambda x: x, {}),
    "CacheUpdate": (lambda x: x, {}),
    "StridedRead": (lambda x: x, {}),
    "StridedWrite": (lambda x: x, {}),
    "MemcpyAsync": (lambda x: x, {}),
    "MemcpyAddrAsync": (lambda x: x, {}),
    "ReFormat": (lambda x: x, {}),
    "Snapshot": (lambda x: x, {}),
    "PreventGradient": (lambda x: x, {}),
    "GuaranteeConst": (lambda x: x, {}),
    "StopGradient": (lambda x: x, {}),
    "Dropout": (lambda x: x, {}),
}


@pytest.mark.parametrize("type", UNARY)
def test_unary(type: str, rng: Generator) -> None:
    function, attrs = UNARY[type]
    x = (rng.random((2, 3, 4, 5), np.float32) - 0.5) * 8
    assert_close(run_op(type, [x], x.shape, attrs), function(x).astype(np.float32), 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Log", np.log),
        ("Log1p", np.log1p),
        ("Sqrt", np.sqrt),
        ("Rsqrt", lambda x: 1 / np.sqrt(x)),
        ("Acos", np.arccos),
        ("Acosh", np.arccosh),
        ("Asin", np.arcsin),
        ("Atanh", np.arctanh),
    ],
)
def test_unary_of_positive_numbers(
    type: str, function: Callable[[Array], Array], rng: Generator
) -> None:
    x = rng.random((3, 5), np.float32) * 0.8 + (1.1 if type == "Acosh" else 0.1)
    assert_close(run_op(type, [x], x.shape), function(x))


@pytest.mark.parametrize("type", ["Erf", "Selu"])
def test_unary_against_onnx(type: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5), np.float32) * 2
    assert_close(run_op(type, [x], x.shape), onnx_op(type, [x])[0], 1e-4)


@pytest.mark.parametrize(
    ("type", "approximate"), [("Gelu", "tanh"), ("GeluV2", "none"), ("GeluV2", "tanh")]
)
def test_gelu(type: str, approximate: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5), np.float32) * 2
    expected = onnx_op("Gelu", [x], opset=20, approximate=approximate)[0]
    attrs = {"approximate": approximate} if type == "GeluV2" else {}
    assert_close(run_op(type, [x], x.shape, attrs), expected, 1e-6)


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
        ("Mod", np.fmod),
    ],
)
def test_binary_broadcasts(
    type: str, function: Callable[[Array, Array], Array], rng: Generator
) -> None:
    a = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    b = (rng.random((3, 1, 5)) + 0.5).astype(np.float32)
    assert_close(run_op(type, [a, b], a.shape), function(a, b), 1e-4)


@pytest.mark.parametrize(
    ("type", "function"), [("Mod", np.fmod), ("FloorMod", np.mod), ("FloorDiv", np.floor_divide)]
)
def test_integer_division(type: str, function: Callable[..., Array], rng: Generator) -> None:
    a = rng.integers(-(2**30), 2**30, (4, 50)).astype(np.int32)
    b = rng.integers(1, 1000, 50).astype(np.int32) * rng.choice([-1, 1], 50).astype(np.int32)
    np.testing.assert_array_equal(run_op(type, [a, b], a.shape, dtype="int32"), function(a, b))


def test_division_by_zero_that_is_zero(rng: Generator) -> None:
    a, b = rng.standard_normal((4, 5), np.float32), rng.integers(-1, 2, (4, 5)).astype(np.float32)
    expected = np.divide(a, b, out=np.zeros_like(a), where=b != 0)
    np.testing.assert_array_equal(run_op("DivNoNan", [a, b], a.shape), expected)


@pytest.mark.parametrize(
    ("type", "function", "attrs"),
    [
        ("FusedMulAdd", lambda a, b, c: a * b + c, {}),
        ("Lerp", lambda a, b, c: a + c * (b - a), {}),
        ("Axpy", lambda a, b, _: a + 0.5 * b, {"alpha": 0.5}),
        ("Addcmul", lambda a, b, c: a + 2 * b * c, {}),
        ("Addcdiv", lambda a, b, c: a + 2 * b / c, {}),
    ],
)
def test_elementwise_of_several(
    type: str, function: Callable[..., Array], attrs: dict[str, Any], rng: Generator
) -> None:
    a, b, c = (rng.random((4, 5), np.float32) + 0.5 for _ in range(3))
    constants = [np.asarray(2, np.float32)] if type.startswith("Addc") else []
    inputs = [a, b] if type == "Axpy" else [a, b, c]
    actual = run_op(type, inputs, a.shape, attrs, constants=constants)
    assert_close(actual, function(a, b, c))


def test_masked_fill(rng: Generator) -> None:
    x, mask = rng.standard_normal((4, 5), np.float32), rng.integers(0, 2, (4, 5)).astype(bool)
    actual = run_op("MaskedFill", [x, mask], x.shape, constants=[np.float32([-7])])
    np.testing.assert_array_equal(actual, np.where(mask, -7, x))


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


@pytest.mark.parametrize("type", ["Select", "SelectV2"])
def test_select(type: str, rng: Generator) -> None:
    condition = rng.integers(0, 2, (4, 5)).astype(bool)
    a, b = (rng.standard_normal((4, 5)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(
        run_op(type, [condition, a, b], a.shape), np.where(condition, a, b)
    )


def test_blocked_operands_of_other_logical_axes_meet_along_the_channels(rng: Generator) -> None:
    x = rng.standard_normal((1, 4, 4, 4), np.float32)  # as square as can be: no shape tells
    c = np.arange(4, dtype=np.float32)
    graph = GraphBuilder("g")
    values = [
        blocked_input(graph, "x", x.shape, "NHWC"),
        graph.constant("c", c, format="NCHW", layout="NC1HWC0"),
    ]
    finish(graph, graph.op("Add", values, blocked(x.shape, "NHWC")))
    assert_close(run(graph, x)[0], x + c)


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
