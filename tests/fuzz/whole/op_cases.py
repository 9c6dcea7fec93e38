# SPDX-License-Identifier: Apache-2.0
"""Models of one op, or of a few in a row, of any type with any shapes, data types and attributes.

Shapes agree within a model, so that the file is well formed, and what is odd is asked of the op:
sizes of 0, ranks of 0 and 1, shapes that do not go together, indices that point nowhere.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec, Value

LOWER = Path(__file__).parents[3] / "csrc" / "host" / "engine" / "lower"

SHAPES: tuple[tuple[int, ...], ...] = (
    (),
    (0,),
    (1,),
    (3,),
    (1, 1),
    (2, 3),
    (3, 2),
    (0, 3),
    (2, 0),
    (3, 3),
    (1, 4, 4),
    (2, 3, 4),
    (2, 0, 4),
    (1, 4, 4, 4),
    (2, 4, 3, 5),
    (0, 4, 4, 4),
    (1, 0, 4, 4),
    (1, 4, 0, 4),
    (1, 1, 1, 1),
    (1, 2, 2, 2, 2),
)
DTYPES = ("float32",) * 6 + ("float16", "int32", "int32", "int64", "bool", "uint8", "int8")
MODES = (
    "constant",
    "reflect",
    "edge",
    "symmetric",
    "nearest",
    "linear",
    "DCR",
    "CRD",
    "none",
    "tanh",
)
PADDINGS = ("SAME", "VALID", "CALCULATED", "CALCULATED", "NOTSET")
COORDINATES = ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")


@cache
def op_types() -> dict[str, int]:
    """Answer every op type that the engine's tables name, with its operands; 0: any number."""
    texts = [path.read_text() for path in sorted(LOWER.glob("*.cpp"))]
    types = {m: 0 for text in texts for m in re.findall(r'OpEntry\{\s*"([^"]+)"', text)}
    for text in texts:
        for type, arity in re.findall(r'ElementwiseName\{"([^"]+)",\s*"[^"]+",\s*([UB])::', text):
            types[type] = 1 if arity == "U" else 2
    return types


def any_type(rng: random.Random) -> str:
    """Elementwise ops, which are alike, come half as often as their number."""
    type = rng.choice(list(op_types()))
    return rng.choice(list(op_types())) if op_types()[type] else type


def few(rng: random.Random, count: int) -> list[int]:
    return [rng.choice((0, 1, 1, 1, 2, 2, 3, -1, 5)) for _ in range(count)]


def attributes(rng: random.Random, rank: int, output: tuple[int, ...]) -> dict[str, Any]:
    """Answer whatever any op asks for; ops take what they know."""
    axis = rng.choice((0, 0, 1, -1, rank - 1, 2, 3))
    permutation = list(range(rank))
    rng.shuffle(permutation)
    axes = rng.sample(range(max(rank, 1)), rng.randint(0, max(rank, 1)))
    window = [1, 1, rng.choice((1, 2, 3)), rng.choice((1, 2))]
    everything: dict[str, Any] = {
        "axes": axes,
        "axis": rng.choice((axis, axis, axes)),
        "dim": axis,
        "dimension": axis,
        "perm": permutation,
        "order": permutation,
        "keep_dims": rng.random() < 0.5,
        "concat_dim": axis,
        "split_dim": axis,
        "begin_norm_axis": axis,
        "num_groups": rng.choice((1, 2, 0)),
        "group": rng.choice((1, 2, 0)),
        "groups": rng.choice((1, 1, 2, 4, 0)),
        "ksize": window,
        "window": window[2:],
        "stride": few(rng, 2),
        "strides": rng.choice(([1, 1, 1, 1], [1, 1, 2, 2], few(rng, 4), few(rng, rank))),
        "dilations": rng.choice(([1, 1, 1, 1], few(rng, 4))),
        "pads": rng.choice(([0, 0, 0, 0], [1, 1, 1, 1], few(rng, 4))),
        "pad": few(rng, 4),
        "paddings": rng.choice((few(rng, 2 * rank), few(rng, 4), [0] * (2 * rank))),
        "crops": few(rng, 4),
        "block_shape": few(rng, 2),
        "block_size": rng.choice((1, 2, 0, 3)),
        "multiples": few(rng, rank),
        "tiles": rng.choice((0, 1, 2)),
        "begin": few(rng, rank),
        "end": rng.choice((few(rng, rank), list(output))),
        "begin_mask": rng.choice((0, 0, 1, 3, 15)),
        "end_mask": rng.choice((0, 0, 1, 3, 15)),
        "ellipsis_mask": rng.choice((0, 0, 0, 1, 2)),
        "new_axis_mask": rng.choice((0, 0, 0, 1, 2)),
        "shrink_axis_mask": rng.choice((0, 0, 0, 1, 2)),
        "offsets": few(rng, rank),
        "size": rng.choice((few(rng, rank), list(output), list(output[-2:]))),
        "sizes": list(output),
        "scales": [rng.choice((1.0, 0.5, 2.0, 1.5)) for _ in range(rng.choice((0, 2, 4)))],
        "shape": rng.choice((list(output), few(rng, 2))),
        "dims": list(output),
        "depth": rng.choice((0, 1, 3)),
        "k": rng.choice((0, 1, 2)),
        "batch_dims": rng.choice((0, 0, 0, 1, -1)),
        "depth_radius": rng.choice((0, 1, 2)),
        "dst_type": rng.choice((0, 1, 3, 9, 12)),
        "mode": rng.choice(MODES),
        "padding": rng.choice(PADDINGS),
        "padding_mode": rng.choice(PADDINGS),
        "coordinate_transformation_mode": rng.choice(COORDINATES),
        "data_format": rng.choice(("NCHW", "NHWC")),
        "original_type": rng.choice(("Relu", "Identity", "RandomStandardNormal")),
        "value": 1.5,
        "alpha": 0.5,
        "beta": rng.choice((0.5, 0.0)),
        "negative_slope": 0.1,
        "largest": rng.random() < 0.5,
        "exclusive": rng.random() < 0.5,
        "reverse": rng.random() < 0.5,
        "align_corners": rng.random() < 0.2,
        "half_pixel_centers": rng.random() < 0.2,
        "global_pooling": rng.random() < 0.3,
        "transpose_x1": rng.random() < 0.3,
        "transpose_x2": rng.random() < 0.3,
        "stride_h": rng.choice((1, 2, 0)),
        "stride_w": rng.choice((1, 2)),
        "operation": rng.choice(("SUM", "MEAN", "ASUM", "SUMSQ")),
    }
    for name in rng.sample(sorted(everything), rng.choice((0, 0, 1, 4))):
        del everything[name]
    # What is an attribute or an input is left to the input in half of the models.
    if rng.random() < 0.5:
        for name in ("axes", "axis", "dimension", "perm", "begin", "end", "offsets", "size"):
            everything.pop(name, None)
        for name in ("sizes", "scales", "multiples", "paddings", "block_shape", "crops", "shape"):
            everything.pop(name, None)
    return everything


def spec(shape: tuple[int, ...], dtype: str, *, is_open: bool, format: str) -> TensorSpec:
    format = format if len(shape) == 4 else "ND"
    if is_open:
        ranges = tuple((size, size) for size in shape)
        return TensorSpec(tuple(-1 for _ in shape), dtype, format, ranges=ranges)
    return TensorSpec(shape, dtype, format)


def fixed(shape: tuple[int, ...], dtype: str, rng: random.Random) -> np.ndarray[Any, Any]:
    """A constant: small numbers, as indices, axes, sizes and shapes are."""
    count = int(np.prod(shape))
    values = [rng.choice((0, 0, 1, 1, 2, 3, -1, 5, 1 << 20)) for _ in range(min(count, 1 << 12))]
    return np.resize(np.array(values or [0]), shape).astype(dtype)


def output_shape(inputs: list[tuple[int, ...]], rng: random.Random) -> tuple[int, ...]:
    """Often what the op computes, for many of them."""
    first = inputs[0] if inputs else ()
    try:
        together = np.broadcast_shapes(*inputs)
    except ValueError:
        together = first
    fewer = tuple(size for size in first if rng.random() < 0.5)
    ones = tuple(1 if rng.random() < 0.5 else size for size in first)
    choices = (first, first, first, together, together, ones, ones, fewer, first[::-1], ())
    return rng.choice((*choices, rng.choice(SHAPES), rng.choice(SHAPES)))


def related(
    shape: tuple[int, ...], rng: random.Random, choices: Sequence[tuple[int, ...]]
) -> tuple[int, ...]:
    """A shape that goes with another, or does not."""
    way = rng.random()
    if way < 0.35:
        return shape
    if way < 0.5:
        return shape[-1:]
    if way < 0.6:
        return shape[::-1]
    if way < 0.7:
        return (len(shape),)
    if way < 0.75:
        return shape[1:2] or (1,)
    return rng.choice(choices)


def output_count(type: str, rng: random.Random) -> int:
    if rng.random() < 0.1:
        return rng.choice((1, 2, 3))
    return 2 if type.startswith(("TopK", "Split", "Unpack")) or "WithValue" in type else 1


def add_op(
    graph: GraphBuilder,
    type: str,
    first: tuple[Value, tuple[int, ...]] | None,
    rng: random.Random,
    *,
    is_open: bool,
    given: Sequence[tuple[int, ...]] = (),
) -> tuple[tuple[Value, ...], tuple[int, ...]]:
    """Add a node, its operands of the shapes that are given, the first of them a value perhaps.

    Answer its outputs, and the shape of the first.
    """
    format = rng.choice(("NCHW", "NHWC"))
    dtype = rng.choice(DTYPES)
    choices = tuple(shape for shape in SHAPES if 0 not in shape) if is_open else SHAPES
    values: list[Value | None] = []
    shapes: list[tuple[int, ...]] = []
    if first is not None:
        values.append(first[0])
        shapes.append(first[1])
        dtype = first[0].spec.dtype
    count = op_types()[type] or rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5))
    for slot in range(len(values), count):
        number = len(graph.nodes)
        shape = related(shapes[0], rng, choices) if shapes else rng.choice(choices)
        kind = dtype if slot == 0 or rng.random() < 0.8 else rng.choice(DTYPES)
        if slot > 0 and not op_types()[type] and rng.random() < 0.4:
            shape = (len(shapes[0]),) if rng.random() < 0.4 else rng.choice(((), (1,), (2,), (3,)))
            kind = rng.choice(("int32", "int64"))
        if given:
            shape = given[slot % len(given)]
        shapes.append(shape)
        if slot > 0 and rng.random() < 0.5:
            value = graph.constant(f"c{number}", fixed(shape, kind, rng), dtype=kind)
        else:
            value = graph.data(f"x{number}", spec(shape, kind, is_open=is_open, format=format))
        values.append(value if rng.random() < 0.995 else None)
    out = output_shape(shapes, rng)
    if _declared and first is None:
        out = _declared[-1]
    outputs = [
        spec(
            output_shape(shapes, rng) if i else out,
            dtype if rng.random() < 0.7 else rng.choice(("float32", "int32", "bool", "int64")),
            is_open=is_open,
            format=format,
        )
        for i in range(output_count(type, rng))
    ]
    attrs = attributes(rng, len(shapes[0]), out)
    return graph.node(type, values, outputs, attrs=attrs), out


COMPUTED = re.compile(r"it computes \[([-\d,]*)\] where the file declares")


def in_computed_shape(make: Callable[[], bytes], told: str) -> bytes | None:
    """Answer the model that `make` makes, declared to yield what a refusal says it computes."""
    found = COMPUTED.search(told)
    if found is None:
        return None
    _declared.append(tuple(int(size) for size in found[1].split(",") if size))
    try:
        return make()
    finally:
        _declared.pop()


_declared: list[tuple[int, ...]] = []  # instead of a guess


# What the operands of an op are like: numbers, vectors, without elements, of shapes apart.
OPERANDS: tuple[tuple[tuple[int, ...], ...], ...] = (
    ((),),
    ((1,),),
    ((3,),),
    ((0,),),
    ((2, 0),),
    ((0, 3),),
    ((1, 1),),
    ((1, 4, 0, 4),),
    ((0, 4, 4, 4),),
    ((1, 0, 4, 4),),
    ((1, 4, 4, 4), ()),
    ((1, 4, 4, 4), (0,)),
    ((1, 4, 4, 4), (4,)),
    ((2, 3), ()),
    ((2, 3), (0,)),
    ((2, 3), (3,)),
    ((2, 3), (3, 2)),
    ((2, 3), (0, 3)),
    ((), (2, 3)),
    ((0,), (2, 3)),
    ((2, 0), (2, 3)),
)


def each(number: int) -> bytes:
    """Every op on every such kind of operands, one after the other; then again, otherwise."""
    types = list(op_types())
    type = types[number % len(types)]
    shapes = OPERANDS[number // len(types) % len(OPERANDS)]
    rng = random.Random(number)
    graph = GraphBuilder("g")
    graph.output(add_op(graph, type, None, rng, is_open=False, given=shapes)[0])
    return ModelBuilder(graph).to_bytes(Header("g"))


def model(rng: random.Random) -> bytes:
    """One op in three models of four, else a few in a row, each on what the one before computes."""
    graph = GraphBuilder("g")
    is_open = rng.random() < 0.3
    values, shape = add_op(graph, any_type(rng), None, rng, is_open=is_open)
    while rng.random() < 0.25:
        last = values[0], shape
        values, shape = add_op(graph, any_type(rng), last, rng, is_open=is_open)
    graph.output(values)
    return ModelBuilder(graph).to_bytes(Header("g", is_unknown_shape=is_open))
