# SPDX-License-Identifier: Apache-2.0
"""Long and compact graphs, as our own writer makes them, are read whatever their length."""

from __future__ import annotations

import pytest

from ascendcl import om
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec, Value


def chain(length: int, rank: int, compress: bool = True) -> bytes:
    graph = GraphBuilder("g")
    spec = TensorSpec((1,) * rank, "float32", "ND")
    value = graph.data("x", spec)
    for _ in range(length):
        value = graph.op("Relu", [value], spec)
    graph.output([value], ["y"])
    return ModelBuilder(graph, compress_names=compress).to_bytes()


@pytest.mark.parametrize("length", [250, 2_000, 20_000])
@pytest.mark.parametrize("rank", [0, 1, 4, 8])
def test_chains(length: int, rank: int) -> None:
    if length == 20_000 and rank != 4:
        pytest.skip("the writer takes half a minute: once is enough")
    model = om.File.from_bytes(chain(length, rank)).models[0]
    assert len(model.definition.graphs[0].nodes) == length + 2


@pytest.mark.parametrize("count", [2, 8, 64])
def test_nodes_with_many_inputs_and_outputs(count: int) -> None:
    graph = GraphBuilder("g")
    spec = TensorSpec((4,), "float32", "ND")
    values: list[Value] = [graph.data("x", spec)] * count
    for _ in range(2_000 // count):
        values = list(graph.node("Many", values, [spec] * count))
    graph.output(values, [f"y{i}" for i in range(count)])
    model = om.File.from_bytes(ModelBuilder(graph).to_bytes()).models[0]
    assert len(model.definition.graphs[0].nodes) == 2_000 // count + 2


@pytest.mark.parametrize("attributes", [1, 20, 200])
def test_nodes_with_many_attributes(attributes: int) -> None:
    graph = GraphBuilder("g")
    spec = TensorSpec((4,), "float32", "ND")
    value = graph.data("x", spec)
    attrs = {f"a{i}": [i] * (i % 7) if i % 2 else i for i in range(attributes)}
    for _ in range(500):
        value = graph.op("Relu", [value], spec, attrs=attrs)
    graph.output([value], ["y"])
    nodes = om.File.from_bytes(ModelBuilder(graph).to_bytes()).models[0].definition.graphs[0].nodes
    assert {name: nodes[300].attrs[name] for name in attrs} == attrs


def test_many_subgraphs() -> None:
    """Each a graph of its own, as gears are."""

    def graph(name: str) -> GraphBuilder:
        made = GraphBuilder(name)
        spec = TensorSpec((4,), "float32", "ND")
        made.output([made.op("Relu", [made.data("x", spec)], spec)], ["y"])
        return made

    builder = ModelBuilder(graph("main"), [graph(f"part_{i}") for i in range(1_000)])
    assert len(om.File.from_bytes(builder.to_bytes()).models[0].definition.graphs) == 1_001
