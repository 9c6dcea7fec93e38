# SPDX-License-Identifier: Apache-2.0
"""Convolutions and matrix products in every stored layout, fused and not, against ONNX Runtime."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import Array, assert_close, blocked, blocked_input, finish, half, onnx_op, plain, run

from ascendcl.om import Fusion, GraphBuilder, TensorSpec, conv_kernel

Generator = np.random.Generator

TO_FORMAT = {"NCHW": (0, 1, 2, 3), "NHWC": (0, 2, 3, 1), "HWCN": (2, 3, 1, 0)}


def _weights(rng: Generator, *shape: int) -> Array:
    return half(rng.standard_normal(shape, np.float32) / 4)


@pytest.mark.parametrize("dialect", ["cann8", "cann5"])
@pytest.mark.parametrize(
    ("channels", "outputs", "groups", "kernel"),
    [
        (3, 13, 1, 3),  # neither side fills a block
        (16, 16, 16, 3),  # depthwise, one block
        (72, 72, 72, 5),  # depthwise, several blocks
        (36, 36, 36, 3),  # depthwise, the last block is not full
        (24, 48, 3, 3),  # 8 channels in, 16 out per group
        (12, 18, 6, 1),  # 2 in, 3 out per group
        (64, 32, 2, 1),
        (20, 40, 4, 3),  # 5 in, 10 out: groups share blocks
    ],
)
def test_groups_in_fractal_z(
    *, dialect: str, channels: int, outputs: int, groups: int, kernel: int, rng: Generator
) -> None:
    x, w, b = (
        rng.standard_normal((2, channels, 9, 11), np.float32),
        _weights(rng, outputs, channels // groups, kernel, kernel),
        _weights(rng, outputs),
    )
    pad = kernel // 2
    graph = GraphBuilder("g", dialect)
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z", groups=groups),
            graph.constant("b", b),
            None,
        ],
        blocked((2, outputs, 9, 11)),
        attrs={
            "strides": [1, 1, 1, 1],
            "pads": [pad] * 4,
            "dilations": [1, 1, 1, 1],
            "groups": groups,
            "data_format": "NCHW",
        },
    )
    finish(graph, y)
    expected = onnx_op("Conv", [x, w, b], pads=[pad] * 4, group=groups)[0]
    assert_close(run(graph, x)[0], expected, 1e-4)


@pytest.mark.parametrize(
    ("format", "layout"),
    [("HWCN", "FRACTAL_Z"), ("HWCN", "HWCN"), ("NHWC", "FRACTAL_Z"), ("NCHW", "NCHW")],
)
def test_filter_formats_with_channels_last(format: str, layout: str, rng: Generator) -> None:
    x, w = rng.standard_normal((1, 5, 10, 8), np.float32), _weights(rng, 7, 5, 3, 2)
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", (1, 10, 8, 5), "NHWC"),
            graph.constant("w", w.transpose(TO_FORMAT[format]), format=format, layout=layout),
        ],
        blocked((1, 5, 4, 7), "NHWC"),
        # top, bottom, left, right; strides in NHWC order
        attrs={
            "strides": [1, 2, 2, 1],
            "pads": [1, 1, 0, 1],
            "dilations": [1, 1, 1, 1],
            "groups": 1,
            "data_format": "NHWC",
        },
    )
    finish(graph, y)
    expected = onnx_op("Conv", [x, w], pads=[1, 0, 1, 1], strides=[2, 2])[0]
    actual = run(graph, np.ascontiguousarray(x.transpose(0, 2, 3, 1)), framework_type="TensorFlow")
    assert_close(actual[0], expected.transpose(0, 2, 3, 1), 1e-4)


# kernel, strides, dilations, pads (top, bottom, left, right)
GEOMETRIES = [
    ((3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    ((3, 3), (2, 2), (1, 1), (1, 1, 1, 1)),
    ((3, 3), (2, 2), (1, 1), (0, 1, 0, 1)),
    ((3, 3), (1, 1), (4, 4), (4, 4, 4, 4)),
    ((3, 3), (1, 1), (2, 2), (0, 0, 0, 0)),
    ((1, 5), (1, 1), (1, 1), (0, 0, 2, 2)),
    ((5, 1), (1, 1), (1, 1), (2, 2, 0, 0)),
    ((2, 2), (2, 2), (1, 1), (0, 0, 0, 0)),
    ((1, 1), (2, 2), (1, 1), (0, 0, 0, 0)),
    ((3, 3), (2, 1), (1, 2), (1, 1, 2, 2)),
]


@pytest.mark.parametrize(("kernel", "strides", "dilations", "pads"), GEOMETRIES)
def test_geometry_of_a_fused_convolution_comes_from_its_kernel(
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    pads: tuple[int, int, int, int],
    rng: Generator,
) -> None:
    x, w = rng.standard_normal((1, 16, 18, 20), np.float32), _weights(rng, 16, 16, *kernel)
    top, bottom, left, right = pads
    expected = onnx_op(
        "Conv", [x, w], pads=[top, left, bottom, right], strides=strides, dilations=dilations
    )[0]
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
        ],
        blocked(expected.shape),
        # defaults of the IR, which mean nothing on a fused node
        attrs={"dilations": [1, 1, 1, 1], "data_format": "NHWC", "groups": 1},
        fusion=Fusion(["conv", "relu"], ["Relu"], ["conv2d", "relu"]),
        kernel=conv_kernel(kernel, (18, 20), strides=strides, pads=pads, dilations=dilations),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], np.maximum(expected, 0), 1e-4)


@pytest.mark.parametrize(
    ("framework", "pads"), [("Onnx", [1, 1, 1, 1]), ("TensorFlow", [0, 0, 1, 1])]
)
def test_without_a_kernel_pads_follow_the_framework(
    framework: str, pads: list[int], rng: Generator
) -> None:
    x, w = rng.standard_normal((1, 3, 16, 16), np.float32), _weights(rng, 4, 3, 3, 3)
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
        ],
        blocked((1, 4, 8, 8)),
        fusion=Fusion(["conv", "relu"], ["Relu"], ["conv2d", "relu"]),
    )
    finish(graph, y)
    expected = onnx_op("Conv", [x, w], pads=pads, strides=[2, 2])[0]
    assert_close(run(graph, x, framework_type=framework)[0], np.maximum(expected, 0), 1e-4)


def test_a_fused_convolution_of_tensorflow_may_be_valid(rng: Generator) -> None:
    x, w = rng.standard_normal((1, 3, 16, 15), np.float32), _weights(rng, 4, 3, 3, 3)
    expected = onnx_op("Conv", [x, w], strides=[2, 2])[0]
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
        ],
        blocked(expected.shape),
        fusion=Fusion(["conv", "relu"], ["Relu"], ["conv2d", "relu"]),
    )
    finish(graph, y)
    actual = run(graph, x, framework_type="TensorFlow")[0]
    assert_close(actual, np.maximum(expected, 0), 1e-4)


@pytest.mark.parametrize(
    ("framework", "pads", "extra"),
    [("TensorFlow", [0, 0, 1, 1], 0), ("Onnx", [1, 1, 1, 1], 1), ("Caffe", [1, 1, 1, 1], 1)],
)
def test_pads_of_a_fused_transposed_convolution_follow_the_framework(
    framework: str, pads: list[int], extra: int, rng: Generator
) -> None:
    x, w = rng.standard_normal((1, 8, 7, 6), np.float32), _weights(rng, 8, 12, 3, 3)
    expected = onnx_op(
        "ConvTranspose", [x, w], strides=[2, 2], pads=pads, output_padding=[extra] * 2
    )[0]
    assert expected.shape[2:] == (14, 12)
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2DBackpropInputD",
        [
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
            blocked_input(graph, "x", x.shape),
        ],
        blocked(expected.shape),
        fusion=Fusion(["up", "relu"], tokens=["conv2d_backprop_input_d", "relu"]),
    )
    finish(graph, y)
    actual = run(graph, x, framework_type=framework)[0]
    assert_close(actual, np.maximum(expected, 0), 1e-4)


@pytest.mark.parametrize("type", ["Conv2DTransposeD", "Deconvolution", "Conv2DBackpropInputD"])
@pytest.mark.parametrize(
    ("kernel", "stride", "pad", "extra", "groups"),
    [(2, 2, 0, 0, 1), (3, 2, 1, 1, 1), (4, 2, 1, 0, 1), (3, 1, 1, 0, 1), (3, 2, 1, 1, 4)],
)
def test_transposed_convolution(
    *, type: str, kernel: int, stride: int, pad: int, extra: int, groups: int, rng: Generator
) -> None:
    x, w, b = (
        rng.standard_normal((1, 8, 7, 6), np.float32),
        _weights(rng, 8, 12 // groups, kernel, kernel),
        _weights(rng, 12),
    )
    bias = b if type != "Conv2DBackpropInputD" else None
    expected = onnx_op(
        "ConvTranspose",
        [x, w, bias],
        strides=[stride] * 2,
        pads=[pad] * 4,
        output_padding=[extra] * 2,
        group=groups,
    )[0]
    graph = GraphBuilder("g")
    value = blocked_input(graph, "x", x.shape)
    filter = graph.constant("w", w, format="NCHW", layout="FRACTAL_Z", groups=groups)
    inputs = [value, filter, graph.constant("b", b)] if bias is not None else [filter, value]
    y = graph.op(
        type,
        inputs,
        blocked(expected.shape),
        attrs={
            "strides": [1, 1, stride, stride],
            "pads": [pad] * 4,
            "dilations": [1, 1, 1, 1],
            "output_padding": [0, 0, extra, extra],
            "input_size": list(expected.shape),
            "groups": groups,
            "data_format": "NCHW",
        },
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], expected, 1e-4)


@pytest.mark.parametrize("type", ["Conv2DTranspose", "Conv2DBackpropInput"])
def test_transposed_convolution_with_its_size_as_an_input(type: str, rng: Generator) -> None:
    x, w = rng.standard_normal((1, 8, 7, 6), np.float32), _weights(rng, 8, 12, 3, 3)
    expected = onnx_op("ConvTranspose", [x, w], strides=[2, 2], pads=[1, 1, 0, 0])[0]
    graph = GraphBuilder("g")
    size = graph.constant("size", list(expected.shape), dtype="int32")
    value = blocked_input(graph, "x", x.shape)
    filter = graph.constant("w", w, format="NCHW", layout="FRACTAL_Z")
    y = graph.op(
        type,
        [size, value, filter] if type == "Conv2DTranspose" else [size, filter, value],
        blocked(expected.shape),
        attrs={
            "strides": [1, 1, 2, 2],
            "pads": [1, 0, 1, 0],
            "dilations": [1, 1, 1, 1],
            "groups": 1,
            "data_format": "NCHW",
        },
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], expected, 1e-4)


@pytest.mark.parametrize("type", ["DepthwiseConv2D", "DepthwiseConv2DNative"])
@pytest.mark.parametrize("multiplier", [1, 2])
@pytest.mark.parametrize(("format", "layout"), [("HWCN", "HWCN"), ("NCHW", "NCHW")])
def test_depthwise_convolution(
    *, type: str, format: str, layout: str, multiplier: int, rng: Generator
) -> None:
    x = rng.standard_normal((1, 6, 9, 8), np.float32)
    w = _weights(rng, 6 * multiplier, 1, 3, 3)  # output c * multiplier + m belongs to channel c
    expected = onnx_op("Conv", [x, w], pads=[1, 1, 1, 1], strides=[2, 2], group=6)[0]
    stored = w
    if format == "HWCN":  # TensorFlow's: height, width, channels, multiplier
        stored = w.reshape(6, multiplier, 3, 3).transpose(2, 3, 0, 1)
    graph = GraphBuilder("g")
    y = graph.op(
        type,
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", stored, format=format, layout=layout),
        ],
        blocked(expected.shape),
        attrs={
            "strides": [1, 1, 2, 2],
            "pads": [1, 1, 1, 1],
            "dilations": [1, 1, 1, 1],
            "data_format": "NCHW",
        },
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], expected, 1e-4)


def test_fused_transposed_convolution(rng: Generator) -> None:
    x, w = rng.standard_normal((1, 8, 7, 6), np.float32), _weights(rng, 8, 12, 2, 2)
    expected = onnx_op("ConvTranspose", [x, w], strides=[2, 2])[0]
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2DTransposeD",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
            None,
            None,
            *[None] * 9,
        ],
        blocked(expected.shape),
        attrs={"output_padding": [0, 0, 0, 0], "dilations": [1, 1, 1, 1], "data_format": "NHWC"},
        fusion=Fusion(["up", "relu"], ["Relu"], ["conv2d_transpose_d", "fix_pipe"]),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], np.maximum(expected, 0), 1e-4)


@pytest.mark.parametrize("type", ["MatMul", "MatMulV2", "MatMulV3"])
@pytest.mark.parametrize("layout", ["ND", "FRACTAL_NZ"])
@pytest.mark.parametrize("transpose", [(False, False), (False, True), (True, False), (True, True)])
def test_matmul(type: str, layout: str, transpose: tuple[bool, bool], rng: Generator) -> None:
    a, b = rng.standard_normal((5, 20), np.float32), _weights(rng, 20, 33)
    bias = _weights(rng, 33)
    graph = GraphBuilder("g")
    first = a.T.copy() if transpose[0] else a
    y = graph.op(
        type,
        [
            graph.data("a", plain(first.shape)),
            graph.constant("b", b.T if transpose[1] else b, layout=layout),
            graph.constant("bias", bias),
            None,
        ],
        plain((5, 33)),
        attrs={"transpose_x1": transpose[0], "transpose_x2": transpose[1]},
    )
    finish(graph, y)
    assert_close(run(graph, first)[0], a @ b + bias, 1e-4)


@pytest.mark.parametrize("type", ["BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"])
def test_batch_matmul_and_several_inputs(type: str, rng: Generator) -> None:
    a, b = rng.standard_normal((3, 4, 6), np.float32), rng.standard_normal((3, 5, 6), np.float32)
    graph = GraphBuilder("g")
    y = graph.op(
        type,
        [graph.data("a", plain(a.shape)), graph.data("b", plain(b.shape))],
        plain((3, 4, 5)),
        attrs={"adj_x1": False, "adj_x2": True},
    )
    finish(graph, y)
    assert_close(run(graph, a, b)[0], a @ b.transpose(0, 2, 1), 1e-4)


@pytest.mark.parametrize("type", ["GEMM", "Gemm"])
def test_gemm(type: str, rng: Generator) -> None:
    a, b, c = (rng.standard_normal(s, np.float32) for s in ((4, 6), (5, 6), (4, 5)))
    graph = GraphBuilder("g")
    y = graph.op(
        type,
        [
            *(graph.data(n, plain(v.shape)) for n, v in (("a", a), ("b", b), ("c", c))),
            graph.constant("alpha", 0.5, dtype="float32"),
            graph.constant("beta", 2.0, dtype="float32"),
        ],
        plain((4, 5)),
        attrs={"transpose_a": False, "transpose_b": True},
    )
    finish(graph, y)
    assert_close(run(graph, a, b, c)[0], 0.5 * (a @ b.T) + 2 * c, 1e-4)


def test_fully_connection(rng: Generator) -> None:
    x = rng.standard_normal((2, 6, 3, 4), np.float32)
    w, b = _weights(rng, 10, 6, 3, 4), _weights(rng, 10)
    graph = GraphBuilder("g")
    y = graph.op(
        "FullyConnection",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z"),
            graph.constant("b", b, format="NCHW", layout="NC1HWC0"),
        ],
        blocked((2, 10, 1, 1)),
        attrs={"num_output": 10, "transpose": False, "axis": 1},
    )
    finish(graph, y)
    expected = x.reshape(2, -1) @ w.reshape(10, -1).T + b
    assert_close(run(graph, x)[0], expected.reshape(2, 10, 1, 1), 1e-4)


def test_fused_matmul_takes_transposes_from_shapes(rng: Generator) -> None:
    x, w, b = rng.standard_normal((3, 20), np.float32), _weights(rng, 8, 20), _weights(rng, 8)
    graph = GraphBuilder("g", "cann5")
    y = graph.op(
        "MatMulV2",
        [
            graph.data("x", plain(x.shape)),
            graph.constant("w", w, layout="FRACTAL_NZ"),
            graph.constant("b", b),
        ],
        TensorSpec((3, 8), "float16", "NCHW", "FRACTAL_NZ"),
        fusion=Fusion(["Gemm_1", "Relu_2"], tokens=["mat_mul", "relu"]),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], np.maximum(x @ w.T + b, 0), 1e-4)


@pytest.mark.parametrize(("source", "transposed"), [("Gemm_7", True), ("MatMul_7", False)])
def test_square_weights_of_a_fused_matmul_go_by_the_source(
    source: str, transposed: bool, rng: Generator
) -> None:
    x, w = rng.standard_normal((3, 16), np.float32), _weights(rng, 16, 16)
    graph = GraphBuilder("g")
    y = graph.op(
        "MatMulV2",
        [graph.data("x", plain(x.shape)), graph.constant("w", w)],
        plain((3, 16)),
        fusion=Fusion([source, "Relu_8"], ["Relu"], ["mat_mul_v2", "relu"]),
    )
    finish(graph, y)
    assert_close(run(graph, x)[0], np.maximum(x @ (w.T if transposed else w), 0), 1e-4)
