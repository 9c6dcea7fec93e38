# SPDX-License-Identifier: Apache-2.0
"""The in/out partition: what a model takes and gives, as type-length-value blocks."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain


@dataclass
class TensorInfo:
    """One input or output; numbers are those of the ACL interface."""

    name: str
    size: int
    format: int
    dtype: int
    dims: Sequence[int]
    dims_v2: Sequence[int]
    ranges: Sequence[tuple[int, int]] = ()

    def encode(self) -> bytes:
        """Answer the record: a base of 32 bytes, then name, dims and ranges."""
        name = self.name.encode()
        ranges = list(chain.from_iterable(self.ranges))
        lists = [struct.pack(f"<{len(v)}q", *v) for v in (self.dims, self.dims_v2, ranges)]
        lengths = [len(name), *map(len, lists)]
        return (
            struct.pack("<Qii4I", self.size, self.format, self.dtype, *lengths)
            + name
            + b"".join(lists)
        )


@dataclass
class InOutInfo:
    """All blocks of the partition; empty ones are not written."""

    inputs: list[TensorInfo] = field(default_factory=list)
    outputs: list[TensorInfo] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    images: list[list[int]] = field(default_factory=list)
    dims: list[list[int]] = field(default_factory=list)
    output_shapes: list[str] = field(default_factory=list)
    input_order: list[str] = field(default_factory=list)

    def encode(self) -> bytes:
        """Answer the partition."""
        blocks = (
            _records(self.inputs),
            _records(self.outputs),
            _integers(self.batches),
            _integer_lists(self.images),
            _integer_lists(self.dims),
            _strings(self.output_shapes),
            _strings(self.input_order),
        )
        return b"".join(
            struct.pack("<II", kind, len(block)) + block
            for kind, block in enumerate(blocks)
            if block
        )


def _records(tensors: Sequence[TensorInfo]) -> bytes:
    if not tensors:
        return b""
    return struct.pack("<I", len(tensors)) + b"".join(tensor.encode() for tensor in tensors)


def _integers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<I{len(values)}q", len(values), *values) if values else b""


def _integer_lists(lists: Sequence[Sequence[int]]) -> bytes:
    if not lists:
        return b""
    counts = struct.pack(f"<{1 + len(lists)}I", len(lists), *map(len, lists))
    return counts + b"".join(struct.pack(f"<{len(v)}q", *v) for v in lists)


def _strings(values: Sequence[str]) -> bytes:
    if not values:
        return b""
    encoded = [value.encode() for value in values]
    counts = struct.pack(f"<{1 + len(encoded)}I", len(encoded), *map(len, encoded))
    return counts + b"".join(encoded)
