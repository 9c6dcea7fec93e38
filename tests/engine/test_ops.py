# SPDX-License-Identifier: Apache-2.0
"""Every op that is neither fused nor a cube op, against ONNX Runtime or numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import Array, assert_close, blocked, blocked_input, finish, onnx_op, plain, run

from ascendcl.om import GraphBuilder, TensorSpec

Generator = np.random.Generator


def _one(
    type: str,
    inputs: list[Array],
    shape: tuple[int, ...],
    attrs: dict[str, Any] | None = None,
    *,
    format: str = "NCHW",
    constants: list[Array] | None = None,
    dtype: str = "float32",
) -> Array:
    """Runs one op on plain inputs, `constants` behind them."""
    graph = GraphBuilder("g")
    values = [
        graph.data(f"x{i}", plain(x.shape, format, x.dtype.name)) for i, x in enumerate(inputs)
    ]
    values += [
        graph.constant(f"c{i}", c, dtype=c.dtype.name) for i, c in enumerate(constants or [])
    ]
    finish(graph, graph.op(type, values, plain(shape, format, dtype), attrs=attrs))
    return run(graph, *inputs)[0]


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


UNARY: dict[str, tuple[Callable[[Array], Array], dict[str, Any]]] = {
    "Abs": (np.abs, {}),
    "Ceil": (np.ceil, {}),
    "Cos": (np.cos, {}),
    "Elu": (lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)), {"alpha": 0.5}),
    "Exp": (np.exp, {}),
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
    assert_close(_one(type, [x], x.shape, attrs), function(x).astype(np.float32), 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [("Log", np.log), ("Sqrt", np.sqrt), ("Rsqrt", lambda x: 1 / np.sqrt(x))],
)
def test_unary_of_positive_numbers(
    type: str, function: Callable[[Array], Array], rng: Generator
) -> None:
    x = rng.random((3, 5), np.float32) + 0.1
    assert_close(_one(type, [x], x.shape), function(x))


@pytest.mark.parametrize(("type", "approximate"), [("Gelu", "tanh")])
def test_gelu(type: str, approximate: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5), np.float32)
    expected = onnx_op("Gelu", [x], opset=20, approximate=approximate)[0]
    assert_close(_one(type, [x], x.shape), expected, 1e-4)


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
    assert_close(_one(type, [a, b], a.shape), function(a, b), 1e-4)


def test_pow(rng: Generator) -> None:
    a, b = rng.random((3, 4), np.float32) + 0.5, rng.random((3, 4), np.float32) * 3
    assert_close(_one("Pow", [a, b], a.shape), a**b, 1e-4)


@pytest.mark.parametrize(
    ("type", "function"),
    [("Greater", np.greater), ("LessEqual", np.less_equal), ("Equal", np.equal)],
)
def test_comparison(type: str, function: Callable[..., Array], rng: Generator) -> None:
    a, b = (rng.integers(0, 3, (4, 5)).astype(np.float32) for _ in range(2))
    actual = _one(type, [a, b], a.shape, dtype="bool")
    np.testing.assert_array_equal(actual, function(a, b))


def test_select(rng: Generator) -> None:
    condition = rng.integers(0, 2, (4, 5)).astype(bool)
    a, b = (rng.standard_normal((4, 5)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(
        _one("Select", [condition, a, b], a.shape), np.where(condition, a, b)
    )


def test_clip_by_value(rng: Generator) -> None:
    x = rng.standard_normal((3, 5)).astype(np.float32)
    bounds = [np.asarray(-0.5, np.float32), np.asarray(0.25, np.float32)]
    assert_close(_one("ClipByValue", [x], x.shape, constants=bounds), np.clip(x, -0.5, 0.25))


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_prelu_with_a_slope_per_channel(format: str, rng: Generator) -> None:
    slopes = rng.random(6).astype(np.float32)
    x = rng.standard_normal((1, 6, 4, 5) if format == "NCHW" else (1, 4, 5, 6)).astype(np.float32)
    shaped = slopes.reshape(-1, 1, 1) if format == "NCHW" else slopes
    actual = _one("PRelu", [x], x.shape, format=format, constants=[slopes])
    assert_close(actual, np.where(x > 0, x, x * shaped))


def test_bias_add(rng: Generator) -> None:
    x, b = rng.standard_normal((1, 6, 4, 5)).astype(np.float32), rng.random(6).astype(np.float32)
    actual = _one("BiasAdd", [x], x.shape, {"data_format": "NCHW"}, constants=[b])
    assert_close(actual, x + b.reshape(-1, 1, 1))


@pytest.mark.parametrize(("mode", "coeff"), [(0, []), (1, [2.0, -1.0]), (1, []), (2, [])])
def test_eltwise(mode: int, coeff: list[float], rng: Generator) -> None:
    a, b = (rng.standard_normal((2, 5)).astype(np.float32) for _ in range(2))
    attrs: dict[str, Any] = {"mode": mode, "N": 2}
    if coeff:
        attrs["coeff"] = coeff
    factors = coeff or [1.0, 1.0]
    expected = [a * b, factors[0] * a + factors[1] * b, np.maximum(a, b)][mode]
    assert_close(_one("Eltwise", [a, b], a.shape, attrs), expected)


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
    actual = _one("Scale", [x], x.shape, {"axis": 1}, constants=[scale, bias])
    assert_close(actual, x * scale.reshape(-1, 1, 1) + bias.reshape(-1, 1, 1))


def test_layer_norm(rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 8)).astype(np.float32)
    gamma, beta = (rng.random(8).astype(np.float32) for _ in range(2))
    attrs = {"begin_norm_axis": 2, "begin_params_axis": -1, "epsilon": 1e-5}
    actual = _one("LayerNorm", [x], x.shape, attrs, constants=[gamma, beta])
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
    assert_close(_one(type, [given], wanted.shape, attrs, format=format), wanted)


@pytest.mark.parametrize(("padding", "auto"), [("SAME", "SAME_UPPER"), ("VALID", "VALID")])
def test_max_pool_of_tensorflow(padding: str, auto: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 12, 9)).astype(np.float32)
    expected = onnx_op("MaxPool", [x], kernel_shape=[3, 2], strides=[2, 2], auto_pad=auto)[0]
    attrs = {
        "ksize": [1, 1, 3, 2],
        "strides": [1, 1, 2, 2],
        "padding": padding,
        "data_format": "NCHW",
    }
    assert_close(_one("MaxPool", [x], expected.shape, attrs), expected)


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
    actual = _one("Pooling", [x], (1, 3, 1, 1), attrs)
    assert_close(actual, x.mean((2, 3), keepdims=True))


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("ReduceMeanD", np.mean),
        ("ReduceMaxD", np.max),
        ("ReduceMinD", np.min),
        ("ReduceSumD", np.sum),
        ("ReduceProdD", np.prod),
    ],
)
def test_reduce(type: str, function: Callable[..., Array], keep: bool, rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4, 5)).astype(np.float32)
    expected = function(x, axis=(1, 3), keepdims=keep)
    actual = _one(type, [x], expected.shape, {"axes": [1, -1], "keep_dims": keep})
    assert_close(actual, expected, 1e-4)


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
    assert_close(_one("SoftmaxV2", [x], x.shape, {"axes": axes}), expected)
    assert_close(_one("LogSoftmaxV2", [x], x.shape, {"axes": axes}), np.log(expected), 1e-4)


def test_arg_max_takes_the_first(rng: Generator) -> None:
    x = rng.integers(0, 4, (3, 40)).astype(np.float32)
    actual = _one("ArgMaxD", [x], (3,), {"dimension": 1}, dtype="int32")
    np.testing.assert_array_equal(actual, x.argmax(1))


RESIZE_MODES = {
    (False, False): "asymmetric",
    (False, True): "half_pixel",
    (True, False): "align_corners",
}


@pytest.mark.parametrize("form", ["input", "attribute"])
@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
@pytest.mark.parametrize(("align", "half_pixel"), RESIZE_MODES)
@pytest.mark.parametrize("size", [(12, 15), (3, 4)])
def test_resize_bilinear(
    *, form: str, format: str, align: bool, half_pixel: bool, size: tuple[int, int], rng: Generator
) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    expected = onnx_op(
        "Resize",
        [x, None, None, np.array([1, 3, *size])],
        mode="linear",
        coordinate_transformation_mode=RESIZE_MODES[align, half_pixel],
    )[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    attrs: dict[str, Any] = {"align_corners": align, "half_pixel_centers": half_pixel}
    type, constants = "ResizeBilinearV2", [np.array(size, np.int32)]
    if form == "attribute":
        type, constants, attrs = "ResizeBilinearV2D", [], {**attrs, "size": list(size)}
    wanted = expected.transpose(order)
    given = np.ascontiguousarray(x.transpose(order))
    assert_close(
        _one(type, [given], wanted.shape, attrs, format=format, constants=constants), wanted, 1e-4
    )


@pytest.mark.parametrize(("half_pixel", "mode"), [(False, "asymmetric"), (True, "half_pixel")])
def test_resize_nearest(half_pixel: bool, mode: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    # TensorFlow takes floor((i + 0.5) * scale) with half pixels, ONNX rounds i + 0.5 the same way.
    y = (np.arange(9) + 0.5 * half_pixel) * (6 / 9)
    z = (np.arange(10) + 0.5 * half_pixel) * (5 / 10)
    expected = x[:, :, y.astype(int)][:, :, :, z.astype(int)]
    attrs = {"align_corners": False, "half_pixel_centers": half_pixel}
    actual = _one(
        "ResizeNearestNeighborV2",
        [x],
        expected.shape,
        attrs,
        constants=[np.array([9, 10], np.int32)],
    )
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("type", ["ConcatD", "ConcatV2D"])
@pytest.mark.parametrize("axis", [1, -1])
def test_concat(type: str, axis: int, rng: Generator) -> None:
    a = rng.standard_normal((2, 3, 4)).astype(np.float32)
    b = rng.standard_normal((2, 5, 4) if axis == 1 else (2, 3, 2)).astype(np.float32)
    expected = np.concatenate([a, b], axis)
    actual = _one(type, [a, b], expected.shape, {"concat_dim": axis, "N": 2})
    np.testing.assert_array_equal(actual, expected)


def test_concat_of_blocked_tensors_is_along_logical_channels(rng: Generator) -> None:
    a, b = (rng.standard_normal((1, c, 4, 5)).astype(np.float32) for c in (13, 3))
    graph = GraphBuilder("g")
    values = [blocked_input(graph, "a", a.shape), blocked_input(graph, "b", b.shape)]
    finish(graph, graph.op("ConcatD", values, blocked((1, 16, 4, 5)), attrs={"concat_dim": 1}))
    assert_close(run(graph, a, b)[0], np.concatenate([a, b], 1))


def test_transpose_d(rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4)).astype(np.float32)
    actual = _one("TransposeD", [x], (4, 2, 3), {"perm": [2, 0, 1]})
    np.testing.assert_array_equal(actual, x.transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("attrs", "index"),
    [
        ({"begin": [0, 1, 2], "end": [2, 3, 4], "strides": [1, 1, 1]}, np.s_[0:2, 1:3, 2:4]),
        (
            {
                "begin": [0, 1, 0],
                "end": [0, 3, 0],
                "strides": [1, 2, 1],
                "begin_mask": 4,
                "end_mask": 5,
            },
            np.s_[:, 1:3:2, :],
        ),
        (
            {
                "begin": [1, 0, -1],
                "end": [2, 4, 0],
                "strides": [1, 1, -2],
                "end_mask": 4,
                "shrink_axis_mask": 1,
            },
            np.s_[1, 0:4, ::-2],
        ),
        ({"begin": [0, 1], "end": [0, 3], "strides": [1, 1], "ellipsis_mask": 1}, np.s_[..., 1:3]),
        (
            {
                "begin": [0, 0, 0, 0],
                "end": [2, 0, 4, 5],
                "strides": [1, 1, 1, 1],
                "new_axis_mask": 2,
            },
            np.s_[0:2, None, 0:4, 0:5],
        ),
    ],
)
def test_strided_slice_d(attrs: dict[str, Any], index: Any, rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(_one("StridedSliceD", [x], x[index].shape, attrs), x[index])


def test_strided_slice_v2(rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    constants = [np.array(v, np.int64) for v in ([3, -1], [1, -9], [1, 2], [-1, -2])]
    expected = x[:, 3:1:-1, ::-2]
    np.testing.assert_array_equal(
        _one("StridedSliceV2", [x], expected.shape, constants=constants), expected
    )


def test_slice_d(rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    actual = _one("SliceD", [x], (2, 2, 4), {"offsets": [0, 1, 1], "size": [-1, 2, 4]})
    np.testing.assert_array_equal(actual, x[:, 1:3, 1:5])


def test_split_has_several_outputs(rng: Generator) -> None:
    x = rng.standard_normal((2, 9)).astype(np.float32)
    graph = GraphBuilder("g")
    parts = graph.node(
        "SplitVD",
        [graph.data("x", plain(x.shape))],
        [plain((2, n)) for n in (2, 3, 4)],
        attrs={"size_splits": [2, 3, 4], "split_dim": 1, "num_split": 3},
    )
    finish(graph, parts[2], parts[0], parts[1])
    for actual, expected in zip(run(graph, x), (x[:, 5:], x[:, :2], x[:, 2:5]), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_pack_and_unpack(rng: Generator) -> None:
    a, b = (rng.standard_normal((2, 3)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(
        _one("Pack", [a, b], (2, 2, 3), {"axis": 1, "N": 2}), np.stack([a, b], 1)
    )
    graph = GraphBuilder("g")
    parts = graph.node(
        "Unpack", [graph.data("a", plain(a.shape))], [plain((2,))] * 3, attrs={"axis": 1, "num": 3}
    )
    finish(graph, *parts)
    for i, part in enumerate(run(graph, a)):
        np.testing.assert_array_equal(part, a[:, i])


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_pad(mode: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 4)).astype(np.float32)
    attrs = {"paddings": [[1, 2], [0, 1]], "mode": mode, "paddings_contiguous": True}
    expected = np.pad(x, [(1, 2), (0, 1)], mode)  # type: ignore[call-overload]
    np.testing.assert_array_equal(_one("PadV3D", [x], expected.shape, attrs), expected)


def test_gather_tile_broadcast(rng: Generator) -> None:
    x = rng.standard_normal((3, 4)).astype(np.float32)
    index = np.array([2, 0, 1, 1], np.int32)
    np.testing.assert_array_equal(
        _one("GatherV2D", [x], (3, 4), {"axis": 1}, constants=[index]), x[:, index]
    )
    np.testing.assert_array_equal(
        _one("TileD", [x], (6, 4), {"multiples": [2, 1]}), np.tile(x, (2, 1))
    )
    np.testing.assert_array_equal(
        _one("BroadcastToD", [x], (2, 3, 4), {"shape": [2, 3, 4]}), np.broadcast_to(x, (2, 3, 4))
    )


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_to_space(mode: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 8, 3, 4)).astype(np.float32)
    expected = onnx_op("DepthToSpace", [x], blocksize=2, mode=mode)[0]
    attrs = {"block_size": 2, "mode": mode, "data_format": "NCHW"}
    np.testing.assert_array_equal(_one("DepthToSpace", [x], expected.shape, attrs), expected)


@pytest.mark.parametrize("to", ["int32", "uint8", "bool"])
def test_cast_between_kinds(to: str) -> None:
    x = np.array([0.0, 1.75, 3.0, 200.5], np.float32)
    actual = _one("Cast", [x], x.shape, {"dst_type": 3}, dtype=to)
    np.testing.assert_array_equal(actual, x.astype(to))


def test_trans_data_permutes_between_axis_orders(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 4, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    y = graph.op("TransData", [graph.data("x", plain(x.shape))], plain((1, 4, 5, 3), "NHWC"))
    finish(graph, y)
    np.testing.assert_array_equal(run(graph, x)[0], x.transpose(0, 2, 3, 1))


def test_deleted_reshapes_come_back(rng: Generator) -> None:
    x = rng.standard_normal((1, 16, 1, 1)).astype(np.float32)
    w = rng.standard_normal((16, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    value = blocked_input(graph, "x", x.shape)
    plain_value = graph.op("TransData", [value], TensorSpec(x.shape, "float16", "NCHW"))
    y = graph.op(
        "MatMulV2",
        [
            plain_value.viewed_as(shape=(1, 16), format="ND", layout="ND"),
            graph.constant("w", w, dtype="float32"),
        ],
        plain((1, 5)),
        attrs={"transpose_x1": False, "transpose_x2": False},
    )
    finish(graph, y.viewed_as(shape=(1, 5, 1, 1), format="NCHW", layout="NCHW"))
    assert_close(run(graph, x)[0], (x.reshape(1, 16) @ w).reshape(1, 5, 1, 1), 1e-4)


def test_inputs_and_outputs_of_half_precision(rng: Generator) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float16)
    graph = GraphBuilder("g")
    spec = TensorSpec(x.shape, "float16", "ND")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)])
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "uint8", "bool", "int64"])
def test_an_output_may_be_an_input(dtype: str, rng: Generator) -> None:
    x = rng.integers(0, 2, (2, 8)).astype(dtype)
    graph = GraphBuilder("g")
    spec = TensorSpec(x.shape, dtype, "ND")
    value = graph.data("x", spec)
    flat = graph.op("Reshape", [value], TensorSpec((16,), dtype, "ND"))
    graph.output([value, graph.op("Identity", [flat], flat.spec)])
    same, flattened = run(graph, x)
    np.testing.assert_array_equal(same, x)
    np.testing.assert_array_equal(flattened, x.ravel())


def test_blocked_inputs_and_outputs(rng: Generator) -> None:
    x = rng.standard_normal((1, 2, 3, 4, 16)).astype(np.float16)
    x[:, 1, :, :, 4:] = 0  # 20 channels
    graph = GraphBuilder("g")
    spec = blocked((1, 20, 3, 4))
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)])
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


def test_nodes_without_meaning_are_skipped(rng: Generator) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float32)
    graph = GraphBuilder("g")
    for type in ("AtomicAddrClean", "MemSet", "Send", "Recv", "StreamActive", "LabelSet"):
        graph.node(type, [], [], name=type)
    y = graph.op(
        "Relu",
        [graph.data("x", plain(x.shape))],
        plain(x.shape),
        control=["AtomicAddrClean", "Recv"],
    )
    finish(graph, y)
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


def test_random_numbers_of_the_ai_cpu_are_normal() -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1,)))
    noise = graph.op(
        "FrameworkOp",
        [graph.constant("shape", [20000], dtype="int32")],
        plain((20000,)),
        attrs={"original_type": "RandomStandardNormal"},
    )
    finish(graph, graph.op("Add", [noise, x], plain((20000,))))
    y = run(graph, np.array([3.0], np.float32), framework_type="TensorFlow")[0]
    assert abs(y.mean() - 3) < 0.05
    assert abs(y.std() - 1) < 0.05


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_constants_are_added_from_weights_or_graph(
    inline: bool, dtype: str, rng: Generator
) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float32)
    c = np.arange(8, dtype=np.float32) / 4
    graph = GraphBuilder("g")
    values = [graph.data("x", plain(x.shape)), graph.constant("c", c, dtype=dtype, inline=inline)]
    finish(graph, graph.op("Add", values, plain(x.shape)))
    assert_close(run(graph, x)[0], x + c)


@pytest.mark.parametrize("shape", [(40, 24), (3, 20, 33)])
def test_constants_in_fractal_nz(shape: tuple[int, ...], rng: Generator) -> None:
    c = rng.standard_normal(shape).astype(np.float16).astype(np.float32)
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1,)))
    finish(graph, graph.op("Add", [graph.constant("c", c, layout="FRACTAL_NZ"), x], plain(shape)))
    np.testing.assert_array_equal(run(graph, np.zeros(1, np.float32))[0], c)
