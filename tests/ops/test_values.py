# SPDX-License-Identifier: Apache-2.0
"""What single ops compute, against numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from single_ops import (
    NCHW,
    Array,
    attributes_of,
    computed,
    data_type,
    descs_of,
    execute,
    on_device,
    random,
    wide,
)

import acl
from onnx_oracle import run_onnx

NUMBERS = ["float32", "float16", "int32", "int8", "uint8"]


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    ("op_type", "function"),
    [("Add", np.add), ("Mul", np.multiply), ("Sub", np.subtract), ("Maximum", np.maximum)],
)
def test_elementwise(
    op_type: str, function: Callable[..., Array], dtype: str, rng: np.random.Generator
) -> None:
    """Bit for bit: reals are rounded once, integers wrap around."""
    a, b = random(rng, dtype, 3, 1, 70), random(rng, dtype, 5, 70)
    expected = function(a, b)
    np.testing.assert_array_equal(computed(op_type, [a, b], expected), expected)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize(
    ("op_type", "function"),
    [
        ("Abs", np.abs),
        ("Cos", np.cos),
        ("Exp", np.exp),
        ("Neg", np.negative),
        ("Reciprocal", np.reciprocal),
        ("Rint", np.rint),
        ("Sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("Sign", np.sign),
        ("Softplus", lambda x: np.log1p(np.exp(x))),
        ("Square", np.square),
        ("Tanh", np.tanh),
    ],
)
def test_functions(
    op_type: str, function: Callable[[Array], Array], dtype: str, rng: np.random.Generator
) -> None:
    x = random(rng, dtype, 300) * 3
    result = computed(op_type, [x], x)
    expected = function(x.astype(np.float64))
    last_place = 1e-6 if dtype == "float32" else np.finfo(dtype).eps
    np.testing.assert_allclose(result, expected, rtol=last_place, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "int32", "int8"])
@pytest.mark.parametrize(
    ("op_type", "function"),
    [
        ("Equal", np.equal),
        ("NotEqual", np.not_equal),
        ("Less", np.less),
        ("LessEqual", np.less_equal),
        ("Greater", np.greater),
        ("GreaterEqual", np.greater_equal),
    ],
)
def test_comparison(
    op_type: str, function: Callable[..., Array], dtype: str, rng: np.random.Generator
) -> None:
    """Neighbours, too, which are one number in float for most of int32."""
    a = random(rng, dtype, 4, 300)
    b = np.where(rng.random(a.shape) < 0.5, a, a + a.dtype.type(1))
    expected = function(a, b)
    np.testing.assert_array_equal(computed(op_type, [a, b], expected), expected)


@pytest.mark.parametrize("dtype", ["int32", "int8", "uint8"])
@pytest.mark.parametrize(
    ("op_type", "function"), [("FloorDiv", np.floor_divide), ("FloorMod", np.mod)]
)
def test_integer_division(
    op_type: str, function: Callable[..., Array], dtype: str, rng: np.random.Generator
) -> None:
    a, b = random(rng, dtype, 6, 300), random(rng, dtype, 300)
    a[:, :2], b[:2] = np.iinfo(dtype).min, (3, -1 if dtype != "uint8" else 255)
    b[b == 0] = 7
    with np.errstate(over="ignore"):  # the lowest number by -1
        expected = function(a, b)
    np.testing.assert_array_equal(computed(op_type, [a, b], expected), expected)
    np.testing.assert_array_equal(computed(op_type, [a, b * 0], expected), a * 0)


@pytest.mark.parametrize("dtype", ["int32", "int8"])
def test_integer_reductions(dtype: str, rng: np.random.Generator) -> None:
    x = random(rng, dtype, 3, 50, 4, 5)
    axes: list[int] = [1, 3]
    for op_type, expected in [
        ("ReduceSumD", x.sum((1, 3), dtype)),
        ("ReduceProdD", x.prod((1, 3), dtype)),
        ("ReduceMaxD", x.max((1, 3))),
        ("ReduceMinD", x.min((1, 3))),
    ]:
        result = computed(op_type, [x], expected, attributes={"axes": axes})
        np.testing.assert_array_equal(result, expected, op_type)
    everything = computed("ReduceSumD", [x], x[:1, 0, 0, 0], attributes={"axes": [0, 1, 2, 3]})
    assert everything == x.sum(dtype=dtype)
    np.testing.assert_array_equal(computed("Relu", [x], x), np.maximum(x, 0))


@pytest.mark.parametrize("to", [*NUMBERS, "bool"])
@pytest.mark.parametrize("source", [*NUMBERS, "bool"])
def test_cast(source: str, to: str, rng: np.random.Generator) -> None:
    """Reals are cut off towards zero, integers to their lowest bits."""
    low, high = (0, 200) if "uint8" in (source, to) else (-120, 120)
    x = (rng.uniform(low, high, (4, 33)) if source != "bool" else rng.random((4, 33)) < 0.5).astype(
        source
    )
    expected = x.astype(to)
    result = computed("Cast", [x], expected, attributes={"dst_type": data_type(expected)})
    np.testing.assert_array_equal(result, expected)


def tolerance(dtype: str, magnitude: Array) -> Any:
    """Of a sum of products whose absolute values add up to `magnitude`, kept as `dtype`."""
    last_place = np.finfo(dtype).eps * np.abs(magnitude) if dtype == "float16" else 0
    return 1e-6 * magnitude + last_place


@pytest.mark.parametrize("transpose_b", [False, True])
@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "int8"])
@pytest.mark.parametrize(("m", "k", "n"), [(16, 16, 16), (3, 40, 129)])
def test_matmul(
    *,
    dtype: str,
    m: int,
    k: int,
    n: int,
    transpose_a: bool,
    transpose_b: bool,
    rng: np.random.Generator,
) -> None:
    a, b = random(rng, dtype, m, k), random(rng, dtype, k, n)
    product = wide(a) @ wide(b)
    out = product.astype(dtype if dtype.startswith("float") else "int32")
    result = computed(
        "MatMulV2",
        [a.T if transpose_a else a, b.T if transpose_b else b],
        out,
        attributes={"transpose_x1": transpose_a, "transpose_x2": transpose_b},
    )
    if out.dtype == np.int32:
        np.testing.assert_array_equal(result, product)
    else:
        bound = tolerance(dtype, np.abs(wide(a)) @ np.abs(wide(b)))
        assert (np.abs(result - product) <= bound).all()


def test_matmul_is_not_transposed_unless_told(rng: np.random.Generator) -> None:
    a, b = random(rng, "float32", 8, 8), random(rng, "float32", 8, 8)
    result = computed("MatMul", [a, b], a)
    np.testing.assert_allclose(result, wide(a) @ wide(b), rtol=0, atol=1e-5)


def test_matmul_with_bias(rng: np.random.Generator) -> None:
    a, b, bias = (random(rng, "int8", 5, 6), random(rng, "int8", 6, 7), random(rng, "int32", 7))
    expected = wide(a) @ wide(b) + bias
    np.testing.assert_array_equal(computed("MatMulV2", [a, b, bias], expected), expected)


@pytest.mark.parametrize("dtype", ["int8", "int32"])
def test_batches_of_integer_matrices(dtype: str, rng: np.random.Generator) -> None:
    a, b = random(rng, dtype, 3, 1, 2, 4, 5), random(rng, dtype, 2, 1, 5, 6)
    expected = wide(a) @ wide(b)
    np.testing.assert_array_equal(computed("BatchMatMulV2", [a, b], expected), expected)


def test_an_output_may_lie_on_an_input(rng: np.random.Generator) -> None:
    """C of a GEMM is read and written."""
    a, b, c = (random(rng, "float32", *shape) for shape in [(33, 50), (50, 65), (33, 65)])
    expected = 2 * wide(a) @ wide(b) - 3 * wide(c)
    alpha, beta = np.array([2], np.float32), np.array([-3], np.float32)
    inputs = [a, b, c, alpha, beta]
    with (
        on_device(*inputs) as device,
        descs_of(inputs) as descs,
        attributes_of({"transpose_a": False, "transpose_b": False}) as attr,
    ):
        ret = acl.op.execute_v2(
            "GEMM", descs, device.buffers, [descs[2]], [device.buffers[2]], attr, 0
        )
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        result = device.download()[2]
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-4)


def test_ops_of_every_family(rng: np.random.Generator) -> None:
    """What the engine lowers and translates for models it also runs alone."""
    x = random(rng, "float32", 2, 3, 4)
    exponents = np.exp(x - x.max(-1, keepdims=True))
    cases: list[tuple[str, list[Array], Array, dict[str, Any]]] = [
        ("Relu", [x], np.maximum(x, 0), {}),
        ("LeakyRelu", [x], np.where(x < 0, 0.25 * x, x), {"negative_slope": 0.25}),
        ("Adds", [x], x + 1.5, {"value": 1.5}),
        ("SoftmaxV2", [x], exponents / exponents.sum(-1, keepdims=True), {"axes": [-1]}),
        ("ReduceSumD", [x], x.sum((0, 2)), {"axes": [0, 2]}),
        ("ReduceMaxD", [x], x.max(1, keepdims=True), {"axes": [1], "keep_dims": True}),
        ("ArgMaxD", [x], x.argmax(2).astype(np.int32), {"dimension": 2}),
        ("TransposeD", [x], x.transpose(2, 0, 1), {"perm": [2, 0, 1]}),
        ("ConcatD", [x, x], np.concatenate([x, x], 1), {"concat_dim": 1, "N": 2}),
        ("Pack", [x, x], np.stack([x, x]), {"axis": 0, "N": 2}),
        ("TileD", [x], np.tile(x, (1, 2, 3)), {"multiples": [1, 2, 3]}),
        ("AddN", [x, x, x], x + x + x, {"N": 3}),
    ]
    for op_type, inputs, expected, attributes in cases:
        result = computed(op_type, inputs, expected, attributes=attributes)
        np.testing.assert_allclose(result, expected, 1e-6, 1e-7, err_msg=op_type)


def test_several_outputs(rng: np.random.Generator) -> None:
    x = random(rng, "float16", 6, 5)
    parts = [np.zeros((2, 5), np.float16) for _ in range(3)]
    assert execute("SplitD", [x], parts, {"split_dim": 0, "num_split": 3}) == 0
    np.testing.assert_array_equal(np.concatenate(parts), x)


def test_convolution(rng: np.random.Generator) -> None:
    """Against ONNX Runtime."""
    x, weights = random(rng, "float32", 1, 3, 9, 9), random(rng, "float32", 4, 3, 3, 3)
    node = helper.make_node("Conv", ["x", "w"], ["y"], strides=[2, 2], pads=[1, 1, 1, 1])
    graph = helper.make_graph(
        [node],
        "conv",
        [
            helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape),
            helper.make_tensor_value_info("w", onnx.TensorProto.FLOAT, weights.shape),
        ],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    [expected] = run_onnx(model, {"x": x, "w": weights})
    result = computed(
        "Conv2D",
        [x, weights],
        expected,
        attributes={"strides": [1, 1, 2, 2], "pads": [1, 1, 1, 1], "dilations": [1, 1, 1, 1]},
        format=NCHW,
    )
    np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_constant_input(dtype: str, rng: np.random.Generator) -> None:
    """Axes of Transpose are a constant input."""
    x, axes = random(rng, "float32", 2, 3, 4), np.array([2, 0, 1], dtype)
    result = computed("Transpose", [x, axes], x.transpose(2, 0, 1), constant=[1])
    np.testing.assert_array_equal(result, x.transpose(2, 0, 1))


def test_empty_tensors() -> None:
    empty = np.zeros((0, 3), np.float32)
    assert execute("Relu", [empty], [empty]) == 0
    assert execute("BroadcastToD", [empty], [np.zeros((2, 0, 3), np.float32)]) == 0
    assert execute("ReduceSumD", [empty], [np.zeros(3, np.float32)], {"axes": [0]}) == 100021


def test_execute_of_old(rng: np.random.Generator) -> None:
    a, b = random(rng, "float32", 9), random(rng, "float32", 9)
    np.testing.assert_array_equal(computed("Add", [a, b], a, function=acl.op.execute), a + b)


def test_slice_at_offsets_known_when_it_runs(rng: np.random.Generator) -> None:
    x = random(rng, "float32", 4, 5)
    offsets, size = np.array([1, 2], np.int32), np.array([2, 3], np.int32)
    np.testing.assert_array_equal(computed("Slice", [x, offsets, size], x[1:3, 2:]), x[1:3, 2:])
    once_more = computed("Slice", [x, np.array([2, 0], np.int32), size], x[2:, :3])
    np.testing.assert_array_equal(once_more, x[2:, :3])
