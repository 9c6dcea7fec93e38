# SPDX-License-Identifier: Apache-2.0
"""Models whose shapes are chosen when they are executed, written here: y = relu(x)."""

from __future__ import annotations

from ascendcl.om import GraphBuilder, TensorSpec, join_gears

# Per kind: the shapes of the input x, the gears' values, and the dims that are told of x.
GEARS = {
    "batch": ([(2, 3), (8, 3), (4, 3)], [(2,), (8,), (4,)], [-1, 3]),
    "image": ([(1, 2, 4, 6), (1, 2, 8, 5)], [(4, 6), (8, 5)], [1, 2, -1, -1]),
    "dims": ([(2, 5, 1), (3, 5, 9)], [(2, 5, 1), (3, 5, 9)], [-1, 5, -1]),
}


def relu(shape: tuple[int, ...], name: str) -> GraphBuilder:
    graph = GraphBuilder(name)
    spec = TensorSpec(shape, "float32", "NCHW" if len(shape) == 4 else "ND")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)], ["y"])
    return graph


def model_with_gears(kind: str) -> bytes:
    shapes = GEARS[kind][0]
    graphs = [relu(shape, f"gear_{i}") for i, shape in enumerate(shapes)]
    return join_gears(graphs, kind).to_bytes()
