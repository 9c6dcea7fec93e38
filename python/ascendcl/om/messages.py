# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: RUF009 - the default factories are made by functions that add the field number
"""The GE IR messages that an .om file stores, as dataclasses that encode themselves.

Field names and numbers are those of GE IR. Attributes are plain Python values; which member of
``AttrDef`` holds a value follows from its type, see :data:`AttrValue`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias, Union

from . import wire

AttrValue: TypeAlias = Union[
    bool,
    int,
    float,
    str,
    bytes,
    "TensorDescriptor",
    "TensorDef",
    "GraphDef",
    "NamedAttrs",
    Sequence[Any],
]
"""Python value of an attribute: ``str`` is stored as ``s``, ``bytes`` as ``bt``, a list of lists of
``int`` as ``list_list_int``; a list must hold values of one kind."""

Attrs: TypeAlias = dict[str, AttrValue]

AttrEntry: TypeAlias = Callable[[str, AttrValue], tuple[str, AttrValue]]
"""Maps an attribute to the key and value that are stored: the hook for name compression."""


def literal(name: str, value: AttrValue) -> tuple[str, AttrValue]:
    """Store an attribute under its own name and value."""
    return name, value


def _field(number: int, kind: str, **options: Any) -> Any:
    return field(metadata={"number": number, "kind": kind}, **options)


def _text(number: int) -> Any:
    return _field(number, "text", default="")


def _integer(number: int) -> Any:
    return _field(number, "integer", default=0)


def _flag(number: int) -> Any:
    return _field(number, "integer", default=False)


def _many(number: int, kind: str) -> Any:
    return _field(number, kind, default_factory=list)


def _attrs(number: int) -> Any:
    return _field(number, "attrs", default_factory=dict)


class Message:
    """Base of the messages: encodes the fields of the dataclass that derives from it."""

    def encode(self, entry: AttrEntry = literal) -> bytes:
        """Answer the message in protobuf wire format, fields with a default value left out."""
        out = bytearray()
        for spec in fields(self):  # type: ignore[arg-type]
            value = getattr(self, spec.name)
            if value:
                out += _FIELD_ENCODERS[spec.metadata["kind"]](spec.metadata["number"], value, entry)
        return bytes(out)


@dataclass
class NamedAttrs(Message):
    """A named set of attributes, the value of such an attribute as ``aipp``."""

    name: str = _text(1)
    attr: Attrs = _attrs(2)


@dataclass
class TensorDescriptor(Message):
    """What a graph says of one tensor; ``shape`` and ``layout`` are the stored form."""

    name: str = _text(1)
    dtype: int = _integer(2)
    shape: list[int] = _many(3, "shape")
    layout: str = _text(4)
    attr: Attrs = _attrs(5)
    has_out_attr: bool = _flag(9)
    size: int = _integer(10)
    weight_size: int = _integer(11)
    reuse_input: bool = _flag(12)
    output_tensor: bool = _flag(13)
    device_type: str = _text(14)
    input_tensor: bool = _flag(15)
    real_dim_cnt: int = _integer(16)
    reuse_input_index: int = _integer(17)
    data_offset: int = _integer(18)
    cmps_size: int = _integer(19)
    cmps_tab: str = _text(20)
    cmps_tab_offset: int = _integer(21)


@dataclass
class TensorDef(Message):
    """A tensor with its value, which compiled models keep in the weights partition instead."""

    desc: TensorDescriptor = _field(1, "message", default_factory=TensorDescriptor)
    data: bytes = _field(2, "blob", default=b"")


@dataclass
class OpDef(Message):
    """A node; ``input`` has one ``"node:index"`` per slot, ``""`` for an unconnected one."""

    name: str = _text(1)
    type: str = _text(2)
    input: list[str] = _many(5, "texts")
    attr: Attrs = _attrs(10)
    has_out_attr: bool = _flag(20)
    id: int = _integer(21)
    stream_id: int = _integer(22)
    input_name: list[str] = _many(23, "texts")
    src_name: list[str] = _many(24, "texts")
    src_index: list[int] = _many(25, "integers")
    dst_name: list[str] = _many(26, "texts")
    dst_index: list[int] = _many(27, "integers")
    input_i: list[int] = _many(28, "integers")
    output_i: list[int] = _many(29, "integers")
    workspace: list[int] = _many(30, "integers")
    workspace_bytes: list[int] = _many(31, "integers")
    is_input_const: list[bool] = _many(32, "integers")
    input_desc: list[TensorDescriptor] = _many(33, "messages")
    output_desc: list[TensorDescriptor] = _many(34, "messages")
    subgraph_name: list[str] = _many(35, "texts")


@dataclass
class GraphDef(Message):
    """A graph of nodes."""

    name: str = _text(1)
    input: list[str] = _many(4, "texts")
    output: list[str] = _many(5, "texts")
    op: list[OpDef] = _many(6, "messages")
    attr: Attrs = _attrs(11)


@dataclass
class ModelDef(Message):
    """Partition 0: the main graph, its subgraphs and the model's attributes."""

    name: str = _text(1)
    version: int = _integer(2)
    custom_version: str = _text(3)
    graph: list[GraphDef] = _many(7, "messages")
    # Model attributes hold the tables of compressed names, so they are never compressed.
    attr: Attrs = _field(11, "literal_attrs", default_factory=dict)


@dataclass
class ModelTaskDef(Message):
    """Partition 2, as far as loading needs it: the size of the work memory."""

    memory_size: int = _integer(11)


def _encode_message(number: int, value: Message, entry: AttrEntry) -> bytes:
    return wire.blob(number, value.encode(entry))


def _encode_attrs(number: int, attrs: Mapping[str, AttrValue], entry: AttrEntry) -> bytes:
    out = bytearray()
    for name, value in attrs.items():
        try:
            key, stored = entry(name, value)
            encoded = encode_attr(stored)
        except (TypeError, ValueError) as error:
            raise type(error)(f"attribute {name!r}: {error}") from None
        out += wire.blob(number, wire.text(1, key) + wire.blob(2, encoded))
    return bytes(out)


_FIELD_ENCODERS: dict[str, Callable[[int, Any, AttrEntry], bytes]] = {
    "text": lambda number, value, _: wire.text(number, value),
    "texts": lambda number, value, _: b"".join(wire.text(number, v) for v in value),
    "blob": lambda number, value, _: wire.blob(number, value),
    "integer": lambda number, value, _: wire.integer(number, value),
    "integers": lambda number, value, _: wire.packed_integers(number, value),
    "shape": lambda number, value, _: wire.blob(number, wire.packed_integers(1, value)),
    "message": _encode_message,
    "messages": lambda number, value, entry: b"".join(
        _encode_message(number, v, entry) for v in value
    ),
    "attrs": _encode_attrs,
    "literal_attrs": lambda number, value, _: _encode_attrs(number, value, literal),
}

# Python type -> field number in AttrDef (scalar), in ListValue, and ListValue.val_type where known.
_KINDS: tuple[tuple[type | tuple[type, ...], int, int, int], ...] = (
    (bool, 5, 5, 4),
    (int, 3, 3, 2),
    ((float, int), 4, 4, 3),
    (str, 2, 2, 1),
    (bytes, 7, 7, 0),
    (TensorDescriptor, 11, 8, 0),
    (TensorDef, 12, 9, 0),
    (GraphDef, 13, 10, 0),
    (NamedAttrs, 10, 11, 0),
)
_LIST, _LIST_LIST_INT, _VAL_TYPE = 1, 14, 20


def _encode_value(number: int, value: Any) -> bytes:
    if isinstance(value, int):  # bool too
        return wire.integer(number, value)
    if isinstance(value, float):
        return wire.real(number, value)
    if isinstance(value, str):
        return wire.text(number, value)
    return wire.blob(number, value if isinstance(value, bytes) else value.encode())


def _encode_list(values: Sequence[Any]) -> bytes:
    for kind, _, number, val_type in _KINDS:
        if not all(isinstance(v, kind) for v in values):
            continue
        if kind in (bool, int):
            body = wire.packed_integers(number, values)
        elif isinstance(kind, tuple):
            body = wire.packed_reals(number, values)
        else:
            body = b"".join(_encode_value(number, v) for v in values)
        return body + (wire.integer(_VAL_TYPE, val_type) if val_type else b"")
    raise TypeError("a list must hold values of one kind")


def encode_attr(value: AttrValue) -> bytes:
    """Encode one ``AttrDef``."""
    for kind, number, _, _ in _KINDS:
        if isinstance(value, kind):
            return _encode_value(number, value)
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{type(value).__name__} cannot be an attribute")
    if not value:
        return wire.blob(_LIST, b"")
    if all(isinstance(inner, (list, tuple)) for inner in value):
        rows = b"".join(wire.blob(1, wire.packed_integers(1, row)) for row in value)
        return wire.blob(_LIST_LIST_INT, rows)
    return wire.blob(_LIST, _encode_list(value))
