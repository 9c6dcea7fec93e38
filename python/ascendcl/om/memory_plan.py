# SPDX-License-Identifier: Apache-2.0
"""Places tensors in one block of memory so that only tensors of disjoint lifetimes overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

ALIGNMENT = 512


def align(size: int, alignment: int = ALIGNMENT) -> int:
    """Round up to whole slots of work or weight memory."""
    return -(-size // alignment) * alignment


class Lifetime(NamedTuple):
    """A tensor of `size` bytes, needed from step `first` to step `last`, both included."""

    first: int
    last: int
    size: int


def lower_bound(tensors: Sequence[Lifetime], alignment: int = ALIGNMENT) -> int:
    """Answer the bytes of the largest set of tensors that are alive at once: no plan needs less."""
    changes: dict[int, int] = {}
    for tensor in tensors:
        size = align(tensor.size, alignment)
        changes[tensor.first] = changes.get(tensor.first, 0) + size
        changes[tensor.last + 1] = changes.get(tensor.last + 1, 0) - size
    alive = most = 0
    for step in sorted(changes):
        alive += changes[step]
        most = max(most, alive)
    return most


def plan(tensors: Sequence[Lifetime], alignment: int = ALIGNMENT) -> tuple[list[int], int]:
    """Find a place for every tensor: the largest first, each in the smallest gap that holds it.

    Returns
    -------
    offsets : list of int
        One per tensor, multiples of `alignment`.
    total : int
        Bytes of the block.
    """
    count = len(tensors)
    first = np.array([tensor.first for tensor in tensors], np.int64)
    last = np.array([tensor.last for tensor in tensors], np.int64)
    sizes = np.array([align(tensor.size, alignment) for tensor in tensors], np.int64)
    offsets = np.zeros(count, np.int64)
    placed = np.zeros(count, bool)
    total = 0
    for i in np.argsort(-sizes, kind="stable"):
        rivals = placed & (first <= last[i]) & (first[i] <= last)
        starts = offsets[rivals]
        order = np.argsort(starts, kind="stable")
        offsets[i] = _best_gap(starts[order], (starts + sizes[rivals])[order], int(sizes[i]))
        placed[i] = True
        total = max(total, int(offsets[i] + sizes[i]))
    return [int(offset) for offset in offsets], total


def _best_gap(starts: np.ndarray, ends: np.ndarray, size: int) -> int:
    """The offset of the smallest gap of `size` bytes between intervals sorted by their start."""
    if not len(starts):
        return 0
    gap_starts = np.concatenate(([0], np.maximum.accumulate(ends)))
    gaps = np.append(starts, np.iinfo(np.int64).max) - gap_starts
    return int(gap_starts[np.argmin(np.where(gaps >= size, gaps, np.iinfo(np.int64).max))])
