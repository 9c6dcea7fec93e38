# SPDX-License-Identifier: Apache-2.0
"""Places tensors in one block of memory so that only tensors of disjoint lifetimes overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.int64]

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
    return _busiest_step(tensors, alignment)[1]


def plan(tensors: Sequence[Lifetime], alignment: int = ALIGNMENT) -> tuple[list[int], int]:
    """Find a place for every tensor: one after another, each in the smallest gap that holds it.

    The largest come first. Where that is not the least that any plan needs, so do those of the
    busiest step, then what is alive nearest to it; the better plan of the two is answered.

    Returns
    -------
    offsets : list of int
        One per tensor, multiples of `alignment`.
    total : int
        Bytes of the block.
    """
    first = np.array([tensor.first for tensor in tensors], np.int64)
    last = np.array([tensor.last for tensor in tensors], np.int64)
    sizes = np.array([align(tensor.size, alignment) for tensor in tensors], np.int64)
    step, least = _busiest_step(tensors, alignment)
    distance = np.maximum(0, np.maximum(first - step, step - last))
    best, total = np.zeros(0, np.int64), -1
    for order in (np.argsort(-sizes, kind="stable"), np.lexsort((-sizes, distance))):
        offsets = _places(order, first, last, sizes)
        needed = int((offsets + sizes).max(initial=0))
        if total < 0 or needed < total:
            best, total = offsets, needed
        if total == least:
            break
    return [int(offset) for offset in best], total


def _busiest_step(tensors: Sequence[Lifetime], alignment: int) -> tuple[int, int]:
    """The step at which most bytes are alive, and how many."""
    changes: dict[int, int] = {}
    for tensor in tensors:
        size = align(tensor.size, alignment)
        changes[tensor.first] = changes.get(tensor.first, 0) + size
        changes[tensor.last + 1] = changes.get(tensor.last + 1, 0) - size
    alive = most = busiest = 0
    for step in sorted(changes):
        alive += changes[step]
        if alive > most:
            busiest, most = step, alive
    return busiest, most


def _places(order: Array, first: Array, last: Array, sizes: Array) -> Array:
    offsets = np.zeros(len(sizes), np.int64)
    placed = np.zeros(len(sizes), bool)
    for i in order:
        rivals = placed & (first <= last[i]) & (first[i] <= last)
        starts = offsets[rivals]
        by_start = np.argsort(starts, kind="stable")
        ends = starts + sizes[rivals]
        offsets[i] = _best_gap(starts[by_start], ends[by_start], int(sizes[i]))
        placed[i] = True
    return offsets


def _best_gap(starts: Array, ends: Array, size: int) -> int:
    """The offset of the smallest gap of `size` bytes between intervals sorted by their start."""
    if not len(starts):
        return 0
    gap_starts = np.concatenate(([0], np.maximum.accumulate(ends)))
    gaps = np.append(starts, np.iinfo(np.int64).max) - gap_starts
    return int(gap_starts[np.argmin(np.where(gaps >= size, gaps, np.iinfo(np.int64).max))])
