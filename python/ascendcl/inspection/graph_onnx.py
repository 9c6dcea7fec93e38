# SPDX-License-Identifier: Apache-2.0
"""A graph in ONNX's format, for Netron: GE's ops in a domain of their own, nothing to be run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from ascendcl import _acl
from ascendcl.om import wire

from .examination import Examination
from .file_facts import FileFacts, plain
from .graph_labels import Labels
from .graph_view import INPUTS, GraphView, NodeView, shape_text

DOMAIN: Final = "ascend.ge"
PRODUCER: Final = "ascendcl inspect"
_IR_VERSION: Final = 8
_OPSET: Final = 17
_MOST_BYTES: Final = (1 << 31) - 1  # of a protobuf message
_HEAD: Final = wire.integer(1, _IR_VERSION) + wire.text(2, PRODUCER)  # of every file from here

# ONNX's number of each type; of what it has not, the bytes.
_TYPES: Final = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "uint16": 4,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "string": 8,
    "bool": 9,
    "float16": 10,
    "float64": 11,
    "uint32": 12,
    "uint64": 13,
    "complex64": 14,
    "complex128": 15,
    "bfloat16": 16,
}
_BYTES: Final = 2
_CONTROL: Final = -1  # the output of a node that others only run after, as GE counts it
_FLOAT, _INT, _STRING, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 6, 7, 8  # AttributeProto.type


def graph_onnx(graph: GraphView, facts: FileFacts, examination: Examination) -> bytes:
    """Answer a ModelProto. Constants are initializers as they are stored, in their stored layout.

    Raises
    ------
    ValueError
        It would be beyond the 2 GiB that a protobuf message may have.
    """
    labels = Labels(graph, examination)
    known = graph.by_name
    followed = {edge.source for node in graph.nodes for edge in node.edges if edge.is_control}
    running = {n.name for n in graph.nodes if not n.is_constant and n.type not in INPUTS}
    body = bytearray()
    for node in graph.nodes:
        if node.is_constant:
            body += wire.blob(5, _initializer(node, facts, graph))
        elif node.type in INPUTS:
            body += wire.blob(11, _value(_name(node.name, 0), node.node.output_descs[:1]))
        elif node.type == "NetOutput":
            for edge in node.edges:
                source = known.get(edge.source)
                if not edge.is_control and source is not None:
                    descs = source.node.output_descs[edge.index : edge.index + 1]
                    body += wire.blob(12, _value(_name(edge.source, edge.index), descs))
        else:
            follows = node.name in followed
            body += wire.blob(1, _node(node, labels, running, has_followers=follows))
            for index, desc in enumerate(node.node.output_descs):
                body += wire.blob(13, _value(_name(node.name, index), [desc]))
    body += wire.text(2, graph.name)
    model = b"".join(
        [
            _HEAD,
            wire.text(6, f"The graph of {facts.name}, for looking at it: it cannot be run."),
            wire.blob(8, wire.text(1, "") + wire.integer(2, _OPSET)),
            wire.blob(8, wire.text(1, DOMAIN) + wire.integer(2, 1)),
            wire.blob(7, bytes(body)),
            *(
                wire.blob(14, wire.text(1, name) + wire.text(2, value))
                for name, value in facts.about.items()
            ),
        ]
    )
    if len(model) > _MOST_BYTES:
        raise ValueError(
            f"--graph: {len(model)} bytes are more than an ONNX file may have: take .dot"
        )
    return model


def is_drawn(path: Path) -> bool:
    """Whether a file is such a graph, and no model that somebody has trained."""
    with path.open("rb") as file:
        return file.read(len(_HEAD)) == _HEAD


def _name(node: str, index: int) -> str:
    return f"{node}:{index}"


def _node(node: NodeView, labels: Labels, running: set[str], *, has_followers: bool) -> bytes:
    slots: dict[int, str] = {
        edge.slot: _name(edge.source, edge.index)
        for edge in node.edges
        if not edge.is_control or edge.source in running
    }
    fields = [wire.text(1, slots.get(slot, "")) for slot in range(max(slots, default=-1) + 1)]
    fields += [
        wire.text(2, _name(node.name, index)) for index in range(len(node.node.output_descs))
    ]
    if has_followers or not node.node.output_descs:
        fields.append(wire.text(2, _name(node.name, _CONTROL)))
    fields += [wire.text(3, node.name), wire.text(4, node.type), wire.text(7, DOMAIN)]
    fields += [wire.blob(5, each) for each in _attributes(node, labels)]
    told = labels.told(node)
    return b"".join([*fields, wire.text(6, told)])


def _attributes(node: NodeView, labels: Labels) -> Iterable[bytes]:
    for name, value in node.node.attrs.items():
        yield _attribute(name, value)
    yield _attribute("(how it was understood)", labels.findings(node))


def _attribute(name: str, value: object) -> bytes:
    """A value of a plain kind as it is, any other as text."""
    if isinstance(value, (bool, int)):
        content = wire.integer(3, int(value)) + wire.integer(20, _INT)
    elif isinstance(value, float):
        content = wire.real(2, value) + wire.integer(20, _FLOAT)
    elif isinstance(value, list) and all(isinstance(each, (bool, int)) for each in value) and value:
        content = b"".join(wire.integer(8, int(each)) for each in value) + wire.integer(20, _INTS)
    elif isinstance(value, list) and all(isinstance(each, float) for each in value) and value:
        content = b"".join(wire.real(7, each) for each in value) + wire.integer(20, _FLOATS)
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        content = b"".join(wire.text(9, each) for each in value) + wire.integer(20, _STRINGS)
    else:
        text = value if isinstance(value, str) else str(plain(value))
        content = wire.text(4, text) + wire.integer(20, _STRING)
    return wire.text(1, name) + content


def _value(name: str, descs: Sequence[_acl.om.TensorDesc]) -> bytes:
    """A ValueInfoProto; open dims are texts."""
    fields = wire.text(1, name)
    for desc in descs:
        dims = b"".join(
            wire.blob(1, wire.integer(1, dim) if dim >= 0 else wire.text(2, "?"))
            for dim in desc.origin_shape
        )
        tensor = wire.integer(1, _TYPES.get(desc.dtype, _BYTES)) + wire.blob(2, dims)
        fields += wire.blob(2, wire.blob(1, tensor)) + wire.text(3, shape_text(desc))
    return fields


def _initializer(node: NodeView, facts: FileFacts, graph: GraphView) -> bytes:
    """A TensorProto of the stored elements; where there are none, of no elements."""
    descs = node.node.output_descs
    data = graph.constant(node)
    dims = list(descs[0].shape) if descs else []
    number = _TYPES.get(descs[0].dtype, _BYTES) if descs else _BYTES
    told = shape_text(descs[0]) if descs else ""
    if number == _TYPES["string"]:
        number = _BYTES
    if _elements(dims) * _ELEMENT_SIZES.get(number, 1) != len(data):
        number, dims = _BYTES, [len(data)]
    return b"".join(
        [
            *(wire.integer(1, dim) for dim in dims),
            wire.integer(2, number),
            wire.text(8, _name(node.name, 0)),
            wire.blob(9, data),
            wire.text(12, told),
        ]
    )


_ELEMENT_SIZES: Final = {
    1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 14: 8, 15: 16, 16: 2
}  # fmt: skip


def _elements(dims: Sequence[int]) -> int:
    count = 1
    for dim in dims:
        count *= max(dim, 0)
    return count
