# SPDX-License-Identifier: Apache-2.0
"""Fused nodes without FixPipe: chains and branched fusions by kernel names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import (
    Array,
    assert_close,
    blocked,
    blocked_input,
    finish,
    half,
    onnx_op,
    plain,
    prelu,
    relu,
    run,
)

import ascendcl as acl
from ascendcl.om import Fusion, GraphBuilder, conv_kernel, kernels

Generator = np.random.Generator


def _fused(
    tokens: list[str],
    inputs: dict[str, Array],
    constants: dict[str, Array],
    order: list[str],
    *,
    type: str = "AutomaticBufferFusionOp",
    dialect: str = "cann5",
    kernel: bytes | None = None,
    attrs: dict[str, Any] | None = None,
    shape: tuple[int, ...] | None = None,
) -> Array:
    graph = GraphBuilder("g", dialect)
    values = {
        name: blocked_input(graph, name, array.shape)
        if array.ndim == 4
        else graph.data(name, plain(array.shape))
        for name, array in inputs.items()
    }
    for name, array in constants.items():
        filter = array.ndim == 4
        values[name] = graph.constant(
            name,
            array,
            format="NCHW" if filter else "ND",
            layout="FRACTAL_Z" if filter else "ND",
        )
    shape = shape or next(iter(inputs.values())).shape
    y = graph.op(
        type,
        [values[name] for name in order],
        blocked(shape) if len(shape) == 4 else plain(shape),
        name="fused",
        attrs=attrs,
        fusion=Fusion([f"{t}_1" for t in tokens], tokens=tokens, passes=["AutomaticUbFusion"]),
        kernel=kernel,
    )
    finish(graph, y)
    return run(graph, *inputs.values())[0]


SHAPE = (1, 16, 5, 6)


def _conv_case(rng: Generator) -> tuple[Array, Array, Array, Array]:
    x = rng.standard_normal(SHAPE, np.float32)
    w = half(rng.standard_normal((16, 16, 1, 1), np.float32) / 4)
    b = half(rng.standard_normal(16, np.float32))
    return x, w, b, onnx_op("Conv", [x, w, b])[0]


@pytest.mark.parametrize("dialect", ["cann5", "cann8"])
def test_conv_relu(rng: Generator, dialect: str) -> None:
    x, w, b, conv = _conv_case(rng)
    y = _fused(
        ["conv2d", "relu"],
        {"x": x},
        {"w": w, "b": b},
        ["x", "w", "b"],
        type="Conv2D",
        dialect=dialect,
    )
    assert_close(y, relu(conv), 1e-4)


@pytest.mark.parametrize("biased", [True, False])
def test_conv_add(rng: Generator, biased: bool) -> None:
    x, w, b, conv = _conv_case(rng)
    e = rng.standard_normal(SHAPE, np.float32)
    y = _fused(
        ["conv2d", "add"],
        {"x": x, "e": e},
        {"w": w, "b": b} if biased else {"w": w},
        ["x", "w", "b", "e"] if biased else ["x", "w", "e"],
        type="Conv2D",
    )
    assert_close(y, conv + e if biased else onnx_op("Conv", [x, w])[0] + e, 1e-4)


def test_conv_clip(rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    bounds = {"low": np.float32(0), "high": np.float32(1.5)}
    y = _fused(
        ["conv2d", "clip_by_value"],
        {"x": x},
        {"w": w, "b": b, **{k: np.asarray(v) for k, v in bounds.items()}},
        ["x", "w", "b", "low", "high"],
        type="Conv2D",
    )
    assert_close(y, np.clip(conv, 0, 1.5), 1e-4)


def test_conv_hard_sigmoid_mul_closes_on_itself(rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    y = _fused(
        ["conv2d", "hard_sigmoid", "mul"],
        {"x": x},
        {"w": w, "b": b},
        ["x", "w", "b"],
        type="Conv2D",
    )
    assert_close(y, conv * np.clip(conv / 6 + 0.5, 0, 1), 1e-4)


def test_backprop_input_takes_its_filter_first(rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32)
    w = half(rng.standard_normal((16, 16, 2, 2)).astype(np.float32))
    conv = onnx_op("ConvTranspose", [x, w], strides=[2, 2])[0]
    y = _fused(
        ["conv2d_backprop_input_d", "relu"],
        {"x": x},
        {"w": w},
        ["w", "x"],
        type="Conv2DBackpropInputD",
        shape=conv.shape,
    )
    assert_close(y, relu(conv), 1e-4)


def test_fully_connection_relu(rng: Generator) -> None:
    x, w, b = (
        rng.standard_normal((2, 16, 1, 1), np.float32),
        half(rng.standard_normal((10, 16, 1, 1)).astype(np.float32)),
        half(rng.standard_normal(10).astype(np.float32)),
    )
    y = _fused(
        ["fully_connection", "relu"],
        {"x": x},
        {"w": w, "b": b},
        ["x", "w", "b"],
        type="FullyConnection",
        shape=(2, 10, 1, 1),
    )
    expected = relu(x.reshape(2, 16) @ w.reshape(10, 16).T + b)
    assert_close(y, expected.reshape(2, 10, 1, 1), 1e-4)


def test_add_prelu(rng: Generator) -> None:
    a, b = (rng.standard_normal(SHAPE, np.float32) for _ in range(2))
    y = _fused(
        ["add", "prelu"],
        {"a": a, "b": b},
        {"s": np.full((1, 1, 1), 0.25, np.float32)},
        ["a", "b", "s"],
    )
    assert_close(y, prelu(a + b, 0.25))


def test_bn_prelu(rng: Generator) -> None:
    x, mean, var = (
        rng.standard_normal(SHAPE, np.float32),
        half(rng.standard_normal(16, np.float32)),
        half(rng.random(16, np.float32) + 0.5),
    )
    graph = GraphBuilder("g")
    y = graph.op(
        "AutomaticBufferFusionOp",
        [
            blocked_input(graph, "x", SHAPE),
            graph.constant("mean", mean, format="NCHW", layout="NC1HWC0"),
            graph.constant("var", var, format="NCHW", layout="NC1HWC0"),
            graph.constant("slope", np.full((1, 1, 1), 0.5)),
        ],
        blocked(SHAPE),
        fusion=Fusion(["bn", "act"], ["BatchNorm", "PRelu"], ["bninference_d", "prelu"]),
    )
    finish(graph, y)
    per_channel = (1, 16, 1, 1)
    expected = prelu((x + mean.reshape(per_channel)) * var.reshape(per_channel), 0.5)
    assert_close(run(graph, x)[0], expected)


def test_hard_sigmoid_mul_of_one_value(rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32) * 4
    y = _fused(["hard_sigmoid", "mul"], {"x": x}, {}, ["x", "x"], type="HardSigmoid")
    assert_close(y, x * np.clip(x / 6 + 0.5, 0, 1))


def test_mul_hard_sigmoid_mul_of_two_values(rng: Generator) -> None:
    a, b = (rng.standard_normal(SHAPE, np.float32) * 2 for _ in range(2))
    y = _fused(["mul", "hard_sigmoid", "mul"], {"a": a, "b": b}, {}, ["a", "b"], type="Mul")
    v = a * b
    assert_close(y, v * np.clip(v / 6 + 0.5, 0, 1))


def test_two_slopes_written_out(rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32)
    y = _fused(
        ["abs", "mul", "mul", "add"],
        {"x": x},
        {"c1": np.asarray(0.75, np.float32), "c2": np.asarray(0.25, np.float32)},
        ["x", "c1", "x", "c2"],
        type="Abs",
    )
    assert_close(y, 0.75 * x + 0.25 * np.abs(x))


def test_a_long_chain_with_constants_is_linear(rng: Generator) -> None:
    x = rng.standard_normal((3, 7), np.float32)
    c = [np.asarray(v, np.float32) for v in (0.5, 2.0, -1.5)]
    y = _fused(
        ["mul", "cast", "add", "relu", "mul"],
        {"x": x},
        {f"c{i}": v for i, v in enumerate(c)},
        ["x", "c0", "c1", "c2"],
    )
    assert_close(y, relu(x * c[0] + c[1]) * c[2])


def test_leaky_relu_slope_is_read_from_the_kernel(rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    code = kernels.move_immediate(5, 0x3000) + kernels.move_immediate(
        6, int(np.float32(0.2).view(np.uint32))
    )
    with pytest.warns(acl.HostAssumption, match=r"slope of LeakyRelu: 0\.2"):  # a guess is said
        y = _fused(
            ["conv2d", "leaky_relu"],
            {"x": x},
            {"w": w, "b": b},
            ["x", "w", "b"],
            type="Conv2D",
            kernel=kernels.encode_elf(code),
        )
    assert_close(y, prelu(conv, np.float32(0.2)), 1e-4)


def test_hard_sigmoid_alpha_is_read_from_the_kernel(rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32) * 4
    code = kernels.move_immediate(5, int(np.float16(0.2).view(np.uint16)))
    y = _fused(
        ["hard_sigmoid", "mul"],
        {"x": x},
        {},
        ["x", "x"],
        type="HardSigmoid",
        kernel=kernels.encode_elf(code),
    )
    assert_close(y, x * np.clip(x * np.float32(0.2) + 0.5, 0, 1))


@pytest.mark.parametrize("closing", [["x", "x"], ["x"]])
def test_mish_written_out(closing: list[str], rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32) * 3
    y = _fused(["softplus", "tanh", "mul"], {"x": x}, {}, closing)
    assert_close(y, x * np.tanh(np.log1p(np.exp(x))), 1e-4)


def test_conv_sigmoid_mul(rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    y = _fused(["conv2d", "sigmoid", "mul"], {"x": x}, {"w": w, "b": b}, ["x", "w", "b"])
    assert_close(y, conv / (1 + np.exp(-conv)), 1e-4)


def test_conv_eltwise_relu_of_caffe(rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    e = rng.standard_normal(SHAPE, np.float32)
    with pytest.warns(acl.HostAssumption, match="mode of Eltwise: a sum with factors of 1"):
        y = _fused(
            ["conv2d", "eltwise", "relu"], {"x": x, "e": e}, {"w": w, "b": b}, ["x", "w", "b", "e"]
        )
    assert_close(y, relu(conv + e), 1e-4)


def test_bias_add_relu(rng: Generator) -> None:
    x, b = rng.standard_normal(SHAPE, np.float32), rng.random(16).astype(np.float32)
    y = _fused(["bias_add", "relu"], {"x": x}, {"b": half(b)}, ["x", "b"])
    assert_close(y, relu(x + half(b).reshape(-1, 1, 1)))


@pytest.mark.parametrize("token", ["prelu", "p_relu"])
def test_names_of_prelu(token: str, rng: Generator) -> None:
    x, slope = rng.standard_normal(SHAPE, np.float32), half(rng.random(16, np.float32))
    y = _fused(["relu", "neg", token], {"x": x}, {"s": slope}, ["x", "s"])
    assert_close(y, prelu(-relu(x), slope.reshape(-1, 1, 1)))


@pytest.mark.parametrize("token", ["bninference_d", "bn_inference_d"])
def test_names_of_bn_inference(token: str, rng: Generator) -> None:
    """Its vectors belong to the channels in whatever shape and layout they are kept."""
    x = rng.standard_normal((1, 5, 6, 16), np.float32)
    mean, var = (half(rng.random(16, np.float32) + 0.5) for _ in range(2))
    graph = GraphBuilder("g")
    y = graph.op(
        "AutomaticBufferFusionOp",
        [
            blocked_input(graph, "x", x.shape, "NHWC"),
            graph.constant("mean", mean, format="NCHW", layout="NC1HWC0"),
            graph.constant("var", var),
        ],
        blocked(x.shape, "NHWC"),
        fusion=Fusion(["bn", "act"], tokens=[token, "relu"]),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], relu((x + mean) * var))


@pytest.mark.parametrize("token", ["cast", "trans_data", "transdata", "strided_read"])
def test_steps_without_meaning(token: str, rng: Generator) -> None:
    x, w, b, conv = _conv_case(rng)
    y = _fused(
        [token, "conv2d", "relu", "strided_write"], {"x": x}, {"w": w, "b": b}, ["x", "w", "b"]
    )
    assert_close(y, relu(conv), 1e-4)


@pytest.mark.parametrize(
    "token",
    [
        "mat_mul",
        "mat_mul_v2",
        "matmul",
        "matmul_v2",
        "batch_mat_mul",
        "batch_mat_mul_v2",
        "batch_matmul",
        "batch_matmul_v2",
    ],
)
def test_names_of_matrix_products(token: str, rng: Generator) -> None:
    a, b = rng.standard_normal((2, 3, 4), np.float32), rng.standard_normal((2, 4, 5), np.float32)
    y = _fused([token, "relu"], {"a": a, "b": b}, {}, ["a", "b"], shape=(2, 3, 5))
    assert_close(y, relu(a @ b), 1e-4)


@pytest.mark.parametrize("token", ["conv2d_transpose_d", "deconvolution"])
def test_names_of_transposed_convolutions(token: str, rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32)
    w = half(rng.standard_normal((16, 16, 2, 2)).astype(np.float32))
    expected = onnx_op("ConvTranspose", [x, w], strides=[2, 2])[0]
    y = _fused([token, "relu"], {"x": x}, {"w": w}, ["x", "w"], shape=expected.shape)
    assert_close(y, relu(expected), 1e-4)


@pytest.mark.parametrize("transposed", [False, True])
def test_fused_depthwise_convolution(transposed: bool, rng: Generator) -> None:
    x = rng.standard_normal(SHAPE, np.float32)
    w = half(rng.standard_normal((16, 1, 3, 3)).astype(np.float32))
    expected = onnx_op("Conv", [x, w], pads=[1, 1, 1, 1], group=16)[0]
    graph = GraphBuilder("g", "cann5")
    stored = w.transpose(1, 0, 2, 3) if transposed else w
    y = graph.op(
        "AutomaticBufferFusionOp",
        [
            blocked_input(graph, "x", SHAPE),
            graph.constant("w", stored, format="NCHW", layout="NCHW"),
        ],
        blocked(SHAPE),
        fusion=Fusion(["Conv_1", "Relu_2"], tokens=["depthwise_conv2d", "relu"]),
        kernel=conv_kernel((3, 3), SHAPE[2:], pads=(1, 1, 1, 1)),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], relu(expected), 1e-4)


HARD_SIGMOIDS = [  # ops, inputs with the constants c3, c0, c6 and ck = 1/6
    (["add", "clip_by_value", "real_div", "mul"], ["x", "c3", "c0", "c6", "c6", "x"]),
    (["add", "clip_by_value", "mul", "real_div"], ["x", "c3", "c0", "c6", "x", "c6"]),
    (["add", "clip_by_value", "mul", "mul"], ["x", "c3", "c0", "c6", "x", "ck"]),
    (["add", "clip_by_value", "mul", "mul"], ["x", "c3", "c0", "c6", "ck", "x"]),
    (["add", "clip_by_value", "mul", "real_div"], ["x", "c3", "c0", "c6", "c6"]),
    (
        ["conv2d", "add", "clip_by_value", "mul", "real_div"],
        ["x", "w", "b", "c3", "c0", "c6", "c6"],
    ),
    (
        ["conv2d", "add", "clip_by_value", "real_div", "mul"],
        ["x", "w", "b", "c3", "c0", "c6", "c6"],
    ),
    (["conv2d", "add", "clip_by_value", "mul", "mul"], ["x", "w", "c3", "c0", "c6", "ck"]),
]


@pytest.mark.parametrize(("tokens", "order"), HARD_SIGMOIDS)
def test_hard_swish_written_out(tokens: list[str], order: list[str], rng: Generator) -> None:
    x, w, b, _ = _conv_case(rng)
    x = x * 3
    numbers = {"c3": 3, "c0": 0, "c6": 6, "ck": 1 / 6}
    constants = {k: np.asarray(v, np.float32) for k, v in numbers.items()} | {"w": w, "b": b}
    given = {name: constants[name] for name in dict.fromkeys(order) if name != "x"}
    y = _fused(tokens, {"x": x}, given, order)
    if "w" in order:
        x = onnx_op("Conv", [x, w, b] if "b" in order else [x, w])[0]
    # 1/6 is kept in half precision.
    assert_close(y, x * np.clip(x + 3, 0, 6) / 6, 5e-4 if "ck" in order else 1e-4)


def test_hard_sigmoid_written_out(rng: Generator) -> None:
    x, e = (rng.standard_normal(SHAPE, np.float32) * 3 for _ in range(2))
    numbers = {name: np.asarray(v, np.float32) for name, v in (("a", 3), ("b", 0), ("c", 6))}
    y = _fused(
        ["add", "clip_by_value", "real_div", "mul"],
        {"x": x, "e": e},
        numbers,
        ["x", "a", "b", "c", "c", "e"],
    )
    assert_close(y, np.clip(x + 3, 0, 6) / 6 * e, 1e-4)
