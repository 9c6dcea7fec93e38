# SPDX-License-Identifier: Apache-2.0
"""Convolutions and products of integers: exact, or refused at load by the node's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from graphs import Array, plain

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
RNG = np.random.default_rng(14)

CONV = {
    "strides": [1, 1, 1, 1],
    "dilations": [1, 1, 1, 1],
    "pads": [0, 0, 0, 0],
    "data_format": "NCHW",
}
SIZES = {"input_size": [1, 2, 5, 5]}

# Shapes of the operands, the output's, attributes.
Case = tuple[Sequence[Sequence[int]], Sequence[int], dict[str, Any]]
FORWARD: Case = ([(1, 2, 5, 5), (3, 2, 3, 3)], (1, 3, 3, 3), CONV)
DEPTHWISE: Case = ([(1, 2, 5, 5), (2, 1, 3, 3)], (1, 2, 3, 3), CONV)
BACKWARD: Case = ([(1, 3, 3, 3), (3, 2, 3, 3)], (1, 2, 5, 5), CONV | SIZES)

CONVOLUTIONS: dict[str, Case] = {
    "Conv2D": FORWARD,
    "DepthwiseConv2D": DEPTHWISE,
    "DepthwiseConv2DNative": DEPTHWISE,
    "Conv2DBackpropInputD": ([(3, 2, 3, 3), (1, 3, 3, 3)], *BACKWARD[1:]),
    "Conv2DTransposeD": BACKWARD,
    "Deconvolution": BACKWARD,
}

PRODUCTS: dict[str, Case] = {
    "GEMM": ([(2, 4), (4, 3), (2, 3), (1,), (1,)], (2, 3), {}),
    "Gemm": ([(2, 4), (4, 3), (3,)], (2, 3), {}),
    "FullyConnection": ([(2, 4), (3, 4)], (2, 3), {"num_output": 3, "axis": 1}),
}


def load(type: str, case: Case, dtype: str) -> tuple[acl.Model, list[Array]]:
    shapes, shape, attrs = case
    graph = GraphBuilder("g")
    values = [RNG.integers(0, 5, each).astype(dtype) for each in shapes]
    format = "NCHW" if len(shape) == 4 else "ND"
    fed = 1 if type == "Conv2DBackpropInputD" else 0  # its filter comes first
    operands = [
        graph.data("x", plain(value.shape, format, dtype))
        if i == fed
        else graph.constant(f"c{i}", value, dtype=dtype, format=format)
        for i, value in enumerate(values)
    ]
    y = graph.op(type, operands, plain(shape, format, dtype), name="culprit", attrs=attrs)
    graph.output([y], ["y"])
    return acl.Model.from_bytes(ModelBuilder(graph).to_bytes()), values


@pytest.mark.parametrize("type", CONVOLUTIONS)
def test_convolutions_of_reals_run(type: str) -> None:
    """So that what is refused below is refused for its integers."""
    model, values = load(type, CONVOLUTIONS[type], "float32")
    model(values[1] if type == "Conv2DBackpropInputD" else values[0])
    model.close()


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("type", CONVOLUTIONS)
def test_convolutions_of_integers_are_refused(type: str, dtype: str) -> None:
    with pytest.raises(acl.NotSupportedError, match="'culprit'"):
        load(type, CONVOLUTIONS[type], dtype)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("type", PRODUCTS)
def test_products_are_exact_or_refused(type: str, dtype: str) -> None:
    try:
        model, values = load(type, PRODUCTS[type], dtype)
    except acl.NotSupportedError as refusal:
        assert "'culprit'" in str(refusal)  # noqa: PT017
        return
    a, b, *rest = (value.astype(np.int64) for value in values)
    expected = a @ (b.T if type == "FullyConnection" else b)
    if type == "GEMM":
        expected = values[3].astype(np.int64) * expected + values[4].astype(np.int64) * rest[0]
    elif rest:
        expected = expected + rest[0]
    with model:
        np.testing.assert_array_equal(model(values[0]).astype(np.int64), expected)
