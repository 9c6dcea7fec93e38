# SPDX-License-Identifier: Apache-2.0
"""A compiled model for other batch sizes: what a compiler makes of one network with gears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ascendcl.om import File, GraphBuilder, ModelBuilder, TensorSpec, Value, join_gears
from ascendcl.om.graph_builder import Node


def _spec(desc, batch: int) -> TensorSpec:
    shape = tuple(desc.origin_shape)
    if batch and shape[:1] == (1,):
        shape = (batch, *shape[1:])
    layout = desc.layout.split(":")[0]
    return TensorSpec(shape, desc.dtype, desc.origin_format, layout, desc.sub_format)


def graph_for_batch(path: Path, batch: int) -> GraphBuilder:
    """The graph of a static model of batch 1, whose tensors all begin with the batch."""
    (model,) = File.open(path).models
    (graph,) = model.definition.graphs
    is_new = any("_kernelname" in node.attrs for node in graph.nodes)
    built = GraphBuilder(f"batch_{batch}", "cann8" if is_new else "cann5")
    constants = {node.name for node in graph.nodes if node.type == "Const"}
    outputs = [name.split(":")[-1] for name in model.definition.attrs["attr_model_out_nodes_name"]]
    for node in graph.nodes:
        inputs = [
            Value(edge.node, edge.index, _spec(desc, 0 if edge.node in constants else batch))
            if edge.kind == "data"
            else None
            for edge, desc in zip(node.inputs, node.input_descs, strict=False)
        ]
        if node.type == "NetOutput":
            built.output(inputs, outputs)
            return built
        is_constant = node.type == "Const"
        kernel = model.kernels.find(node)
        built.nodes[node.name] = Node(
            node.name,
            node.type,
            inputs,
            [_spec(desc, 0 if is_constant else batch) for desc in node.output_descs],
            {name: value for name, value in node.attrs.items() if name != "value"},
            value=bytes(model.constant(node)) if is_constant else None,
            kernel_name=node.attrs.get("_kernelname" if is_new else f"{node.name}_kernelname", ""),
            kernel=None if kernel is None else bytes(kernel),
        )
    raise ValueError(f"{path} has no output")


def static_model(path: Path, batch: int) -> bytes:
    """The model for one batch size alone."""
    return ModelBuilder(graph_for_batch(path, batch)).to_bytes()


def model_with_batches(path: Path, batches: Sequence[int]) -> bytes:
    """The model with a gear per batch size."""
    return join_gears([graph_for_batch(path, batch) for batch in batches], "batch").to_bytes()
