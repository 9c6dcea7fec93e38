# SPDX-License-Identifier: Apache-2.0
"""Device memory that is allocated within a ``with`` block."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ascendcl.memory_use import KINDS, Holds, Kind, live_holders, watchers

__all__ = ["MemoryStatistics", "Statistics", "statistics"]


@dataclass(frozen=True)
class MemoryStatistics:
    """Allocations of one kind, or of all.

    Attributes
    ----------
    count : int
        How many there were.
    nbytes : int
        Their bytes, all together, as asked for.
    peak : int
        The most bytes of them that there were at a time.
    """

    count: int
    nbytes: int
    peak: int


class Statistics:
    """What `statistics` counts. It may be read in the block, too; after it nothing changes."""

    __slots__ = ("_bytes", "_counts", "_lock", "_made", "_peak", "_peaks")

    def __init__(self) -> None:
        self._lock = threading.RLock()  # a garbage collection may come back here
        # Each with its bytes by kind, as it was used when that was last looked at.
        self._made: list[tuple[weakref.ref[Holds], Counter[Kind]]] = []
        self._counts: Counter[Kind] = Counter()  # of those that have gone
        self._bytes: Counter[Kind] = Counter()
        self._peaks: Counter[Kind] = Counter()
        self._peak = 0

    def made(self, holder: Holds) -> None:
        """Count a new one. Memory grows only then: no peak is missed between two of them."""
        with self._lock:
            self._made.append((weakref.ref(holder), _bytes_of(holder, None)))
        self.look()

    def look(self) -> None:
        """See what there is now, and what it is used for."""
        uses = {id(holder): use for holder, use in live_holders()}
        with self._lock:
            left: Counter[Kind] = Counter()
            kept = []
            made, self._made = self._made, []  # a garbage collection may make some meanwhile
            for reference, before in made:
                holder = reference()
                if holder is None or holder.closed:
                    self._add(before, self._counts, self._bytes)
                    continue
                # One that was made after the question is as it was made.
                nbytes = _bytes_of(holder, uses[id(holder)]) if id(holder) in uses else before
                nbytes = nbytes or before  # closed just now
                left.update(nbytes)
                kept.append((reference, nbytes))
            self._made[:0] = kept
            self._peak = max(self._peak, left.total())
            for kind, size in left.items():
                self._peaks[kind] = max(self._peaks[kind], size)

    @staticmethod
    def _add(nbytes: Counter[Kind], counts: Counter[Kind], total: Counter[Kind]) -> None:
        counts.update(nbytes.keys())
        total.update(nbytes)

    @property
    def by_kind(self) -> dict[Kind, MemoryStatistics]:
        """By what the memory is used for, or was at last."""
        with self._lock:
            counts, total = self._counts.copy(), self._bytes.copy()
            for _, nbytes in self._made:
                self._add(nbytes, counts, total)
            return {
                kind: MemoryStatistics(counts[kind], total[kind], self._peaks[kind])
                for kind in KINDS
                if kind != "pooled"
            }

    @property
    def count(self) -> int:
        """Allocations."""
        return sum(each.count for each in self.by_kind.values())

    @property
    def nbytes(self) -> int:
        """Their bytes, all together, as asked for."""
        return sum(each.nbytes for each in self.by_kind.values())

    @property
    def peak(self) -> int:
        """The most bytes of them that there were at a time."""
        return self._peak

    def __repr__(self) -> str:
        return f"<acl.statistics: {self.count} allocations, {self.nbytes} bytes, peak {self.peak}>"


def _bytes_of(holder: Holds, use: Kind | None) -> Counter[Kind]:
    nbytes: Counter[Kind] = Counter()
    for held in holder._memory_held(use):
        if held.kind != "pooled" and held.nbytes > 0:
            nbytes[held.kind] += held.nbytes
    return nbytes


@contextlib.contextmanager
def statistics() -> Iterator[Statistics]:
    """Count the device memory that is allocated in a ``with`` block, by any thread.

    What this package's objects have counts: buffers, arrays, and what the runtime allocates for a
    model's work, weights, inputs and outputs. Memory of an `acl.Pool` counts when it is lent. Where
    no such block is open, nothing is counted and nothing costs.

    Returns
    -------
    context manager of Statistics
        ``count``, ``nbytes`` and ``peak`` of all, and ``by_kind`` of "work", "weight", "io" and
        "other". A buffer counts as what it was used for at last, and in a peak as what it was used
        for then. What was there before the block is no part of it, nor is what an object of before
        allocates in it: inputs and outputs on an older workspace, or of a model that turns to its
        stream.

    Examples
    --------
    >>> with acl.statistics() as found:
    ...     model = acl.Model.from_file("model.om")
    >>> print(found.peak, found.by_kind["weight"].nbytes)
    """
    found = Statistics()
    watchers.append(found)
    try:
        yield found
    finally:
        watchers.remove(found)
        found.look()
