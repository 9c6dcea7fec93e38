# SPDX-License-Identifier: Apache-2.0
"""Integers of each width and float64: exact, or refused with the node's name; never rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import Fixed, load, onnx_op, plain, run, run_node, run_op
from number_types import INTEGERS, awkward, pairs, power, some, truncated
from numpy.random import Generator

import ascendcl as acl
from ascendcl.om import GraphBuilder
from onnx_oracle import Array

NUMBERS = [*INTEGERS, "float64"]

pytestmark = pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Add", np.add),
        ("AddV2", np.add),
        ("Sub", np.subtract),
        ("Mul", np.multiply),
        ("Maximum", np.maximum),
        ("Minimum", np.minimum),
        ("SquaredDifference", lambda a, b: (a - b) * (a - b)),
        ("Equal", np.equal),
        ("NotEqual", np.not_equal),
        ("Greater", np.greater),
        ("GreaterEqual", np.greater_equal),
        ("Less", np.less),
        ("LessEqual", np.less_equal),
    ],
)
def test_two_operands(type: str, function: Callable[..., Array], dtype: str) -> None:
    a, b = pairs(dtype)
    expected = function(a, b)
    actual = run_op(type, [a, b], a.shape, dtype=expected.dtype.name)
    np.testing.assert_array_equal(actual, expected, strict=True)


# The rule of each: Div and RealDiv round towards zero, as ONNX's Div and TensorFlow's Div do.
@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Div", truncated),
        ("RealDiv", truncated),
        ("FloorDiv", np.floor_divide),
        ("FloorMod", np.mod),
        ("Mod", np.fmod),
    ],
)
def test_division(type: str, function: Callable[..., Array], dtype: str) -> None:
    a, b = (x[pairs(dtype)[1] != 0] for x in pairs(dtype))
    if dtype == "float64" and type == "FloorDiv":
        function = lambda a, b: np.floor(a / b)  # noqa: E731
    np.testing.assert_array_equal(run_op(type, [a, b], a.shape, dtype=dtype), function(a, b))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
@pytest.mark.parametrize(("type", "seven_halves"), [("Div", -3), ("RealDiv", -3), ("FloorDiv", -4)])
def test_minus_seven_by_two(type: str, seven_halves: int, dtype: str) -> None:
    a, b = np.array([-7, 7, -7], dtype), np.array([2, -2, 0], dtype)
    actual = run_op(type, [a, b], (3,), dtype=dtype)
    assert actual.tolist() == [seven_halves, seven_halves, 0]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_division_is_that_of_onnx(dtype: str) -> None:
    a, b = np.array([-7, 7, -7, 7], dtype), np.array([2, -2, -2, 2], dtype)
    np.testing.assert_array_equal(
        run_op("Div", [a, b], (4,), dtype=dtype), onnx_op("Div", [a, b])[0]
    )


@pytest.mark.parametrize("dtype", NUMBERS)
def test_powers(dtype: str) -> None:
    a, b = pairs(dtype)
    with np.errstate(all="ignore"):
        expected = power(a, b)
    actual = run_op("Pow", [a, b], a.shape, dtype=dtype)
    if dtype == "float64":
        np.testing.assert_allclose(actual, expected, rtol=1e-15)
    else:
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Abs", np.abs),
        ("Neg", np.negative),
        ("Sign", np.sign),
        ("Square", np.square),
        ("Relu", lambda x: np.maximum(x, x.dtype.type(0))),
        ("Relu6", lambda x: np.clip(x, x.dtype.type(0), x.dtype.type(6))),
        ("Ceil", lambda x: np.ceil(x).astype(x.dtype) if x.dtype.kind == "f" else x),
        ("Floor", lambda x: np.floor(x).astype(x.dtype) if x.dtype.kind == "f" else x),
        ("Rint", lambda x: np.rint(x).astype(x.dtype) if x.dtype.kind == "f" else x),
        ("Round", lambda x: np.rint(x).astype(x.dtype) if x.dtype.kind == "f" else x),
    ],
)
def test_one_operand(type: str, function: Callable[[Array], Array], dtype: str) -> None:
    if (type, dtype) == ("Relu6", "float64"):
        pytest.skip("it is computed in float32, and told: test_float64_that_is_computed_as_float32")
    x = awkward(dtype)
    np.testing.assert_array_equal(run_op(type, [x], x.shape, dtype=dtype), function(x))


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    ("a_shape", "b_shape"),
    [((), (3, 4)), ((3, 4), ()), ((2, 3, 1), (4,)), ((2, 1, 4), (2, 3, 1)), ((1, 3, 1), (2, 3, 4))],
)
def test_operands_are_broadcast(
    a_shape: tuple[int, ...], b_shape: tuple[int, ...], dtype: str, rng: Generator
) -> None:
    a, b = some(dtype, rng, *a_shape), some(dtype, rng, *b_shape)
    a, b = np.asarray(a, dtype), np.asarray(b, dtype)
    for type, expected in [("Sub", np.asarray(a - b)), ("Less", np.asarray(a < b))]:
        actual = run_op(type, [a, b], expected.shape, dtype=expected.dtype.name)
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_several_operands(dtype: str, rng: Generator) -> None:
    a, b, c = (some(dtype, rng, 4, 6) for _ in range(3))
    bias, low, high = some(dtype, rng, 6), np.array(3, dtype), np.array(90, dtype)
    for type, operands, expected in [
        ("AddN", [a, b, c], a + b + c),
        ("Eltwise", [a, b, c], a + b + c),
        ("FusedMulAdd", [a, b, c], a * b + c),
        ("BiasAdd", [a, bias], a + bias),
        ("ClipByValue", [a, low, high], np.clip(a, 3, 90)),
        ("Addcmul", [a, b, c, low], a + low * (b * c)),
        ("Addcdiv", [a, b, np.maximum(c, low), low], a + low * truncated(b, np.maximum(c, low))),
        ("Lerp", [a, b, c], a + (b - a) * c),
        ("Scale", [a, bias, bias], a * bias + bias),
        ("Bias", [a, bias], a + bias),
        ("ZerosLike", [a], np.zeros_like(a)),
        ("OnesLike", [a], np.ones_like(a)),
    ]:
        actual = run_op(type, operands, a.shape, dtype=dtype)
        np.testing.assert_array_equal(actual, expected, type)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
@pytest.mark.parametrize("type", ["MaxPool", "MaxPoolV2", "MaxPoolV3"])
def test_largest_of_a_window(type: str, dtype: str, rng: Generator) -> None:
    x = some(dtype, rng, 1, 2, 6, 6)
    attrs = {"ksize": [1, 1, 2, 2], "strides": [1, 1, 2, 2], "padding": "VALID"}
    attrs |= {"padding_mode": "VALID", "data_format": "NCHW"}
    expected = x.reshape(1, 2, 3, 2, 3, 2).max((3, 5))
    np.testing.assert_array_equal(run_op(type, [x], expected.shape, attrs, dtype=dtype), expected)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
def test_means_of_pictures(dtype: str, rng: Generator) -> None:
    x = some(dtype, rng, 1, 2, 5, 3)
    sums = x.astype(np.int64).sum((2, 3), keepdims=True)
    expected = truncated(sums, np.array(15)).astype(dtype)
    actual = run_op("GlobalAveragePool", [x], expected.shape, dtype=dtype)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("axes", [(0,), (1,), (0, 2), (0, 1, 2)])
def test_reductions(axes: tuple[int, ...], dtype: str, rng: Generator, *, keep: bool) -> None:
    x = some(dtype, rng, 3, 40, 5)
    sums = x.astype(object).sum(axes, keepdims=keep)
    counts = int(np.prod([x.shape[axis] for axis in axes]))
    for type, reduced in [
        ("ReduceSumD", x.sum(axes, dtype, keepdims=keep)),
        ("ReduceProdD", x.prod(axes, dtype, keepdims=keep)),
        ("ReduceMaxD", x.max(axes, keepdims=keep)),
        ("ReduceMinD", x.min(axes, keepdims=keep)),
    ]:
        expected = np.asarray(reduced)
        attrs = {"axes": list(axes), "keep_dims": keep}
        actual = run_op(type, [x], expected.shape, attrs, dtype=dtype)
        if dtype == "float64":  # the order of the sum is another
            np.testing.assert_allclose(actual, expected, rtol=1e-13, atol=1e7)
        else:
            np.testing.assert_array_equal(actual, expected, type)
    if "64" not in dtype:
        sums = np.asarray(sums)
        mean = np.array([int(abs(s)) // counts * (1 if s >= 0 else -1) for s in sums.ravel()])
        actual = run_op("ReduceMeanD", [x], sums.shape, attrs, dtype=dtype)
        np.testing.assert_array_equal(actual, mean.reshape(sums.shape).astype(dtype))


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize(
    "type", ["ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceMean"]
)
def test_reductions_over_axes_that_are_an_input(type: str, dtype: str, rng: Generator) -> None:
    x = rng.integers(0, 3, (2, 4)).astype(dtype)
    function = getattr(np, type.removeprefix("Reduce").lower())
    expected = np.trunc(function(x.astype(float), 1)) if dtype != "float64" else function(x, 1)
    actual = run_op(type, [x], (2,), constants=[np.array([1], np.int32)], dtype=dtype)
    np.testing.assert_array_equal(actual, expected.astype(dtype))


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_sums_along_an_axis(dtype: str, rng: Generator, *, exclusive: bool, reverse: bool) -> None:
    x = some(dtype, rng, 2, 7, 3)
    y = x[:, ::-1] if reverse else x
    y = np.cumsum(y, 1, dtype)
    if exclusive:
        y = np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], 1)
    expected = y[:, ::-1] if reverse else y
    attrs = {"exclusive": exclusive, "reverse": reverse}
    for type, constants, more in [("Cumsum", [np.int32(1)], {}), ("CumsumD", [], {"axis": 1})]:
        actual = run_op(type, [x], x.shape, {**attrs, **more}, constants=constants, dtype=dtype)
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("index", ["int32", "int64"])
def test_largest_elements(dtype: str, index: str, rng: Generator, *, largest: bool) -> None:
    x = some(dtype, rng, 3, 20, 2)
    rank = x.astype(object) * (-1 if largest else 1)
    order = np.argsort(rank, 1, kind="stable")
    attrs = {"dim": 1, "largest": largest}
    values, indices = run_node(
        "TopKV2", [x, Fixed(np.int32(6))], [((3, 6, 2), dtype), ((3, 6, 2), index)], attrs
    )
    np.testing.assert_array_equal(indices, order[:, :6].astype(index), strict=True)
    np.testing.assert_array_equal(values, np.take_along_axis(x, order[:, :6], 1))
    best = order[:, 0]
    name = "ArgMaxD" if largest else "ArgMinD"
    found = run_op(name, [x], (3, 2), {"dimension": 1}, dtype=index)
    np.testing.assert_array_equal(found, best.astype(index), strict=True)
    name = "ArgMaxWithValue" if largest else "ArgMinWithValue"
    found, value = run_node(name, [x], [((3, 2), index), ((3, 2), dtype)], {"dimension": 1})
    np.testing.assert_array_equal(found, best.astype(index), strict=True)
    np.testing.assert_array_equal(value, np.take_along_axis(x, order[:, :1], 1)[:, 0])


@pytest.mark.parametrize("to", [*NUMBERS, "float32", "bool"])
@pytest.mark.parametrize("source", [*NUMBERS, "bool"])
def test_casts(source: str, to: str) -> None:
    x = np.array([0, 1, 1, 0], bool) if source == "bool" else awkward(source)
    if source == "float64" and to in INTEGERS:
        limits = np.iinfo(to)
        x = x[(x > float(limits.min)) & (x < float(limits.max))]
    expected = x.astype(to)
    actual = run_op("Cast", [x], x.shape, {}, dtype=to)
    np.testing.assert_array_equal(actual, expected, strict=True)


@pytest.mark.parametrize("to", INTEGERS)
@pytest.mark.parametrize("source", ["float32", "float64"])
def test_casts_of_reals_that_do_not_fit(source: str, to: str) -> None:
    limits = np.iinfo(to)
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 2.9, -0.9], source)
    actual = run_op("Cast", [x], x.shape, {}, dtype=to)
    low, high = limits.min, limits.max
    np.testing.assert_array_equal(actual, np.array([0, high, low, high, low, 2, 0], to))


@pytest.mark.parametrize("dtype", ["int8", "int32", "uint32", "int64", "uint64"])
@pytest.mark.parametrize("type", ["MatMul", "MatMulV2", "BatchMatMul", "BatchMatMulV2"])
def test_products(type: str, dtype: str, rng: Generator) -> None:
    lead = (2,) if type.startswith("Batch") else ()
    a, b = some(dtype, rng, *lead, 4, 5), some(dtype, rng, *lead, 5, 3)
    flags = ("adj_x1", "adj_x2") if lead else ("transpose_x1", "transpose_x2")
    out = "int32" if dtype == "int8" else dtype
    expected = a.astype(out) @ b.astype(out)
    attrs = dict.fromkeys(flags, False)
    np.testing.assert_array_equal(run_op(type, [a, b], expected.shape, attrs, dtype=out), expected)


@pytest.mark.parametrize("dtype", NUMBERS)
def test_constants_and_fills(dtype: str, rng: Generator) -> None:
    x, c = some(dtype, rng, 2, 8), some(dtype, rng, 8)
    np.testing.assert_array_equal(
        run_node("Add", [x, Fixed(c)], [((2, 8), dtype)])[0], x + c, strict=True
    )
    numbers = awkward(dtype)
    fill = numbers[numbers <= 2**53].max(keepdims=True)
    (padded,) = run_node(
        "PadV3",
        [x, Fixed(np.array([[1, 0], [0, 2]], np.int32)), Fixed(fill)],
        [((3, 10), dtype)],
    )
    np.testing.assert_array_equal(padded, np.pad(x, [(1, 0), (0, 2)], constant_values=fill[0]))


def test_a_fill_that_cannot_be_held_is_refused() -> None:
    x, fill = np.zeros((2, 2), np.int64), np.array([2**53 + 1])
    with pytest.raises(acl.AclError, match=r"the fill value 9007199254740993 is not supported"):
        run_node("PadV3", [x, Fixed(np.zeros((2, 2), np.int32)), Fixed(fill)], [((2, 2), "int64")])


@pytest.mark.parametrize("dtype", [*NUMBERS, "bool"])
def test_an_input_that_is_an_output(dtype: str) -> None:
    x = np.array([True, False]) if dtype == "bool" else awkward(dtype)
    graph = GraphBuilder("g")
    value = graph.data("x", plain(x.shape, "ND", dtype))
    graph.output([graph.op("Identity", [value], plain(x.shape, "ND", dtype))])
    np.testing.assert_array_equal(run(graph, x)[0], x, strict=True)


@pytest.mark.parametrize("index", ["int32", "int64", "uint32", "uint64", "int16", "uint8"])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_positions_of_any_type(dtype: str, index: str, rng: Generator) -> None:
    x, at = some(dtype, rng, 5, 3), np.array([4, 0, 2, 2], index)
    (actual,) = run_node("GatherV2", [x, at, Fixed(np.int32(0))], [((4, 3), dtype)])
    np.testing.assert_array_equal(actual, x[at.astype(int)], strict=True)


@pytest.mark.parametrize("dtype", [*NUMBERS, "float32"])
@pytest.mark.parametrize(
    "first", ["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"]
)
def test_comparisons_feed_every_op_on_booleans(first: str, dtype: str, rng: Generator) -> None:
    """In all combinations, with booleans of the model's input and of float32 too."""
    shape = (2, 9)
    base = awkward("int32").astype(dtype) if dtype == "float32" else awkward(dtype)
    a = rng.choice(base, shape)
    b = np.where(rng.random(shape) < 0.5, a, rng.choice(base, shape))
    given = rng.random(shape) < 0.5
    real = rng.standard_normal(shape, np.float32)
    graph = GraphBuilder("g")
    x, y = (graph.data(name, plain(shape, "ND", dtype)) for name in "xy")
    g = graph.data("g", plain(shape, "ND", "bool"))
    r = graph.data("r", plain(shape, "ND", "float32"))
    flag = plain(shape, "ND", "bool")
    compare = {
        "Equal": np.equal,
        "NotEqual": np.not_equal,
        "Greater": np.greater,
        "GreaterEqual": np.greater_equal,
        "Less": np.less,
        "LessEqual": np.less_equal,
    }[first]
    mask = graph.op(first, [x, y], flag)
    of_reals = graph.op(
        "Greater", [r, graph.constant("zero", np.float32(0), dtype="float32")], flag
    )
    expected = compare(a, b)
    positive = real > 0
    outputs: list[tuple[Any, Array]] = [(mask, expected)]
    inverse = graph.op("LogicalNot", [mask], flag)
    outputs.append((inverse, ~expected))
    for other, other_expected in [(g, given), (of_reals, positive), (inverse, ~expected)]:
        for left, right, l_array, r_array in [
            (mask, other, expected, other_expected),
            (other, mask, other_expected, expected),
        ]:
            outputs += [
                (graph.op("LogicalAnd", [left, right], flag), l_array & r_array),
                (graph.op("LogicalOr", [left, right], flag), l_array | r_array),
                (graph.op("Equal", [left, right], flag), l_array == r_array),
                (graph.op("NotEqual", [left, right], flag), l_array != r_array),
            ]
    both = graph.op("LogicalAnd", [mask, of_reals], flag)
    outputs += [
        (graph.op("Select", [mask, x, y], plain(shape, "ND", dtype)), np.where(expected, a, b)),
        (graph.op("Select", [of_reals, x, y], plain(shape, "ND", dtype)), np.where(positive, a, b)),
        (graph.op("Select", [g, x, y], plain(shape, "ND", dtype)), np.where(given, a, b)),
        (
            graph.op(
                "SelectV2",
                [mask, r, graph.constant("low", np.float32(-1e4), dtype="float32")],
                plain(shape, "ND", "float32"),
            ),
            np.where(expected, real, np.float32(-1e4)),
        ),
        (
            graph.op(
                "MaskedFill",
                [r, both, graph.constant("f", np.float32(7), dtype="float32")],
                plain(shape, "ND", "float32"),
            ),
            np.where(expected & positive, np.float32(7), real),
        ),
        (graph.op("Select", [g, mask, of_reals], flag), np.where(given, expected, positive)),
        (graph.op("Select", [mask, g, of_reals], flag), np.where(expected, given, positive)),
        (
            graph.op("ReduceAllD", [mask], plain((2,), "ND", "bool"), attrs={"axes": [1]}),
            expected.all(1),
        ),
        (
            graph.op("ReduceAnyD", [mask], plain((2,), "ND", "bool"), attrs={"axes": [1]}),
            expected.any(1),
        ),
        (
            graph.op("TransposeD", [mask], plain((9, 2), "ND", "bool"), attrs={"perm": [1, 0]}),
            expected.T,
        ),
        (
            graph.op(
                "ConcatD", [mask, g, of_reals], plain((6, 9), "ND", "bool"), attrs={"concat_dim": 0}
            ),
            np.concatenate([expected, given, positive]),
        ),
    ]
    for to in [*NUMBERS, "float32"]:
        outputs.append((graph.op("Cast", [mask], plain(shape, "ND", to)), expected.astype(to)))
    graph.output([value for value, _ in outputs])
    results = run(graph, a, b, given, real)
    for result, (value, array) in zip(results, outputs, strict=True):
        np.testing.assert_array_equal(result, array, f"{value}", strict=True)


def test_an_attention_mask(rng: Generator) -> None:
    """Token numbers of int64 to what is added to the scores, fused into float32 arithmetic."""
    tokens = rng.integers(0, 3, (2, 1, 1, 16))
    scores = rng.standard_normal((2, 4, 16, 16), np.float32)
    graph = GraphBuilder("g")
    ids = graph.data("ids", plain(tokens.shape, "ND", "int64"))
    x = graph.data("x", plain(scores.shape, "ND"))
    pad = graph.constant("pad", np.int64(0), dtype="int64")
    mask = graph.op("Equal", [ids, pad], plain(tokens.shape, "ND", "bool"))
    keep = graph.op("LogicalNot", [mask], plain(tokens.shape, "ND", "bool"))
    number = graph.op("Cast", [keep], plain(tokens.shape, "ND"))
    one = graph.constant("one", np.float32(1), dtype="float32")
    low = graph.constant("low", np.float32(-1e4), dtype="float32")
    lack = graph.op("Sub", [one, number], plain(tokens.shape, "ND"))
    bias = graph.op("Mul", [lack, low], plain(tokens.shape, "ND"))
    graph.output([graph.op("Add", [x, bias], plain(scores.shape, "ND"))])
    (actual,) = run(graph, tokens, scores)
    np.testing.assert_array_equal(actual, scores + np.where(tokens == 0, np.float32(-1e4), 0))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "type", ["Exp", "Sqrt", "Sigmoid", "Tanh", "Reciprocal", "SoftmaxV2", "Softplus"]
)
def test_functions_of_integers_are_refused(type: str, dtype: str) -> None:
    x = awkward(dtype)[:4].reshape(2, 2)
    with pytest.raises(acl.AclError, match=rf"of {dtype} it is not supported: node .* \({type}\)"):
        run_op(type, [x], x.shape, dtype=dtype)


@pytest.mark.parametrize("type", ["Add", "Maximum", "Equal", "Pow"])
def test_operands_of_two_types_are_refused(type: str) -> None:
    a, b = np.ones(3, np.int64), np.ones(3, np.int32)
    with pytest.raises(acl.AclError, match=rf"its inputs are int64 and int32.*\({type}\)"):
        run_op(type, [a, b], (3,), dtype="int64")


@pytest.mark.parametrize(
    ("type", "function"),
    [
        ("Exp", np.exp),
        ("Log", np.log),
        ("Sqrt", np.sqrt),
        ("Rsqrt", lambda x: 1 / np.sqrt(x)),
        ("Sin", np.sin),
        ("Tanh", np.tanh),
        ("Sigmoid", lambda x: 1 / (1 + np.exp(-x))),
        ("Reciprocal", np.reciprocal),
    ],
)
def test_functions_of_float64(type: str, function: Callable[[Array], Array]) -> None:
    x = np.linspace(0.1, 2, 50)
    actual = run_op(type, [x], x.shape, dtype="float64")
    np.testing.assert_allclose(actual, function(x), rtol=1e-15, atol=0)


@pytest.mark.parametrize("type", ["SoftmaxV2", "Relu6", "Mish"])
def test_float64_that_is_computed_as_float32_is_told(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 5))
    graph = GraphBuilder("g")
    value = graph.data("x", plain(x.shape, "ND", "float64"))
    graph.output([graph.op(type, [value], plain(x.shape, "ND", "float64"))])
    with load(graph) as model:
        (note,) = model.notes
    assert (note.type, note.quantity, note.value) == (type, "precision", "float32")
    assert note.reason == "float64 is computed as float32"
