# SPDX-License-Identifier: Apache-2.0
"""Joins static graphs of several shapes into one model with gears."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np

from .aipp_input import AippInput, add_parameters
from .graph_builder import GraphBuilder, Node
from .messages import Attrs
from .model_builder import ModelBuilder
from .tensors import TensorSpec, Value

GearKind: TypeAlias = Literal["batch", "image", "dims"]
"""What tells one gear from another: a batch size, height and width, or any dimensions."""

_KINDS: dict[GearKind, int] = {"batch": 1, "image": 2, "dims": 3}
_PARENT_INDEX = "_parent_node_index"


Open: TypeAlias = Sequence[Sequence[bool]]
"""Of each axis of each input, whether gears set it."""


def join_gears(
    graphs: Sequence[GraphBuilder],
    kind: GearKind,
    *,
    open_axes: Open | None = None,
    order: Sequence[str] = (),
    aipp: Mapping[str, AippInput] | None = None,
    **about: Any,
) -> ModelBuilder:
    """Make one model of static graphs that differ in shapes alone, as ``atc`` does.

    The values of each gear follow from the inputs' shapes. Constants that all graphs have in common
    are stored once.

    Parameters
    ----------
    graphs
        One graph per gear, ended and of different names, with the same inputs and outputs.
    kind
        ``batch``: one dimension of every open input, of one size. ``image``: two of them, height
        and width. ``dims``: any.
    open_axes
        The axes that gears set; by default those in which the shapes differ.
    order
        Names of the inputs in the order in which a gear of ``dims`` lists their values; theirs in
        the graphs if not given.
    aipp
        Inputs with AIPP in front of them, by name.
    **about
        As in :class:`ModelBuilder`.

    Returns
    -------
    ModelBuilder
        The model. Its last input, ``ascend_mbatch_shape_data``, takes the gear's values.
    """
    if len(graphs) < 2:
        raise ValueError("a model with gears is made of two graphs or more")
    inputs = [_inputs(graph) for graph in graphs]
    if len({tuple(map(_likeness, each)) for each in inputs}) != 1:
        raise ValueError("the graphs differ in their inputs, not in shapes alone")
    if len({len(graph.outputs) for graph in graphs}) != 1:
        raise ValueError("the graphs differ in their outputs, not in shapes alone")
    constants = _common_constants(graphs)
    is_open = _differing(inputs) if open_axes is None else open_axes
    order = order or [node.name for node in inputs[0]]
    listed = sorted(range(len(is_open)), key=lambda i: order.index(inputs[0][i].name))
    gears = [
        _values([each[i].outputs[0] for i in listed], [is_open[i] for i in listed], kind)
        for each in inputs
    ]
    if len(set(map(tuple, gears))) != len(gears):
        raise ValueError("the graphs do not differ in their inputs' shapes")

    main = GraphBuilder("main", graphs[0].dialect)
    fed: list[Value] = []
    for nodes, axes in zip(zip(*inputs, strict=True), is_open, strict=True):
        specs = [node.outputs[0] for node in nodes]
        dims = [
            -1 if opened else size for size, opened in zip(specs[0].stored_shape, axes, strict=True)
        ]
        if aipp and (image := aipp.get(nodes[0].name)):
            fed.append(
                main.data(image.name, image.spec(), image.attrs(), fed_bytes=image.fed_bytes)
            )
            continue
        attrs: Attrs = {"_mbatch_origin_input_dims": dims}
        fed.append(main.data(nodes[0].name, _largest(specs), attrs if -1 in dims else None))
    chosen = main.data("ascend_mbatch_shape_data", TensorSpec((len(gears[0]),), "int64", "ND"))
    add_parameters(main, aipp or {})
    table = main.constant(
        "ascend_mbatch_shape_const",
        np.array(gears),
        dtype="int64",
        inline=about.get("weights_file") is not None,
    )
    index = main.op(
        "MapIndex", [chosen, table], TensorSpec((1,), "int32", "ND"), name="ascend_mbatch_mapindex"
    )
    for node in constants:
        main._add(replace(node))
        fed.append(Value(node.name, 0, node.outputs[0]))
    attrs = {
        "_batch_num": len(gears),
        "mbatch_dynamic_type": _KINDS[kind],
        "user_designate_shape_order": list(order),
    }
    attrs |= {f"_pred_value_{i}": values for i, values in enumerate(gears)}
    results = main.node(
        "Case",
        [index, *fed],
        [_largest([v.spec for v in each]) for each in zip(*_outputs(graphs), strict=True)],
        name="ascend_mbatch_shape_case",
        attrs=attrs,
        subgraphs=[graph.name for graph in graphs],
    )
    shapes = [
        ",".join(map(str, (gear, i, *value.spec.stored_shape)))
        for gear, graph in enumerate(graphs)
        for i, value in enumerate(graph.outputs)
    ]
    main.output(results, graphs[0].output_names, {"_dynamic_output_dims": shapes})
    return ModelBuilder(main, [_as_branch(graph, constants) for graph in graphs], **about)


def _inputs(graph: GraphBuilder) -> list[Node]:
    return [node for node in graph.nodes.values() if node.type == "Data"]


def _likeness(node: Node) -> tuple[str, str, int]:
    spec = node.outputs[0]
    return node.name, spec.dtype, len(spec.stored_shape)


def _outputs(graphs: Sequence[GraphBuilder]) -> list[list[Value]]:
    return [graph.outputs for graph in graphs]


def _by_axis(specs: Sequence[TensorSpec]) -> list[tuple[int, ...]]:
    return list(zip(*(spec.stored_shape for spec in specs), strict=True))


def _largest(specs: Sequence[TensorSpec]) -> TensorSpec:
    return max(specs, key=lambda spec: prod(spec.stored_shape))


def _differing(inputs: Sequence[Sequence[Node]]) -> Open:
    """The axes in which the gears' inputs differ."""
    return [
        [len(set(sizes)) > 1 for sizes in _by_axis([node.outputs[0] for node in nodes])]
        for nodes in zip(*inputs, strict=True)
    ]


def _values(specs: Sequence[TensorSpec], is_open: Open, kind: GearKind) -> list[int]:
    """The sizes that `specs` have in open axes."""
    per_input = [
        [size for size, opened in zip(spec.stored_shape, axes, strict=True) if opened]
        for spec, axes in zip(specs, is_open, strict=True)
    ]
    if kind == "dims":
        return [size for sizes in per_input for size in sizes]
    found = {tuple(sizes) for sizes in per_input if sizes}
    if len(found) != 1 or len(next(iter(found))) != _KINDS[kind]:
        raise ValueError(f"the inputs' shapes do not differ in one {kind} size: {sorted(found)}")
    return list(found.pop())


def _common_constants(graphs: Sequence[GraphBuilder]) -> list[Node]:
    first, *others = graphs
    return [
        node
        for node in first.nodes.values()
        if node.type == "Const"
        and not node.is_inline
        and all(graph.nodes.get(node.name) == node for graph in others)
    ]


def _as_branch(graph: GraphBuilder, constants: Sequence[Node]) -> GraphBuilder:
    """The graph with inputs that say which input of the Case node they stand for."""
    branch = GraphBuilder(graph.name, graph.dialect, graph.attrs)
    count = len(_inputs(graph))
    slots = {node.name: 1 + i for i, node in enumerate(_inputs(graph))}
    slots |= {node.name: 1 + count + i for i, node in enumerate(constants)}
    for node in graph.nodes.values():
        copy = replace(node)
        if node.name in slots:
            slot = slots[node.name]
            copy = Node(node.name, "Data", [None], node.outputs, dict(node.attrs))
            copy.attrs |= {"index": slot - 1, _PARENT_INDEX: slot}
        branch.nodes[node.name] = copy
    branch.outputs = list(graph.outputs)
    branch.output_names = list(graph.output_names)
    return branch
