# SPDX-License-Identifier: Apache-2.0
"""Models that several tests use, written here: with gears, with dynamic shapes, and slow ones."""

from __future__ import annotations

import numpy as np

from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec, join_gears

# Per kind: the shapes of the input x, the gears' values, and the dims that are told of x.
GEARS = {
    "batch": ([(2, 3), (8, 3), (4, 3)], [(2,), (8,), (4,)], [-1, 3]),
    "image": ([(1, 2, 4, 6), (1, 2, 8, 5)], [(4, 6), (8, 5)], [1, 2, -1, -1]),
    "dims": ([(2, 5, 1), (3, 5, 9)], [(2, 5, 1), (3, 5, 9)], [-1, 5, -1]),
}

RANDOM = np.random.default_rng(11)
DENSE = RANDOM.standard_normal((6, 4)).astype(np.float32)
BIAS = RANDOM.standard_normal(4).astype(np.float32)


def squares(size: int, count: int) -> bytes:
    """A model that squares a matrix so many times: slow, and right at the identity."""
    graph = GraphBuilder("squares")
    spec = TensorSpec((size, size), "float32", "ND")
    x = graph.data("x", spec)
    flags = {"transpose_x1": False, "transpose_x2": False}
    for i in range(count):
        x = graph.op("MatMulV2", [x, x], spec, name=f"square_{i}", attrs=flags)
    graph.output([x], ["y"])
    return ModelBuilder(graph).to_bytes()


def relu(shape: tuple[int, ...], name: str) -> GraphBuilder:
    graph = GraphBuilder(name)
    spec = TensorSpec(shape, "float32", "NCHW" if len(shape) == 4 else "ND")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)], ["y"])
    return graph


def model_with_gears(kind: str) -> bytes:
    shapes = GEARS[kind][0]
    graphs = [relu(shape, f"gear_{i}") for i, shape in enumerate(shapes)]
    return join_gears(graphs, kind).to_bytes()


def dense(rows: int, ranges: tuple[tuple[int, int], ...] = ()) -> GraphBuilder:
    """softmax(x @ W + bias) and 2 x, for a number of rows or, with ranges, for -1."""
    graph = GraphBuilder("dense")

    def spec(columns: int) -> TensorSpec:
        first = ranges[:1]
        return TensorSpec(
            (rows, columns), "float32", "ND", ranges=(*first, (columns, columns)) if first else ()
        )

    x = graph.data("x", spec(DENSE.shape[0]))
    weights = graph.constant("weights", DENSE, dtype="float32")
    bias = graph.constant("bias", BIAS, dtype="float32")
    flags = {"transpose_x1": False, "transpose_x2": False}
    y = graph.op("MatMulV2", [x, weights], spec(DENSE.shape[1]), name="matmul", attrs=flags)
    y = graph.op("Add", [y, bias], y.spec, name="add")
    y = graph.op("SoftmaxV2", [y], y.spec, name="softmax", attrs={"axes": [-1]})
    graph.output([y, graph.op("Add", [x, x], x.spec, name="double")], ["softmax", "double"])
    return graph


def static_dense(rows: int) -> bytes:
    return ModelBuilder(dense(rows)).to_bytes()


def dynamic_dense() -> bytes:
    """The same for 1 to 40 rows."""
    header = Header("dense", is_unknown_shape=True)
    return ModelBuilder(dense(-1, ((1, 40),))).to_bytes(header)


def dynamic_layouts() -> bytes:
    """x joined with itself, the means of its rows, and x transposed, for 1 to 40 rows."""
    graph = GraphBuilder("layouts")
    columns = DENSE.shape[0]
    rows, open_rows = (1, 40), -1

    def spec(*shape: int) -> TensorSpec:
        ranges = tuple(rows if size == open_rows else (size, size) for size in shape)
        return TensorSpec(shape, "float32", "ND", ranges=ranges)

    x = graph.data("x", spec(open_rows, columns))
    joined = graph.op(
        "ConcatD", [x, x], spec(open_rows, 2 * columns), attrs={"concat_dim": 1, "N": 2}
    )
    means = graph.op("ReduceMeanD", [x], spec(open_rows), attrs={"axes": [1], "keep_dims": False})
    turned = graph.op("TransposeD", [x], spec(columns, open_rows), attrs={"perm": [1, 0]})
    doubled = graph.op("Add", [turned, turned], turned.spec)
    graph.output([joined, means, doubled], ["joined", "means", "doubled"])
    return ModelBuilder(graph).to_bytes(Header("layouts", is_unknown_shape=True))


def dynamic_pooling() -> bytes:
    """An op whose output shape is not told from its inputs'."""
    graph = GraphBuilder("pooling")
    spec = TensorSpec((-1, 2, 8, 8), "float32", "NCHW")
    x = graph.data("x", spec)
    attrs = {"ksize": [1, 1, 2, 2], "strides": [1, 1, 2, 2], "pads": [0, 0, 0, 0]}
    pooled = TensorSpec((-1, 2, 4, 4), "float32", "NCHW")
    graph.output([graph.op("MaxPoolV3", [x], pooled, name="pool", attrs=attrs)], ["y"])
    return ModelBuilder(graph).to_bytes(Header("pooling", is_unknown_shape=True))


def dynamic_reshape() -> bytes:
    """An op that reads x in another shape than it has: the reshape between them was removed."""
    graph = GraphBuilder("reshape")
    x = graph.data("x", TensorSpec((-1, 6), "float32", "ND"))
    seen = x.viewed_as(shape=(-1, 3, 2))
    graph.output([graph.op("SoftmaxV2", [seen], seen.spec, name="softmax", attrs={"axes": [-1]})])
    return ModelBuilder(graph).to_bytes(Header("reshape", is_unknown_shape=True))
