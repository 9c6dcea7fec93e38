# SPDX-License-Identifier: Apache-2.0
"""Small compiled models to run, and ONNX Runtime to compare with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from onnx import helper

import ascendcl as acl
from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec, Value
from onnx_oracle import Array, run_onnx

# What ran in this session: op types of the nodes, tokens of the fused kernels.
ran_types: set[str] = set()
ran_tokens: set[str] = set()

# Op types whose output dims were told from their inputs', and those that were refused for it.
told_types: set[str] = set()
untold_types: set[str] = set()


@dataclass(frozen=True)
class Fixed:
    """An operand that is a constant of the model."""

    value: Array


@dataclass(frozen=True)
class Example:
    """A node that ran, to be run again with other numbers."""

    operands: Sequence[Array | Fixed]
    outputs: Sequence[tuple[Sequence[int], str]]
    attrs: dict[str, Any] | None
    format: str

    def run(self, type: str, function: Callable[[Array], Array], dtype: str) -> list[Array]:
        """Run the node with what `function` makes of its float32 operands."""
        operands: list[Array | Fixed] = []
        for i, x in enumerate(self.operands):
            if type in SIZED_BY_OPERANDS and i > 0:
                operands.append(x)
            elif isinstance(x, Fixed):
                is_real = np.asarray(x.value).dtype == np.float32
                operands.append(Fixed(function(x.value)) if is_real else x)
            else:
                operands.append(function(x) if x.dtype == np.float32 else x)
        outputs = [(shape, dtype if d == "float32" else d) for shape, d in self.outputs]
        return run_node(type, operands, outputs, self.attrs, format=self.format)


# Whose further operands are no numbers of the tensor: scales.
SIZED_BY_OPERANDS = {"Resize"}

# One node of each type, all of whose outputs and at least one input are float32.
examples: dict[str, Example] = {}


def half(array: Array) -> Array:
    """What a compiled model keeps of weights."""
    return array.astype(np.float16).astype(np.float32)


def relu(x: Array) -> Array:
    return np.maximum(x, 0)


def prelu(x: Array, slope: Array | float) -> Array:
    return np.where(x > 0, x, x * slope)


def plain(shape: Sequence[int], format: str = "NCHW", dtype: str = "float32") -> TensorSpec:
    return TensorSpec(tuple(shape), dtype, format if len(shape) == 4 else "ND")


def plain_open(shape: Sequence[int], format: str, dtype: str) -> TensorSpec:
    """The same rank with dims that are not known, and leave no other choice."""
    ranges = tuple((size, size) for size in shape)
    return replace(plain([-1] * len(shape), format, dtype), ranges=ranges)


def blocked(shape: Sequence[int], format: str = "NCHW") -> TensorSpec:
    return TensorSpec(tuple(shape), "float16", format, "NC1HWC0")


def blocked_input(
    graph: GraphBuilder, name: str, shape: Sequence[int], format: str = "NCHW"
) -> Value:
    """An input as compilers begin a model: f32 in, cast, rearranged."""
    x = graph.data(name, TensorSpec(tuple(shape), "float32", format))
    cast = graph.op("Cast", [x], TensorSpec(tuple(shape), "float16", format))
    return graph.op("TransData", [cast], blocked(shape, format))


def finish(graph: GraphBuilder, *values: Value) -> None:
    """The way back, to f32 in a plain layout."""
    outputs = []
    for value in values:
        spec, last = value.spec, value
        if spec.layout != spec.format:
            spec = TensorSpec(spec.shape, "float16", spec.format)
            last = graph.op("TransData", [last], spec)
        if spec.dtype == "float16":
            last = graph.op("Cast", [last], TensorSpec(spec.shape, "float32", spec.format))
        outputs.append(last)
    graph.output(outputs)


def load(graph: GraphBuilder, header: Header | None = None, **about: Any) -> acl.Model:
    return acl.Model.from_bytes(ModelBuilder(graph, **about).to_bytes(header))


def run(graph: GraphBuilder, *inputs: Array, **about: Any) -> list[Array]:
    with load(graph, **about) as model:
        outputs = model.run(*inputs)
    for node in graph.nodes.values():
        ran_types.add(node.type)
        if node.fusion:
            ran_tokens.update(node.fusion.tokens)
    return outputs


def run_op(
    type: str,
    inputs: list[Array],
    shape: tuple[int, ...],
    attrs: dict[str, Any] | None = None,
    *,
    format: str = "NCHW",
    constants: list[Array] | None = None,
    dtype: str = "float32",
) -> Array:
    """Runs one op on plain inputs, `constants` behind them."""
    operands = [*inputs, *(Fixed(c) for c in constants or [])]
    return run_node(type, operands, [(shape, dtype)], attrs, format=format)[0]


def run_node(
    type: str,
    operands: Sequence[Array | Fixed],
    outputs: Sequence[tuple[Sequence[int], str]],
    attrs: dict[str, Any] | None = None,
    *,
    format: str = "NCHW",
) -> list[Array]:
    """Runs one node on plain operands in this order; the outputs are shapes and data types.

    Runs it again with all dims left open: the results are the same, unless the op is refused.
    """

    def graph(spec: Callable[[Sequence[int], str, str], TensorSpec]) -> GraphBuilder:
        graph = GraphBuilder("g")
        values = []
        for i, x in enumerate(operands):
            if isinstance(x, Fixed):
                values.append(graph.constant(f"c{i}", x.value, dtype=x.value.dtype.name))
            else:
                values.append(graph.data(f"x{i}", spec(x.shape, format, x.dtype.name)))
        specs = [spec(shape, format, dtype) for shape, dtype in outputs]
        finish(graph, *graph.node(type, values, specs, attrs=attrs))
        return graph

    inputs = [x for x in operands if not isinstance(x, Fixed)]
    results = run(graph(plain), *inputs)
    if outputs[0][1] == "float32" and any(x.dtype == np.float32 for x in inputs):
        examples.setdefault(type, Example(operands, outputs, attrs, format))
    if any(shape for shape, _ in outputs):
        run_open(type, graph(plain_open), inputs, results)
    return results


def run_open(
    type: str, graph: GraphBuilder, inputs: Sequence[Array], expected: Sequence[Array]
) -> None:
    try:
        results = run(graph, *inputs, header=Header("g", is_unknown_shape=True))
    except acl.AclError as error:
        told = "its output's shape is dynamic and cannot be told from its inputs': node '"
        if told not in str(error) or f"' ({type})" not in str(error):
            raise
        untold_types.add(type)
        return
    told_types.add(type)
    for result, other in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, other, strict=True)


def onnx_op(
    type: str, inputs: Sequence[Array | None], outputs: int = 1, opset: int = 17, **attrs: Any
) -> list[Array]:
    """One ONNX node, run by ONNX Runtime."""
    names = [f"i{i}" if x is not None else "" for i, x in enumerate(inputs)]
    given = {n: x for n, x in zip(names, inputs, strict=True) if x is not None}
    graph = helper.make_graph(
        [helper.make_node(type, names, [f"o{i}" for i in range(outputs)], **attrs)],
        "g",
        [
            helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape)
            for n, x in given.items()
        ],
        [helper.make_empty_tensor_value_info(f"o{i}") for i in range(outputs)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    return run_onnx(model, given)


def relative_error(actual: Array, expected: Array) -> float:
    return float(np.linalg.norm(actual - expected) / np.linalg.norm(expected))


def assert_close(actual: Array, expected: Array, tolerance: float = 1e-5) -> None:
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)
