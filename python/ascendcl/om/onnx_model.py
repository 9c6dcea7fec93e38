# SPDX-License-Identifier: Apache-2.0
"""What an ONNX file says of its graph: nodes, attributes, names; constants are passed over.

The file is mapped, not loaded: the names cost nothing of the memory that its weights would.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeAlias

Bytes: TypeAlias = memoryview

Attribute: TypeAlias = "int | float | str | list[int] | list[float] | list[str] | None"
"""A value of a plain kind; None stands for tensors, graphs and types."""


_LIKE_AN_INDEX = re.compile(r":\d+(:|$)")
_DEEPEST = 50  # graphs in graphs; protobuf itself stops at 100 messages, and a graph is three


class NotOnnxError(ValueError):
    """The file is no ONNX model."""


@dataclass(slots=True)
class OnnxNode:
    """One node; `name` is made of the type and its number where the file gives none."""

    name: str
    op_type: str
    domain: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Declared:
    """What the file says of an input or output: ONNX's number of the type, the shape (-1: open).

    The shape is None where the file says none.
    """

    type: int
    shape: tuple[int, ...] | None


@dataclass
class OnnxModel:
    """The main graph; `nodes` has those in branches, loops and functions, too."""

    nodes: list[OnnxNode] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)
    opsets: dict[str, int] = field(default_factory=dict)
    producer: str = ""
    ports: dict[str, Declared] = field(default_factory=dict)

    def output_name(self, tensor: str) -> str:
        """Name an output as ATC does: node, number of its output, tensor."""
        for node in self.nodes:
            if tensor in node.outputs:
                return output_name(node.name, node.outputs.index(tensor), tensor)
        return output_name(tensor, 0, tensor)


def output_name(node: str, index: int, tensor: str) -> str:
    """Name an output as ATC does; a node's name may not look like the beginning of another one."""
    if _LIKE_AN_INDEX.search(node):
        node = node.replace(":", "_")
    return f"{node}:{index}:{tensor}"


def read_onnx(path: str | PathLike[str]) -> OnnxModel:
    """Read what the file says of its graph.

    Raises
    ------
    NotOnnxError
        The file is no ONNX model.
    """
    with Path(path).open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise NotOnnxError(f"{path}: the file is empty") from error
        # Views of the mapping may live in a traceback: it goes with the last of them.
        try:
            model = _model(memoryview(content))
        except (IndexError, UnicodeDecodeError, struct.error, NotOnnxError) as error:
            raise NotOnnxError(f"{path}: this is no ONNX model ({error})") from error
    if not model.nodes and not model.outputs:
        raise NotOnnxError(f"{path}: this is no ONNX model (it has no graph)")
    return model


def _varint(data: Bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise NotOnnxError("a number has too many bytes")


def _fields(data: Bytes) -> Iterator[tuple[int, int | Bytes]]:
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            number, at = _varint(data, at)
            yield tag >> 3, number
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise NotOnnxError(f"wire type {kind} at byte {at}")
        if at + size > len(data):
            raise NotOnnxError(f"a field ends behind the message, at byte {at}")
        yield tag >> 3, data[at : at + size]
        at += size


def _text(value: int | Bytes) -> str:
    if isinstance(value, int):
        raise NotOnnxError("a number stands where a text should")
    return bytes(value).decode()


def _bytes_as_text(value: int | Bytes) -> str:
    """Of a field that may hold any bytes."""
    if isinstance(value, int):
        raise NotOnnxError("a number stands where a text should")
    return bytes(value).decode(errors="replace")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _integers(value: int | Bytes) -> list[int]:
    if isinstance(value, int):
        return [_signed(value)]
    numbers, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        numbers.append(_signed(number))
    return numbers


def _floats(value: int | Bytes) -> list[float]:
    if isinstance(value, int):
        raise NotOnnxError("a number stands where a float should")
    return list(struct.unpack(f"<{len(value) // 4}f", value))


def _model(data: Bytes) -> OnnxModel:
    model = OnnxModel()
    functions: list[Bytes] = []
    for number, value in _fields(data):
        if number == 2:
            model.producer = _text(value)
        elif number == 7 and not isinstance(value, int):
            _add_graph(model, value, depth=0)
        elif number == 8 and not isinstance(value, int):
            parts = dict(_fields(value))
            domain = _text(parts[1]) if 1 in parts else ""
            version = parts.get(2, 0)
            model.opsets[domain] = version if isinstance(version, int) else 0
        elif number == 25 and not isinstance(value, int):
            functions.append(value)
    for function in functions:
        for number, value in _fields(function):
            if number == 7 and not isinstance(value, int):
                _add_node(model, value, depth=1)
    return model


def _add_graph(model: OnnxModel, data: Bytes, *, depth: int) -> None:
    if depth > _DEEPEST:
        raise NotOnnxError(f"more than {_DEEPEST} graphs inside of one another")
    own_constants = set()
    for number, value in _fields(data):
        if isinstance(value, int):
            continue
        if number == 1:
            _add_node(model, value, depth)
        elif number == 5:
            own_constants.add(_first_text(value, 8))
        elif depth == 0 and number in (11, 12):
            name = _first_text(value, 1)
            (model.inputs if number == 11 else model.outputs).append(name)
            model.ports[name] = _declared(value)
    model.constants |= own_constants
    if depth == 0:  # a graph inside has names of its own
        model.inputs = [name for name in model.inputs if name not in own_constants]


def _inside(data: Bytes, *path: int) -> Bytes | None:
    """The message at the end of a path of fields; the last of each, as protobuf has it."""
    for wanted in path:
        found = [value for number, value in _fields(data) if number == wanted]
        if not found or isinstance(found[-1], int):
            return None
        data = found[-1]
    return data


def _declared(data: Bytes) -> Declared:
    tensor = _inside(data, 2, 1)
    if tensor is None:
        return Declared(0, None)
    kind = 0
    for number, value in _fields(tensor):
        if number == 1 and isinstance(value, int):
            kind = value
    shape = _inside(tensor, 2)
    if shape is None:
        return Declared(kind, None)
    dims = []
    for number, dim in _fields(shape):
        if number == 1 and not isinstance(dim, int):
            sizes = [_signed(v) for n, v in _fields(dim) if n == 1 and isinstance(v, int)]
            dims.append(sizes[-1] if sizes else -1)
    return Declared(kind, tuple(dims))


def _first_text(data: Bytes, wanted: int) -> str:
    return next((_text(value) for number, value in _fields(data) if number == wanted), "")


def _add_node(model: OnnxModel, data: Bytes, depth: int) -> None:
    node = OnnxNode("", "", "", [], [], {})
    graphs: list[Bytes] = []
    for number, value in _fields(data):
        if number == 1:
            node.inputs.append(_text(value))
        elif number == 2:
            node.outputs.append(_text(value))
        elif number == 3:
            node.name = _text(value)
        elif number == 4:
            node.op_type = _text(value)
        elif number == 7:
            node.domain = _text(value)
        elif number == 5 and not isinstance(value, int):
            name, attribute = _attribute(value, graphs)
            node.attributes[name] = attribute
    if not node.op_type:
        raise NotOnnxError("a node has no operator")
    node.name = node.name or f"{node.op_type}_{len(model.nodes)}"
    model.nodes.append(node)
    for graph in graphs:
        _add_graph(model, graph, depth=depth + 1)


# What an attribute of a type is whose value is left out, as proto3 writes zeros.
_UNSET: dict[int, Attribute] = {1: 0.0, 2: 0, 3: ""}


def _attribute(data: Bytes, graphs: list[Bytes]) -> tuple[str, Attribute]:
    name = ""
    found: Attribute = None
    unset: Attribute = None
    integers: list[int] = []
    floats: list[float] = []
    texts: list[str] = []
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:
            found = _floats(value)[0]
        elif number == 3 and isinstance(value, int):
            found = _signed(value)
        elif number == 4:
            found = _bytes_as_text(value)
        elif number == 7:
            floats += _floats(value)
        elif number == 8:
            integers += _integers(value)
        elif number == 9:
            texts.append(_bytes_as_text(value))
        elif number in (6, 11) and not isinstance(value, int):
            graphs.append(value)
        elif number == 20 and isinstance(value, int):
            unset = _UNSET.get(value)
    if found is None:
        found = unset
    return name, found if found is not None else (integers or floats or texts or None)
