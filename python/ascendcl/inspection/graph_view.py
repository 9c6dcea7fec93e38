# SPDX-License-Identifier: Apache-2.0
"""One graph of a file as nodes and edges: the main graph, or that of a gear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

from ascendcl import _acl

CONSTANTS = ("Const", "Constant")
INPUTS = ("Data", "AippData", "AnnData")
_ORIGINAL_NAMES = "_datadump_original_op_names"
_ORIGINAL_TYPES = "_datadump_original_op_types"
_FUSED_KERNEL = "te_fused_op_"
_PARENT_INDEX = "_parent_node_index"  # of a gear's input: which input of the choice it stands for


@dataclass(frozen=True)
class Edge:
    """Output `index` of `source` goes into input `slot` of a node; control edges carry nothing."""

    source: str
    index: int
    slot: int
    is_control: bool


@dataclass(frozen=True)
class NodeView:
    """A node and what the file says of its place in the graph."""

    node: _acl.om.Node
    edges: tuple[Edge, ...]
    sources: tuple[str, ...]  # the ops that were fused into it: "name (Type)" as far as is known

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def type(self) -> str:
        return self.node.type

    @property
    def is_constant(self) -> bool:
        return self.type in CONSTANTS

    @property
    def is_fused(self) -> bool:
        return bool(self.sources)


@dataclass(frozen=True)
class GraphView:
    """A graph.

    Attributes
    ----------
    name : str
        Of the graph.
    nodes : tuple of NodeView
        In execution order, which is that of the file.
    gear : int
        Its index; -1 in a model without gears.
    model : ascendcl.om.Model
        What it is a part of.
    fed_by : dict of str to ascendcl.om.Node
        By the name of a gear's input: the model's input that it stands for.
    given_by : ascendcl.om.Node or None
        The node of the main graph that gives what a gear's graph computes.
    """

    name: str
    nodes: tuple[NodeView, ...]
    model: _acl.om.Model
    gear: int = -1
    fed_by: dict[str, _acl.om.Node] = field(default_factory=dict)
    given_by: _acl.om.Node | None = None

    @cached_property
    def by_name(self) -> dict[str, NodeView]:
        return {node.name: node for node in self.nodes}

    @property
    def fused(self) -> list[NodeView]:
        return [node for node in self.nodes if node.is_fused]

    def constant(self, node: NodeView) -> bytes:
        """Answer the elements of a constant as they are stored; none where it has none."""
        value = node.node.attrs.get("value")
        return bytes(self.model.constant(node.node)) if value is not None else b""


def fused_sources(node: _acl.om.Node) -> tuple[str, ...]:
    """Tell what a node stands for; nothing where it is one op as it was written."""
    kernel = next(
        (
            name
            for attr in ("_kernelname", f"{node.name}_kernelname", "_tbe_kernel_name")
            if isinstance(name := node.attrs.get(attr), str) and name.startswith(_FUSED_KERNEL)
        ),
        "",
    )
    names = _texts(node.attrs.get(_ORIGINAL_NAMES))
    is_marked = node.attrs.get("_is_fusion_op") is True or (
        node.attrs.get("_is_compiled_fusion_op") is True
    )
    if not kernel and node.type != "AutomaticBufferFusionOp" and not (is_marked and len(names) > 1):
        return ()
    # The file's list of types has no order that means anything, so that the two are not matched.
    return tuple(names) or tuple(_texts(node.attrs.get(_ORIGINAL_TYPES))) or (kernel or node.type,)


def source_types(node: _acl.om.Node) -> list[str]:
    """The types of the ops that were fused, where the file has them; their order means nothing."""
    return _texts(node.attrs.get(_ORIGINAL_TYPES))


def _texts(value: object) -> list[str]:
    if isinstance(value, (str, bytes)):
        return [str(value)]
    return [str(each) for each in value] if isinstance(value, Sequence) else []


def largest_gear(gears: Sequence[Sequence[int]]) -> int:
    """Answer the index of the gear of the largest sizes; -1 where there are no gears."""
    return max(range(len(gears)), key=lambda index: prod(gears[index]), default=-1)


def graph_view(
    file: _acl.om.File, gears: Sequence[Sequence[int]] = (), gear: int = -1
) -> GraphView:
    """Answer the main graph; of a model with gears, that of one, by default of the largest.

    Raises
    ------
    ValueError
        There is no such gear, or the file has no graph for it.
    """
    model = file.models[0]
    definition = model.definition
    main = definition.graphs[0]
    if gear >= len(gears):
        raise ValueError(f"the model has {len(gears)} gears, and no gear {gear}")
    index = gear if gear >= 0 else largest_gear(gears)
    choice = next((node for node in main.nodes if node.type == "Case"), None)
    bodies = [] if choice is None else choice.subgraphs
    body = definition.find(bodies[index]) if 0 <= index < len(bodies) else None
    if gear >= 0 and body is None:
        raise ValueError(f"the file has no graph for gear {gear}")
    if body is None or choice is None:
        return GraphView(main.name, _views(main), model)
    # What the main graph gives all gears: constants.
    own = _views(body)
    known = {each.name for each in own}
    shared = [each for each in _views(main) if each.is_constant and each.name not in known]
    return GraphView(body.name, (*shared, *own), model, index, _fed_by(main, choice, body), choice)


def _fed_by(
    main: _acl.om.Graph, choice: _acl.om.Node, body: _acl.om.Graph
) -> dict[str, _acl.om.Node]:
    """The main graph's nodes that the inputs of a gear's graph stand for."""
    found = {}
    for node in body.nodes:
        if node.type not in INPUTS:
            continue
        slot = node.attrs.get(_PARENT_INDEX)
        if not isinstance(slot, int):
            index = node.attrs.get("index")
            slot = (index if isinstance(index, int) else 0) + 1  # behind the choice itself
        if 0 <= slot < len(choice.inputs):
            source = main.find(choice.inputs[slot].node)
            if source is not None:
                found[node.name] = source
    return found


def _views(graph: _acl.om.Graph) -> tuple[NodeView, ...]:
    nodes = [
        NodeView(
            node,
            tuple(
                Edge(edge.node, edge.index, slot, edge.kind == "control")
                for slot, edge in enumerate(node.inputs)
                if edge.kind != "none"
            ),
            fused_sources(node),
        )
        for node in graph.nodes
    ]
    return tuple(sorted(nodes, key=lambda each: each.node.id))  # stable: files without ids


def shape_text(desc: _acl.om.TensorDesc) -> str:
    """Write a tensor as ``float16 [1, 3, 224, 224]``, with its layout where it is a stored one."""
    shape = list(desc.origin_shape)
    layout = "" if desc.layout in ("NCHW", "NHWC", "ND", "") else f" {desc.layout}"
    return f"{desc.dtype} {shape}{layout}"
