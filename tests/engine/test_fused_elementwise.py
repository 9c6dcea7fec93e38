# SPDX-License-Identifier: Apache-2.0
"""Each elementwise op inside a fusion: what it computes alone, which test_elementwise.py checks."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import Array, assert_close, finish, plain, run, run_op
from op_tables import elementwise_types

from ascendcl.om import Fusion, GraphBuilder

Generator = np.random.Generator

OF_TWO = {
    "Add", "AddV2", "Div", "Equal", "FloorDiv", "FloorMod", "Greater", "GreaterEqual", "Less",
    "LessEqual", "LogicalAnd", "LogicalOr", "Maximum", "Minimum", "Mod", "Mul", "NotEqual", "Pow",
    "RealDiv", "SquaredDifference", "Sub",
}  # fmt: skip
COMPARING = {"Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "NotEqual"}


def _operand(type: str, rng: Generator) -> Array:
    if type.startswith("Logical"):
        return rng.integers(0, 2, (4, 6)).astype(bool)
    if type in COMPARING:
        return rng.integers(0, 2, (4, 6)).astype(np.float32)
    if type in ("Ceil", "Floor", "Rint", "Round", "Sign"):
        return rng.standard_normal((4, 6)).astype(np.float32) * 3
    low = 1.0 if type == "Acosh" else 0.05
    return low + rng.random((4, 6)).astype(np.float32) * 0.9


@pytest.mark.parametrize(("token", "type"), sorted(elementwise_types().items()))
def test_fused(token: str, type: str, rng: Generator) -> None:
    inputs = [_operand(type, rng) for _ in range(2 if type in OF_TWO else 1)]
    # Files show the slope only where it is no default.
    attrs = {"negative_slope": 0.3} if type == "LeakyRelu" else {}
    result = "bool" if type in COMPARING or type.startswith("Logical") else "float32"
    graph = GraphBuilder("g")
    y = graph.op(
        "AutomaticBufferFusionOp",
        [graph.data(f"x{i}", plain(x.shape, dtype=x.dtype.name)) for i, x in enumerate(inputs)],
        plain((4, 6), dtype=result),
        attrs=attrs,
        fusion=Fusion(["cast", "op"], tokens=["cast", token]),
    )
    finish(graph, y)
    expected = run_op(type, inputs, (4, 6), attrs, dtype=result)
    actual = run(graph, *inputs)[0]
    assert actual.std() > 0  # tells something
    assert_close(actual.astype(np.float32), expected.astype(np.float32))
