# SPDX-License-Identifier: Apache-2.0
"""Places tensors in one block of memory so that only tensors of disjoint lifetimes overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ALIGNMENT = 512


def align(size: int) -> int:
    """Round up to whole slots of work or weight memory."""
    return -(-size // ALIGNMENT) * ALIGNMENT


class Lifetime(NamedTuple):
    """A tensor of `size` bytes, needed from step `first` to step `last`, both included."""

    first: int
    last: int
    size: int


def plan(tensors: Sequence[Lifetime]) -> tuple[list[int], int]:
    """Find a place for every tensor, first fit in the given order.

    Returns
    -------
    offsets : list of int
        One per tensor, multiples of `ALIGNMENT`.
    total : int
        Bytes of the block.
    """
    offsets: list[int] = []
    total = 0
    for tensor in tensors:
        rivals = sorted(
            (at, at + align(other.size))
            for at, other in zip(offsets, tensors, strict=False)
            if other.first <= tensor.last and tensor.first <= other.last
        )
        offset = 0
        for start, end in rivals:
            if offset + align(tensor.size) <= start:
                break
            offset = max(offset, end)
        offsets.append(offset)
        total = max(total, offset + align(tensor.size))
    return offsets, total
