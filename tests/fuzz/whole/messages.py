# SPDX-License-Identifier: Apache-2.0
"""Changes in the messages of a file: fields, dims, types, names, wiring, and the raw bytes.

A message is kept as a tree in which each field holds its encoding, so that a change encodes anew
only what lies on the way to it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from ascendcl.om.wire import varint

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
INTERESTING = (0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 64, 255, 1 << 16, 1 << 31, (1 << 32) - 1)
INTERESTING_64 = ((1 << 64) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 3)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
        shift += 7
        if shift > 63:
            raise ValueError("a varint of more than ten bytes")


class Field:
    """One field: a scalar, bytes, or a message with fields of its own."""

    __slots__ = ("children", "encoded", "number", "value", "wire")

    def __init__(self, number: int, wire: int, value: bytes | int) -> None:
        self.number, self.wire, self.value = number, wire, value
        self.children: tuple[Field, ...] | None = None
        self.encoded = self._encode()

    def _encode(self) -> bytes:
        tag = varint(self.number << 3 | self.wire)
        if self.wire == VARINT:
            assert isinstance(self.value, int)
            return tag + varint(self.value)
        if isinstance(self.value, int):
            return tag + self.value.to_bytes(8 if self.wire == FIXED64 else 4, "little")
        return tag + varint(len(self.value)) + self.value

    def holding(self, children: Sequence[Field]) -> Field:
        """Answer the same field around other fields."""
        changed = Field(self.number, BYTES, b"".join(child.encoded for child in children))
        changed.children = tuple(children)
        return changed


def parse(data: bytes) -> tuple[Field, ...] | None:
    """Answer the fields of a message; None where the bytes are none."""
    fields: list[Field] = []
    at = 0
    try:
        while at < len(data):
            tag, at = read_varint(data, at)
            number, wire = tag >> 3, tag & 7
            if not 0 < number < 1 << 12:
                return None
            if wire == VARINT:
                value, at = read_varint(data, at)
                fields.append(Field(number, wire, value))
            elif wire in (FIXED64, FIXED32):
                size = 8 if wire == FIXED64 else 4
                if at + size > len(data):
                    return None
                fields.append(Field(number, wire, int.from_bytes(data[at : at + size], "little")))
                at += size
            elif wire == BYTES:
                size, at = read_varint(data, at)
                if at + size > len(data):
                    return None
                content = data[at : at + size]
                at += size
                field = Field(number, BYTES, content)
                printable = content.isascii() and content.decode().isprintable()
                if len(content) > 1 and not printable:
                    field.children = parse(content)
                fields.append(field)
            else:
                return None
    except (IndexError, ValueError):
        return None
    return tuple(fields)


Path = tuple[int, ...]


class Message:
    """A message to change, and what in it may be changed, by kind of content."""

    def __init__(self, data: bytes) -> None:
        root = parse(data)
        assert root is not None, "no message"
        self.root = Field(1, BYTES, data)
        self.root.children = root
        self.leaves: dict[str, list[Path]] = defaultdict(list)
        self._collect(self.root, ())
        self.texts = sorted({bytes(self._at(path).value) for path in self.leaves["text"]})

    def _collect(self, field: Field, path: Path) -> None:
        if field.children:
            self.leaves["message"].append(path)
            for index, child in enumerate(field.children):
                self._collect(child, (*path, index))
        elif field.wire != BYTES:
            self.leaves["scalar"].append(path)
        elif bytes(field.value).isascii():
            self.leaves["text"].append(path)
            self._list(field, path)
        else:
            self._list(field, path)

    def _list(self, field: Field, path: Path) -> None:
        self.leaves["list"].append(path)

    def _at(self, path: Path) -> Field:
        field = self.root
        for index in path:
            assert field.children is not None
            field = field.children[index]
        return field

    def changed(self, rng: random.Random, times: int) -> bytes:
        """Answer the message after so many changes."""
        root = self.root
        for _ in range(times):
            kinds = ("scalar", "scalar", "list", "list", "list", "text", "text", "message", "dims")
            kind = rng.choice(kinds)
            if kind == "dims":
                root = substituted(root, rng)
                continue
            paths = self.leaves[kind]
            if paths:
                root = _with_change(root, rng.choice(paths), kind, self.texts, rng)
        return bytes(root.value)


def _with_change(
    field: Field, path: Path, kind: str, texts: Sequence[bytes], rng: random.Random
) -> Field:
    if not path:
        return _change(field, kind, texts, rng)
    if not field.children or path[0] >= len(field.children):
        return field  # an earlier change took it away
    children = list(field.children)
    children[path[0]] = _with_change(children[path[0]], path[1:], kind, texts, rng)
    return field.holding(children)


def _number(old: int, rng: random.Random) -> int:
    way = rng.random()
    if way < 0.3:
        return (old + rng.choice((-1, 1))) % (1 << 64)
    if way < 0.9:
        return rng.choice(INTERESTING)
    return rng.choice(INTERESTING_64)


def _change(field: Field, kind: str, texts: Sequence[bytes], rng: random.Random) -> Field:
    if kind == "message":
        children = list(field.children or ())
        if len(children) < 2:
            return field
        one, other = rng.randrange(len(children)), rng.randrange(len(children))
        way = rng.random()
        if way < 0.4:
            del children[one]
        elif way < 0.7:
            children[one] = children[other]
        else:
            children.insert(one, children[other])
        return field.holding(children)
    if isinstance(field.value, int):
        value = _number(field.value, rng)
        if field.wire == FIXED32:
            value = rng.choice((value % (1 << 32), 0x7F800000, 0x7FC00000, 0xBF800000))
        return Field(field.number, field.wire, value)
    if kind == "text" and texts:
        return Field(field.number, BYTES, rng.choice(texts))
    return Field(field.number, BYTES, _changed_list(bytes(field.value), rng))


def _packed(data: bytes) -> list[int] | None:
    numbers, at = [], 0
    try:
        while at < len(data):
            value, at = read_varint(data, at)
            numbers.append(value)
    except (IndexError, ValueError):
        return None
    return numbers


def _changed_list(data: bytes, rng: random.Random) -> bytes:
    """A packed list with another number, a number more or less; or other bytes."""
    numbers = _packed(data) if rng.random() < 0.8 else None
    if numbers is None:
        changed = bytearray(data or b"\0")
        changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    way = rng.random()
    if way < 0.6 and numbers:
        at = rng.randrange(len(numbers))
        numbers[at] = _number(numbers[at], rng)
    elif way < 0.8 and numbers:
        del numbers[rng.randrange(len(numbers))]
    else:
        numbers.insert(rng.randint(0, len(numbers)), rng.choice(INTERESTING[:8]))
    return b"".join(map(varint, numbers))


def substituted(root: Field, rng: random.Random) -> Field:
    """All packed lists that are alike, the dims of a tensor for one, changed alike."""
    lists: set[bytes] = set()

    def collect(field: Field) -> None:
        if field.children:
            for child in field.children:
                collect(child)
        elif field.wire == BYTES and 0 < len(bytes(field.value)) <= 16:
            numbers = _packed(bytes(field.value))
            if numbers is not None and max(numbers) < 4096 and not bytes(field.value).isalpha():
                lists.add(bytes(field.value))

    collect(root)
    if not lists:
        return root
    old = rng.choice(sorted(lists))
    if rng.random() < 0.5:
        new = _changed_list(old, rng)
        return _replaced(root, {old: new})
    # One size everywhere.
    size = rng.choice(_packed(old) or [1])
    other = rng.choice((0, 0, 1, 2, 3, 5))
    table = {}
    for one in lists:
        sizes = _packed(one) or []
        if size in sizes:
            table[one] = b"".join(varint(other if n == size else n) for n in sizes)
    return _replaced(root, table)


def _replaced(field: Field, table: dict[bytes, bytes]) -> Field:
    if field.children:
        children = [_replaced(child, table) for child in field.children]
        if all(new is old for new, old in zip(children, field.children, strict=True)):
            return field
        return field.holding(children)
    if field.wire == BYTES and bytes(field.value) in table:
        return Field(field.number, BYTES, table[bytes(field.value)])
    return field
