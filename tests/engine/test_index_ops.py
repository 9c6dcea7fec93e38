# SPDX-License-Identifier: Apache-2.0
"""Ops that compute with positions or fill, against numpy or ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import Array, Fixed, assert_close, onnx_op, run_node, run_op

Generator = np.random.Generator


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize(("axis", "dtype"), [(-1, "int32"), (1, "int64")])
@pytest.mark.parametrize("type", ["TopK", "TopKD", "TopKV2"])
def test_top_k(*, type: str, axis: int, dtype: str, largest: bool, rng: Generator) -> None:
    x = rng.integers(0, 6, (2, 7, 9)).astype(np.float32)
    operands: list[Array | Fixed] = [x]
    attrs: dict[str, Any] = {"sorted": True, "dim": axis, "largest": largest}
    if type == "TopKD":  # behind x, the device's kernel wants a sequence
        operands.append(Fixed(np.arange(20, dtype=np.float16)))
        attrs["k"] = 4
    else:
        operands.append(Fixed(np.int32(4)))
    shape = (2, 7, 4) if axis == -1 else (2, 4, 9)
    values, indices = run_node(type, operands, [(shape, "float32"), (shape, dtype)], attrs)
    expected = onnx_op("TopK", [x, np.array([4])], 2, axis=axis, largest=int(largest))
    np.testing.assert_array_equal(values, expected[0])
    np.testing.assert_array_equal(indices, expected[1])


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
@pytest.mark.parametrize("type", ["Cumsum", "CumsumD"])
def test_cumulative_sum(*, type: str, exclusive: bool, reverse: bool, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 3), np.float32)
    attrs: dict[str, Any] = {"exclusive": exclusive, "reverse": reverse}
    constants = [np.int32(1)] if type == "Cumsum" else []
    if not constants:
        attrs["axis"] = 1
    flags = {name: int(value) for name, value in attrs.items() if name != "axis"}
    expected = onnx_op("CumSum", [x, np.array(1)], **flags)[0]
    assert_close(run_op(type, [x], x.shape, attrs, constants=constants), expected)


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("type", ["OneHot", "OneHotD"])
def test_one_hot(type: str, axis: int, rng: Generator) -> None:
    index = rng.integers(0, 5, (3, 4)).astype(np.int32)
    on, off = Fixed(np.float32([2])), Fixed(np.float32([-1]))
    operands = [index, on, off] if type == "OneHotD" else [index, Fixed(np.int32(5)), on, off]
    values = np.array([-1, 2], np.float32)
    expected = onnx_op("OneHot", [index.astype(np.int64), np.array(5), values], axis=axis)[0]
    attrs = {"axis": axis, **({"depth": 5} if type == "OneHotD" else {})}
    (actual,) = run_node(type, operands, [(expected.shape, "float32")], attrs)
    np.testing.assert_array_equal(actual, expected)


def test_gather_elements(rng: Generator) -> None:
    x, index = rng.standard_normal((3, 5), np.float32), rng.integers(0, 5, (3, 2))
    expected = onnx_op("GatherElements", [x, index], axis=1)[0]
    actual = run_op("GatherElements", [x, index], (3, 2), {"dim": 1})
    np.testing.assert_array_equal(actual, expected)


def test_gather_nd(rng: Generator) -> None:
    x = rng.standard_normal((3, 5, 2), np.float32)
    index = np.array([[0, 4], [2, 1], [1, 1]])
    actual = run_op("GatherNd", [x, index], (3, 2))
    np.testing.assert_array_equal(actual, onnx_op("GatherND", [x, index])[0])


@pytest.mark.parametrize("type", ["Gather", "GatherV2", "GatherV2D"])
@pytest.mark.parametrize("axis", [0, -1])
def test_gather(type: str, axis: int, rng: Generator) -> None:
    x, index = rng.standard_normal((3, 5, 4), np.float32), np.array([[2, 0], [1, 1]], np.int64)
    attrs: dict[str, Any] = {"batch_dims": 0}
    operands: list[Array | Fixed] = [x, index]
    if type == "GatherV2":
        operands.append(Fixed(np.int64(axis)))
    elif type == "GatherV2D":
        attrs["axis"] = axis
    else:
        axis = 0
    expected = np.take(x, index, axis)
    (actual,) = run_node(type, operands, [(expected.shape, "float32")], attrs)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("type", ["ReverseV2", "ReverseV2D"])
def test_reverse(type: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 5, 4), np.float32)
    constants = [np.array([0, -1], np.int32)] if type == "ReverseV2" else []
    attrs = {} if constants else {"axis": [0, -1]}
    actual = run_op(type, [x], x.shape, attrs, constants=constants)
    np.testing.assert_array_equal(actual, x[::-1, :, ::-1])


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize(
    ("type", "operands", "attrs", "number"),
    [
        ("Fill", [Fixed(np.array([2, 3], np.int64)), 7], {}, 7),
        ("FillD", [7], {"dims": [2, 3]}, 7),
        ("ZerosLike", ["like"], {}, 0),
        ("OnesLike", ["like"], {}, 1),
    ],
)
def test_fill(
    type: str, operands: list[Any], attrs: dict[str, Any], number: int, dtype: str
) -> None:
    given: list[Array | Fixed] = []
    for operand in operands:
        if operand == "like":
            given.append(np.full((2, 3), 5, dtype))
        else:
            given.append(operand if isinstance(operand, Fixed) else np.array([operand], dtype))
    (actual,) = run_node(type, given, [((2, 3), dtype)], attrs)
    np.testing.assert_array_equal(actual, np.full((2, 3), number, dtype))


@pytest.mark.parametrize("type", ["BroadcastTo", "BroadcastToD", "Expand", "ExpandD"])
def test_broadcast(type: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 1), np.float32)
    shape = [2, 3, 4]
    constants = [] if type.endswith("D") else [np.array(shape, np.int64)]
    attrs = {"shape": shape} if type.endswith("D") else {}
    actual = run_op(type, [x], (2, 3, 4), attrs, constants=constants)
    np.testing.assert_array_equal(actual, np.broadcast_to(x, shape))


@pytest.mark.parametrize("type", ["Tile", "TileD"])
def test_tile(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 3), np.float32)
    constants = [np.array([2, 3], np.int32)] if type == "Tile" else []
    attrs = {} if constants else {"multiples": [2, 3]}
    actual = run_op(type, [x], (4, 9), attrs, constants=constants)
    np.testing.assert_array_equal(actual, np.tile(x, (2, 3)))


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("type", ["ArgMin", "ArgMaxV2"])
def test_arg_extreme_with_its_axis_as_an_input(type: str, dtype: str, rng: Generator) -> None:
    x = rng.integers(0, 4, (3, 40)).astype(np.float32)
    actual = run_op(type, [x], (3,), constants=[np.int32(1)], dtype=dtype)
    np.testing.assert_array_equal(actual, (np.argmin if type == "ArgMin" else np.argmax)(x, 1))


def test_anchors_of_a_detector(rng: Generator) -> None:
    """Scores to the best boxes: what heads of detectors do behind their convolutions."""
    scores = rng.random((1, 20, 3), np.float32)
    best, labels = scores.max(-1), scores.argmax(-1)
    value, index = run_node(
        "TopKV2",
        [best, Fixed(np.int32(5))],
        [((1, 5), "float32"), ((1, 5), "int32")],
        {"sorted": True, "dim": -1, "largest": True},
    )
    (picked,) = run_node(
        "GatherElements",
        [labels.astype(np.int32), index.astype(np.int64)],
        [((1, 5), "int32")],
        {"dim": 1},
    )
    order = np.argsort(-best[0])[:5]
    assert_close(value[0], best[0][order])
    np.testing.assert_array_equal(picked[0], labels[0][order])
