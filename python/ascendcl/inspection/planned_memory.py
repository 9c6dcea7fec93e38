# SPDX-License-Identifier: Apache-2.0
"""Where the compiler placed each tensor, and from which node to which it is needed.

Offsets are read from the file. When a tensor is needed follows from the graph: from the node that
writes it to the last one that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ascendcl import _acl

from .graph_view import INPUTS, GraphView, NodeView, shape_text

Kind = Literal["input", "output", "between", "scratch", "weight"]


@dataclass(frozen=True)
class Block:
    """A tensor in its place.

    Attributes
    ----------
    kind : {"input", "output", "between", "scratch", "weight"}
        What it is to the model; scratch is memory that one node uses while it runs.
    node, type : str
        Who writes it: the node and its op's type; of weights, the constant.
    what : str
        ``float16 [1, 16, 64, 64] NC1HWC0``.
    offset, size : int
        Bytes; of weights in the weight memory, else in the work memory.
    first, last : int
        The steps in which it is needed, both included.
    last_reader : str
        The node that reads it last; empty where nobody does.
    """

    kind: Kind
    node: str
    type: str
    what: str
    offset: int
    size: int
    first: int
    last: int
    last_reader: str

    @property
    def end(self) -> int:
        return self.offset + self.size


@dataclass(frozen=True)
class PlannedMemory:
    """The plan of one graph.

    Attributes
    ----------
    steps : tuple of (str, str)
        Name and type of the nodes in execution order, constants left out.
    work : tuple of Block
        In the work memory.
    weights : tuple of Block
        In the weight memory.
    work_size, weight_size : int
        Bytes that a load asks for.
    in_use : tuple of int
        Bytes of the work memory that hold something needed, at each step; where tensors share a
        place, it counts once.
    peak : int
        The step at which most are in use.
    unplaced : int
        Tensors whose place the file does not tell.
    """

    graph: str
    steps: tuple[tuple[str, str], ...]
    work: tuple[Block, ...]
    weights: tuple[Block, ...]
    work_size: int
    weight_size: int
    in_use: tuple[int, ...]
    peak: int
    unplaced: int


def planned_memory(graph: GraphView, work_size: int, weight_size: int) -> PlannedMemory:
    """Read the plan of a graph."""
    running = [node for node in graph.nodes if not node.is_constant]
    step_of = {node.name: step for step, node in enumerate(running)}
    readers, outputs = _readers(running, step_of)
    last_step = max(len(running) - 1, 0)
    work: list[Block] = []
    unplaced = 0
    for step, each in enumerate(running):
        # A gear's input lies where the model's does.
        offsets = graph.fed_by.get(each.name, each.node).output_offsets
        descs = each.node.output_descs
        unplaced += max(len(descs) - len(offsets), 0)
        for index, (desc, offset) in enumerate(zip(descs, offsets, strict=False)):
            last = readers.get((each.name, index), step)
            kind: Kind = "between"
            if each.type in INPUTS:
                kind = "input"
            elif (each.name, index) in outputs and graph.given_by is None:
                kind, last = "output", last_step
            size = _size(desc)
            if size > 0 and offset >= 0:
                reader = running[last].name if last > step else ""
                first = 0 if kind == "input" else step
                work.append(
                    Block(
                        kind,
                        each.name,
                        each.type,
                        shape_text(desc),
                        offset,
                        size,
                        first,
                        last,
                        reader,
                    )
                )
        scratch = zip(each.node.scratch_offsets, each.node.scratch_sizes, strict=False)
        work += [
            Block("scratch", each.name, each.type, "scratch", offset, size, step, step, "")
            for offset, size in scratch
            if size > 0 and offset >= 0
        ]
    work += _given(graph, last_step)
    in_use = tuple(_in_use(work, len(running)))
    return PlannedMemory(
        graph.name,
        tuple((node.name, node.type) for node in running),
        tuple(work),
        tuple(_weights(graph, running, step_of)),
        work_size,
        weight_size,
        in_use,
        max(range(len(in_use)), key=in_use.__getitem__, default=0),
        unplaced,
    )


def _given(graph: GraphView, last_step: int) -> Iterable[Block]:
    """What the gears' graphs give is copied to where the main graph has the model's outputs."""
    node = graph.given_by
    if node is None:
        return
    for desc, offset in zip(node.output_descs, node.output_offsets, strict=False):
        size = _size(desc)
        if size > 0 and offset >= 0:
            what = shape_text(desc)
            yield Block(
                "output", node.name, node.type, what, offset, size, last_step, last_step, ""
            )


def _readers(
    running: Iterable[NodeView], step_of: dict[str, int]
) -> tuple[dict[tuple[str, int], int], set[tuple[str, int]]]:
    """The last step that reads each tensor, and those that leave the model."""
    readers: dict[tuple[str, int], int] = {}
    outputs: set[tuple[str, int]] = set()
    for node in running:
        for edge in node.edges:
            if edge.is_control:
                continue
            key = (edge.source, edge.index)
            readers[key] = max(readers.get(key, 0), step_of[node.name])
            if node.type == "NetOutput":
                outputs.add(key)
    return readers, outputs


def _size(desc: _acl.om.TensorDesc) -> int:
    """Bytes as the plan counts them; nothing of a tensor whose shape is open."""
    return desc.size if all(dim >= 0 for dim in desc.shape) else 0


def _weights(graph: GraphView, running: list[NodeView], step_of: dict[str, int]) -> Iterable[Block]:
    used: dict[str, list[int]] = {}
    for node in running:
        for edge in node.edges:
            if not edge.is_control:
                used.setdefault(edge.source, []).append(step_of[node.name])
    for each in graph.nodes:
        if not each.is_constant:
            continue
        value = each.node.attrs.get("value")
        if not isinstance(value, _acl.om.TensorDef) or len(value.data) or each.name not in used:
            continue  # stored in the graph itself, or read by nobody
        desc = value.desc
        if desc.weight_size <= 0 or desc.data_offset < 0:
            continue
        steps = used[each.name]
        yield Block(
            "weight",
            each.name,
            each.type,
            shape_text(desc),
            desc.data_offset,
            desc.weight_size,
            min(steps),
            max(steps),
            running[max(steps)].name,
        )


def _in_use(blocks: list[Block], steps: int) -> Iterable[int]:
    """Bytes covered by those that are needed, step by step."""
    begins: dict[int, list[Block]] = {}
    ends: dict[int, list[Block]] = {}
    for block in blocks:
        begins.setdefault(block.first, []).append(block)
        ends.setdefault(block.last + 1, []).append(block)
    needed: dict[int, Block] = {}
    bytes_now = 0
    for step in range(steps):
        for block in begins.get(step, ()):
            needed[id(block)] = block
        for block in ends.get(step, ()):
            needed.pop(id(block), None)
        if step == 0 or step in begins or step in ends:
            bytes_now = _covered(needed.values())
        yield bytes_now


def _covered(blocks: Iterable[Block]) -> int:
    covered = reached = 0
    for start, end in sorted((block.offset, block.end) for block in blocks):
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered
