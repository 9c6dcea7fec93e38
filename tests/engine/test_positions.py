# SPDX-License-Identifier: Apache-2.0
"""Indices in and out of range: what the op defines, or an error with node, value and bound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from graphs import Array, Fixed, load, onnx_op, plain, plain_open

import ascendcl as acl
from ascendcl.om import GraphBuilder, Header
from ascendcl.om.messages import AttrValue

X = np.arange(12, dtype=np.float32).reshape(4, 3)
LIMITS = (2**31 - 1, -(2**31))
LIMITS_64 = (2**32, 2**32 + 1, 2**63 - 1, -(2**32) + 1, -(2**63))  # some are in range in 32 bits
VALUES = [Fixed(np.float32([7])), Fixed(np.float32([-2]))]


def model(
    type: str,
    operands: Sequence[Array | Fixed],
    shape: Sequence[int],
    attrs: dict[str, AttrValue],
    *,
    is_open: bool = False,
    framework: str = "Onnx",
) -> acl.Model:
    graph = GraphBuilder("g")
    spec = plain_open if is_open else plain
    values = [
        graph.constant(f"c{i}", x.value, dtype=x.value.dtype.name)
        if isinstance(x, Fixed)
        else graph.data(f"x{i}", spec(x.shape, "ND", x.dtype.name))
        for i, x in enumerate(operands)
    ]
    y = graph.op(type, values, spec(shape, "ND", "float32"), name="culprit", attrs=attrs)
    graph.output([y])
    header = Header("g", is_unknown_shape=is_open)
    return load(graph, header, framework_type=framework)


def result(*args: Any, **options: Any) -> Array:
    """What the model answers of its operands that are no constants."""
    with model(*args, **options) as loaded:
        return np.asarray(loaded(*(x for x in args[1] if not isinstance(x, Fixed))))


# type, the operands around the indices, attributes, the axis that they point into
TAKING: dict[str, tuple[list[Fixed], dict[str, Any], int]] = {
    "Gather": ([], {}, 4),
    "GatherV2": ([Fixed(np.int32(0))], {"batch_dims": 0}, 4),
    "GatherV2D": ([], {"axis": 0}, 4),
    "GatherElements": ([], {"dim": 0}, 4),
    "GatherNd": ([], {}, 3),
}


def indices_of(type: str, index: int, dtype: str) -> Array:
    """Some indices in range, and one that is looked at."""
    if type == "GatherNd":
        return np.array([[1, 1], [2, 0], [3, index]], dtype)
    if type == "GatherElements":
        return np.array([[0, 1, 2], [1, index, 0]], dtype)
    return np.array([0, index, 2], dtype)


def taken(type: str, indices: Array) -> Array:
    """By ONNX Runtime, which counts negative indices from the end."""
    name = {"GatherNd": "GatherND", "GatherElements": "GatherElements"}.get(type, "Gather")
    attrs = {} if name == "GatherND" else {"axis": 0}
    return onnx_op(name, [X, indices.astype(np.int64)], **attrs)[0]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("type", TAKING)
def test_indices_in_range(type: str, dtype: str, *, is_open: bool) -> None:
    rest, attrs, bound = TAKING[type]
    for index in (0, bound - 1, -1, -bound):
        indices = indices_of(type, index, dtype)
        expected = taken(type, indices)
        for given in (indices, Fixed(indices)):
            actual = result(type, [X, given, *rest], expected.shape, attrs, is_open=is_open)
            np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("type", TAKING)
def test_indices_out_of_range(type: str, dtype: str, *, is_open: bool) -> None:
    rest, attrs, bound = TAKING[type]
    good = indices_of(type, 1, dtype)
    shape = taken(type, good).shape
    with model(type, [X, good, *rest], shape, attrs, is_open=is_open) as loaded:
        for index in (bound, -bound - 1, *LIMITS, *(LIMITS_64 if dtype == "int64" else ())):
            words = rf"'culprit' \({type}\): index {index} .* out of range of an axis of {bound}"
            with pytest.raises(acl.AclError, match=words):
                loaded(X, indices_of(type, index, dtype))
            # The next request is not the worse for it.
            np.testing.assert_array_equal(loaded(X, good), taken(type, good))


@pytest.mark.parametrize("type", TAKING)
def test_constant_indices_out_of_range_are_refused_at_load(type: str) -> None:
    rest, attrs, bound = TAKING[type]
    indices = Fixed(indices_of(type, bound, "int64"))
    shape = taken(type, indices_of(type, 0, "int64")).shape
    words = rf"index {bound} .* out of range of an axis of {bound}: node 'culprit' \({type}\)"
    with pytest.raises(acl.AclError, match=words):
        model(type, [X, indices, *rest], shape, attrs)


@pytest.mark.parametrize("dtype", ["int64", "int8", "bool", "float16"])
def test_data_of_other_types(dtype: str) -> None:
    x, at = X.astype(dtype), np.int32([[3, -1], [0, 1]])
    graph = GraphBuilder("g")
    data = graph.data("x", plain(x.shape, dtype=dtype))
    positions = graph.data("at", plain(at.shape, dtype="int32"))
    graph.output(
        [graph.op("GatherNd", [data, positions], plain((2,), dtype=dtype), name="culprit")]
    )
    with load(graph) as loaded:
        np.testing.assert_array_equal(loaded(x, at), x[[3, 0], [-1, 1]])
        with pytest.raises(acl.AclError, match="index 4"):
            loaded(x, np.int32([[3, -1], [4, 1]]))


@pytest.mark.parametrize("dtype", ["float32", "bool", "float64"])
def test_indices_that_are_no_integers(dtype: str) -> None:
    with pytest.raises(acl.AclError, match=f"its indices are {dtype}: node .culprit"):
        model("GatherV2D", [X, np.zeros(2, dtype)], (2, 3), {"axis": 0})


def test_indices_that_are_computed() -> None:
    graph = GraphBuilder("g")
    x, at = graph.data("x", plain(X.shape)), graph.data("at", plain((2,), dtype="int32"))
    twice = graph.op("Add", [at, at], plain((2,), dtype="int32"))
    axis = graph.constant("axis", np.int32(0), dtype="int32")
    graph.output([graph.op("GatherV2", [x, twice, axis], plain((2, 3)), name="culprit")])
    with load(graph) as loaded:
        np.testing.assert_array_equal(loaded(X, np.int32([1, 0])), X[[2, 0]])
        with pytest.raises(acl.AclError, match=r"culprit.*index 6 \(element 1"):
            loaded(X, np.int32([0, 3]))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
@pytest.mark.parametrize("is_constant", [False, True])
def test_one_hot(dtype: str, *, is_constant: bool) -> None:
    given = np.array([0, 4, 5, 200] if dtype == "uint8" else [0, 4, -1, -5, 5, -6], dtype)
    indices = Fixed(given) if is_constant else given
    expected = onnx_op(
        "OneHot", [given.astype(np.int64), np.array(5), np.float32([-2, 7])], axis=-1
    )[0]
    depth = Fixed(np.int32(5))
    actual = result("OneHot", [indices, depth, *VALUES], expected.shape, {"axis": -1})
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("index", LIMITS + LIMITS_64)
def test_one_hot_of_what_points_nowhere(index: int) -> None:
    given = np.array([index], np.int64)
    actual = result("OneHotD", [given, *VALUES], (1, 5), {"axis": -1})
    np.testing.assert_array_equal(actual, np.full((1, 5), -2))


def test_one_hot_of_tensorflow_does_not_count_from_the_end() -> None:
    given = np.array([1, -1], np.int32)
    actual = result("OneHotD", [given, *VALUES], (2, 3), {"axis": -1}, framework="TensorFlow")
    np.testing.assert_array_equal(actual, [[-2, 7, -2], [-2, -2, -2]])


@pytest.mark.parametrize(("depth", "declared"), [(4, 3), (2, 3)])
@pytest.mark.parametrize("is_constant", [False, True])
def test_a_depth_that_is_not_the_declared_one(
    depth: int, declared: int, *, is_constant: bool
) -> None:
    given: Array | Fixed = np.array(depth, np.int32)
    operands = [np.int32([0]), Fixed(given) if is_constant else given, *VALUES]
    with pytest.raises(acl.AclError, match=rf"(?=.*culprit).*depth is \[{depth}\].*\[{declared}\]"):
        result("OneHot", operands, (1, declared), {"axis": -1})


def test_as_many_of_the_largest_as_declared() -> None:
    graph = GraphBuilder("g")
    x, k = graph.data("x", plain(X.shape)), graph.data("k", plain((), dtype="int32"))
    outputs = [plain((4, 2)), plain((4, 2), dtype="int32")]
    graph.output(graph.node("TopKV2", [x, k], outputs, name="culprit", attrs={"dim": -1}))
    with load(graph) as loaded:
        np.testing.assert_array_equal(loaded(X, np.array(2, np.int32))[0], X[:, :0:-1])
        for count in (0, 1, 3, 1 << 30, -1):
            with pytest.raises(acl.AclError, match=rf"culprit.* k is \[{count}\]"):
                loaded(X, np.array(count, np.int32))


@pytest.mark.parametrize(
    ("type", "operands", "good", "bad"),
    [
        ("Fill", [None, Fixed(np.float32([7]))], [2, 3], [3, 3]),
        ("BroadcastTo", [np.float32([[1, 2, 3]]), None], [2, 3], [2, 1]),
    ],
)
def test_a_shape_that_is_an_input(
    type: str, operands: list[Any], good: list[int], bad: list[int]
) -> None:
    operands = [np.array(good, np.int64) if x is None else x for x in operands]
    with model(type, operands, (2, 3), {}) as loaded:
        given = [x for x in operands if not isinstance(x, Fixed)]
        np.testing.assert_array_equal(
            loaded(*given), np.broadcast_to([[1, 2, 3]] if type == "BroadcastTo" else 7, (2, 3))
        )
        given[-1] = np.array(bad, np.int64)
        with pytest.raises(acl.AclError, match=r"culprit.*shape is \["):
            loaded(*given)


def test_slice_at_offsets_that_are_inputs() -> None:
    x = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    offsets, size = np.int32([1, 0, 2]), np.int32([2, 4, -1])
    with model("Slice", [x, offsets, size], (2, 4, 3), {}) as loaded:
        np.testing.assert_array_equal(loaded(x, offsets, size), x[1:, :, 2:])
        at = np.int32([0, 0, 1])
        np.testing.assert_array_equal(loaded(x, at, np.int32([2, 4, 3])), x[:2, :, 1:4])
        for dim, offset in ((0, 2), (1, 1), (2, -1), (2, LIMITS[0]), (0, LIMITS[1])):
            bad = np.zeros(3, np.int32)
            bad[dim] = offset
            words = rf"culprit.*dim {dim} of {x.shape[dim]}.*offset {offset} .*out of range"
            with pytest.raises(acl.AclError, match=words):
                loaded(x, bad, np.int32([2, 4, 3]))
        with pytest.raises(acl.AclError, match=r"culprit.*size is 1 from offset 0"):
            loaded(x, np.zeros(3, np.int32), np.int32([2, 1, 3]))


def test_slice_at_offsets_of_64_bits() -> None:
    size = Fixed(np.array([2, 2]))
    with model("Slice", [X, np.array([2, 1]), size], (2, 2), {}) as loaded:
        np.testing.assert_array_equal(loaded(X, np.array([2, 1])), X[2:, 1:])
        with pytest.raises(acl.AclError, match=rf"culprit.*offset {2**32} .*out of range"):
            loaded(X, np.array([0, 2**32]))


@pytest.mark.parametrize("dtype", ["int8", "float16", "int64"])
def test_slice_of_other_types_by_constant_size(dtype: str) -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((3, 4), dtype=dtype))
    offsets = graph.data("offsets", plain((2,), dtype="int32"))
    size = graph.constant("size", np.int32([2, 2]), dtype="int32")
    graph.output([graph.op("Slice", [x, offsets, size], plain((2, 2), dtype=dtype))])
    given = np.arange(12).reshape(3, 4).astype(dtype)
    with load(graph) as loaded:
        np.testing.assert_array_equal(loaded(given, np.int32([1, 2])), given[1:, 2:])
