# SPDX-License-Identifier: Apache-2.0
"""The protobuf wire format, as far as GE IR needs it: encoding only.

Every function answers the bytes of one field, tag included. Scalars with their default value are
not left out here; that is the message's decision.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

_VARINT, _LENGTH, _FIXED32 = 0, 2, 5
_MAX_FIELD_NUMBER = (1 << 29) - 1


def varint(value: int) -> bytes:
    """Encode a base-128 varint; a negative number as its 64-bit two's complement."""
    if not -(1 << 63) <= value < 1 << 64:
        raise ValueError(f"{value} does not fit into 64 bits")
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _tag(number: int, wire_type: int) -> bytes:
    if not 1 <= number <= _MAX_FIELD_NUMBER:
        raise ValueError(f"{number} is not a field number")
    return varint(number << 3 | wire_type)


def integer(number: int, value: int) -> bytes:
    """Encode an int32, int64, uint64, bool or enum field."""
    return _tag(number, _VARINT) + varint(value)


def real(number: int, value: float) -> bytes:
    """Encode a float field."""
    return _tag(number, _FIXED32) + struct.pack("<f", value)


def blob(number: int, value: bytes) -> bytes:
    """Encode a bytes field or an already encoded submessage."""
    return _tag(number, _LENGTH) + varint(len(value)) + value


def text(number: int, value: str) -> bytes:
    """Encode a string field."""
    return blob(number, value.encode())


def packed_integers(number: int, values: Iterable[int]) -> bytes:
    """Encode a repeated integer or bool field; nothing for an empty one."""
    payload = b"".join(map(varint, values))
    return blob(number, payload) if payload else b""


def packed_reals(number: int, values: Iterable[float]) -> bytes:
    """Encode a repeated float field; nothing for an empty one."""
    payload = b"".join(struct.pack("<f", value) for value in values)
    return blob(number, payload) if payload else b""
