# SPDX-License-Identifier: Apache-2.0
"""Tensors without elements: what numpy or ONNX define of them, or a refusal that names the node."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graphs import Array, Fixed, load, onnx_op, plain, run

import ascendcl as acl
from ascendcl.om import GraphBuilder

CRASH_AT_LOAD = Path(__file__).parents[3] / "shared" / "cases" / "layernorm_crash_at_load.om"
INFINITY = float("inf")


def graph_of(
    type: str,
    operands: Sequence[Array | Fixed],
    outputs: Sequence[tuple[Sequence[int], str]],
    attrs: dict[str, Any],
) -> GraphBuilder:
    graph = GraphBuilder("g")
    values = [
        graph.constant(f"c{i}", x.value, dtype=x.value.dtype.name)
        if isinstance(x, Fixed)
        else graph.data(f"x{i}", plain(x.shape, dtype=x.dtype.name))
        for i, x in enumerate(operands)
    ]
    specs = [plain(shape, dtype=dtype) for shape, dtype in outputs]
    graph.output(graph.node(type, values, specs, name="culprit", attrs=attrs))
    return graph


def run_node(
    type: str,
    operands: Sequence[Array | Fixed],
    outputs: Sequence[tuple[Sequence[int], str]],
    attrs: dict[str, Any],
) -> list[Array]:
    """Run a static node: with dynamic shapes no dim may be 0."""
    given = [x for x in operands if not isinstance(x, Fixed)]
    return run(graph_of(type, operands, outputs, attrs), *given)


def run_op(
    type: str,
    inputs: Sequence[Array],
    shape: tuple[int, ...],
    attrs: dict[str, Any],
    *,
    constants: Sequence[Array] = (),
    dtype: str = "float32",
) -> Array:
    operands = [*inputs, *map(Fixed, constants)]
    return run_node(type, operands, [(shape, dtype)], attrs)[0]


def empty(*shape: int, dtype: str = "float32") -> Array:
    return np.zeros(shape, dtype)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize(
    ("type", "neutral"),
    [
        ("Sum", 0),
        ("Prod", 1),
        ("Max", -INFINITY),
        ("Min", INFINITY),
        ("Mean", np.nan),
        ("LogSumExp", -INFINITY),
        ("LogSum", -INFINITY),
    ],
)
def test_reductions_of_nothing(type: str, neutral: float, *, keep: bool) -> None:
    is_attribute = not type.startswith("Log")
    attrs: dict[str, Any] = {"keep_dims": keep, **({"axes": [0]} if is_attribute else {})}
    constants = [] if is_attribute else [np.array([0], np.int32)]
    name = f"Reduce{type}D" if is_attribute else f"Reduce{type}"
    shape = (1, 3) if keep else (3,)
    actual = run_op(name, [empty(0, 3)], shape, attrs, constants=constants)
    np.testing.assert_array_equal(actual, np.full(shape, neutral, np.float32))


@pytest.mark.parametrize(
    ("type", "neutral"),
    [("Sum", 0), ("Prod", 1), ("Max", -(2**31)), ("Min", 2**31 - 1)],
)
def test_reductions_of_no_integers(type: str, neutral: int) -> None:
    attrs = {"axes": [1], "keep_dims": False}
    actual = run_op(f"Reduce{type}D", [empty(2, 0, dtype="int32")], (2,), attrs, dtype="int32")
    np.testing.assert_array_equal(actual, np.full(2, neutral))


@pytest.mark.parametrize(("type", "neutral"), [("All", True), ("Any", False)])
def test_reductions_of_no_truths(type: str, neutral: bool) -> None:
    attrs = {"axes": [1], "keep_dims": False}
    x = empty(2, 0, dtype="bool")
    actual = run_op(f"Reduce{type}D", [x], (2,), attrs, dtype="bool")
    np.testing.assert_array_equal(actual, np.full(2, neutral))


def test_euclidean_norm_of_nothing() -> None:
    attrs = {"axes": [0], "keep_dims": False}
    np.testing.assert_array_equal(run_op("EuclideanNormD", [empty(0, 2)], (2,), attrs), [0, 0])


def test_a_product_over_no_dim_is_zero() -> None:
    attrs = {"transpose_x1": False, "transpose_x2": False}
    actual = run_op("MatMulV2", [empty(2, 0), empty(0, 3)], (2, 3), attrs)
    np.testing.assert_array_equal(actual, np.zeros((2, 3)))


def test_joined_with_nothing(rng: np.random.Generator) -> None:
    x = rng.standard_normal((2, 3), np.float32)
    actual = run_op("ConcatD", [empty(0, 3), x, empty(0, 3)], (2, 3), {"concat_dim": 0, "N": 3})
    np.testing.assert_array_equal(actual, x)


def test_split_into_nothing_and_all(rng: np.random.Generator) -> None:
    x = rng.standard_normal((2, 3), np.float32)
    outputs: list[Any] = [((0, 3), "float32"), ((2, 3), "float32")]
    none, all_of_it = run_node("SplitVD", [x], outputs, {"split_dim": 0, "size_splits": [0, 2]})
    assert none.shape == (0, 3)
    np.testing.assert_array_equal(all_of_it, x)


def test_padding_around_nothing() -> None:
    actual = run_op("PadD", [empty(0, 2)], (3, 2), {"paddings": [[1, 2], [0, 0]]})
    np.testing.assert_array_equal(actual, np.zeros((3, 2)))


def test_no_indices(rng: np.random.Generator) -> None:
    x, none = rng.standard_normal((4, 3), np.float32), empty(0, dtype="int32")
    assert (
        run_node("GatherV2", [x, none, Fixed(np.int32(0))], [((0, 3), "float32")], {})[0].size == 0
    )


@pytest.mark.parametrize(
    ("type", "operands", "shape", "attrs"),
    [
        ("Relu", [empty(0, 3)], (0, 3), {}),
        ("Add", [empty(2, 0), np.zeros((2, 1), np.float32)], (2, 0), {}),
        ("SoftmaxV2", [empty(2, 0)], (2, 0), {"axes": [-1]}),
        ("LayerNormV3", [empty(2, 0), Fixed(empty(0)), Fixed(empty(0))], (2, 0), {}),
        ("LayerNormV4", [empty(2, 0), Fixed(np.array([0], np.int32))], (2, 0), {}),
        ("TransposeD", [empty(2, 0)], (0, 2), {"perm": [1, 0]}),
        ("TileD", [np.zeros((2, 3), np.float32)], (0, 3), {"multiples": [0, 1]}),
        ("Reshape", [empty(2, 0)], (0, 5), {}),
        ("StridedSliceD", [np.zeros((4,), np.float32)], (0,), {"begin": [3], "end": [1]}),
        ("BatchMatMul", [empty(0, 2, 3), empty(0, 3, 2)], (0, 2, 2), {"adj_x1": False}),
        ("MaxPoolV3", [empty(0, 2, 4, 4)], (0, 2, 2, 2), {"ksize": [1, 1, 2, 2]}),
        ("ReduceMaxD", [empty(0, 3)], (0,), {"axes": [1], "keep_dims": False}),
    ],
)
def test_nothing_out_of_nothing(
    type: str, operands: list[Array | Fixed], shape: tuple[int, ...], attrs: dict[str, Any]
) -> None:
    if type == "MaxPoolV3":
        attrs = attrs | {"strides": [1, 1, 2, 2], "pads": [0] * 4, "data_format": "NCHW"}
    if type == "StridedSliceD":
        attrs = attrs | {"strides": [1]}
    (actual,) = run_node(type, operands, [(shape, "float32")], attrs)
    assert actual.shape == shape


@pytest.mark.parametrize("dtype", ["float32", "int32", "float16", "bool"])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_elementwise_op_with_an_empty_constant(dtype: str, is_first: bool) -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1, 3), dtype=dtype))
    none = graph.constant("none", np.zeros((0, 3)), dtype=dtype)
    type = "LogicalAnd" if dtype == "bool" else "Mul"
    operands = [none, x] if is_first else [x, none]
    graph.output([graph.op(type, operands, plain((0, 3), dtype=dtype))])
    assert run(graph, np.ones((1, 3), dtype))[0].shape == (0, 3)


@pytest.mark.parametrize(
    ("type", "operands", "shape", "attrs"),
    [
        ("GatherV2", [empty(0, 3), Fixed(np.int32([0])), Fixed(np.int32(0))], (1, 3), {}),
        ("GatherNd", [empty(0, 3), Fixed(np.int32([[0]]))], (1, 3), {}),
        ("GatherElements", [empty(0, 3), Fixed(np.zeros((2, 3), np.int32))], (2, 3), {"dim": 0}),
        ("ArgMaxD", [empty(0, 3)], (3,), {"dimension": 0}),
        ("ArgMin", [empty(0, 3), Fixed(np.int32(0))], (3,), {}),
        ("ReduceMeanD", [empty(0, 3, dtype="int32")], (3,), {"axes": [0], "keep_dims": False}),
        ("ResizeBilinearV2D", [empty(1, 1, 0, 4)], (1, 1, 2, 4), {"size": [2, 4]}),
        ("MirrorPad", [empty(0), Fixed(np.int32([[1, 0]]))], (1,), {"mode": "REFLECT"}),
        ("PadV3", [empty(0), Fixed(np.int32([[1, 0]]))], (1,), {"mode": "edge"}),
        ("Add", [empty(2, 0), np.zeros((2, 3), np.float32)], (2, 3), {}),
        ("BroadcastToD", [empty(0)], (3,), {"shape": [3]}),
        ("MaxPoolV3", [empty(1, 1, 0, 4)], (1, 1, 1, 2), {"ksize": [1, 1, 2, 2]}),
    ],
)
def test_something_out_of_nothing_is_refused(
    type: str, operands: list[Array | Fixed], shape: tuple[int, ...], attrs: dict[str, Any]
) -> None:
    if type == "MaxPoolV3":
        attrs = attrs | {"strides": [1, 1, 2, 2], "pads": [0] * 4, "data_format": "NCHW"}
    first = operands[0]
    dtype = (first.value if isinstance(first, Fixed) else first).dtype.name
    outputs = [(shape, "int32" if type.startswith("Arg") else dtype)]
    graph = graph_of(type, operands, outputs, attrs)
    with pytest.raises(acl.AclError, match="culprit"):
        load(graph)


@pytest.mark.skipif(not CRASH_AT_LOAD.exists(), reason="../shared/cases is not beside us")
def test_a_mutated_file_that_died_at_load() -> None:
    with acl.Model.from_bytes(CRASH_AT_LOAD.read_bytes()) as model:
        assert model(empty(2, 3, 0)).shape == (2, 3, 0)


@pytest.mark.parametrize("by", ["Reshape", "Squeeze", "Reshape twice"])
@pytest.mark.parametrize("is_constant", [True, False])
def test_a_product_that_is_one_number(by: str, is_constant: bool, rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((1, 4), np.float32), rng.standard_normal((4, 1), np.float32)
    graph = GraphBuilder("g")
    x = graph.data("a", plain(a.shape))
    y = graph.constant("b", b, dtype="float32") if is_constant else graph.data("b", plain(b.shape))
    flags = {"transpose_x1": False, "transpose_x2": False}
    z = graph.op("MatMulV2", [x, y], plain((1, 1)), attrs=flags)
    if by.endswith("twice"):
        z = graph.op("Reshape", [z], plain((1,)))
    z = graph.op(by.split(maxsplit=1)[0], [z], plain(()))
    graph.output([z, graph.op("Add", [z, z], plain(()))])
    one, two = run(graph, a, *([] if is_constant else [b]))
    np.testing.assert_allclose([one, two / 2], [(a @ b)[0, 0]] * 2, rtol=1e-6)


def test_as_onnx_has_it() -> None:
    """What is said above of the neutral elements, by ONNX Runtime where it knows it."""
    expected = onnx_op("ReduceSum", [empty(0, 3), np.array([0])], keepdims=0)[0]
    np.testing.assert_array_equal(expected, np.zeros(3))
