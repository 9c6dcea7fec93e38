# SPDX-License-Identifier: Apache-2.0
"""A selection of integers: which operands go along a row, and which stand still."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import plain, run
from numpy.random import Generator

from ascendcl.om import GraphBuilder

SHAPES = {
    "rows": ((3, 37), (3, 37), (3, 37)),
    "a row or one number": ((3, 37), (3, 37), ()),
    "one number or a row": ((3, 37), (), (3, 37)),
    "one of two numbers": ((3, 37), (), ()),
    "a row by one condition": ((3, 1), (3, 37), (37,)),
}


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_operands_are_broadcast(
    dtype: str, shapes: tuple[tuple[int, ...], ...], rng: Generator
) -> None:
    condition = rng.random(shapes[0]) < 0.5
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    a, b = (np.asarray(rng.integers(low, high, of, dtype, endpoint=True)) for of in shapes[1:])
    graph = GraphBuilder("g")
    operands = [
        graph.data(name, plain(of, "ND", kind))
        for name, of, kind in zip(
            ("condition", "a", "b"), shapes, ("bool", dtype, dtype), strict=True
        )
    ]
    graph.output([graph.op("SelectV2", operands, plain((3, 37), "ND", dtype))])
    [result] = run(graph, condition, a, b)
    np.testing.assert_array_equal(result, np.where(condition, a, b), strict=True)
