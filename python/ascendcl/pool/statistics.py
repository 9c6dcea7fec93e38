# SPDX-License-Identifier: Apache-2.0
"""What a pool counts. Everything is changed under the pool's lock."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from ascendcl import _acl
from ascendcl.errors import AclError
from ascendcl.memory_use import MemoryUse, memory_info

__all__ = [
    "OUTCOMES",
    "PARTS",
    "DeviceCounts",
    "Histogram",
    "Snapshot",
    "Statistics",
    "device_memory",
]

# What becomes of a request. Each has one.
OUTCOMES: Final = ("ok", "error", "rejected", "expired", "cancelled")

# What a run is made of, in the order of csrc/core/run_times.h.
PARTS: Final = ("workspace_wait", "copy_in", "execute", "copy_out")

# Seconds: from what a small model takes on a CPU to what nobody waits for.
SECONDS: Final = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0),
)


class Histogram:
    """How many values were at most each of the bounds, and their sum."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds: Final = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def copy(self) -> Histogram:
        """A copy that changes no more."""
        copied = Histogram(self.bounds)
        copied.counts = self.counts.copy()
        copied.sum = self.sum
        return copied

    @classmethod
    def of(cls, bounds: Sequence[float], counts: Sequence[int], total: float) -> Histogram:
        """One that somebody else has counted."""
        made = cls(bounds)
        made.counts = list(counts)
        made.sum = total
        return made


class Statistics:
    """The counts of one queue of requests, and of the runs that they became."""

    __slots__ = (
        "errors",
        "outcomes",
        "padded_rows",
        "queue_seconds",
        "rows",
        "run_seconds",
        "runs",
        "times",
    )

    def __init__(self, sizes: Sequence[int] = ()) -> None:
        self.outcomes = dict.fromkeys(OUTCOMES, 0)
        self.errors: Counter[int] = Counter()  # by code
        self.queue_seconds = Histogram(SECONDS)
        self.run_seconds = Histogram(SECONDS)
        self.runs = 0
        self.rows = Histogram(sizes)  # of each run, without padding; its bounds are a batcher's
        self.padded_rows = 0
        self.times = _acl.core.RunHistograms.create(SECONDS)  # of the parts of runs

    def parts(self) -> dict[str, Histogram]:
        """What the parts of the runs took, as it is now."""
        read = self.times.read()
        return {part: Histogram.of(SECONDS, *of) for part, of in zip(PARTS, read, strict=True)}

    def copy(self) -> Statistics:
        """A copy that changes no more; `times` are not in it."""
        copied = Statistics()
        copied.outcomes = self.outcomes.copy()
        copied.errors = self.errors.copy()
        copied.queue_seconds = self.queue_seconds.copy()
        copied.run_seconds = self.run_seconds.copy()
        copied.runs = self.runs
        copied.rows = self.rows.copy()
        copied.padded_rows = self.padded_rows
        return copied


class DeviceCounts(NamedTuple):
    """One device of a pool."""

    device: int
    workers: dict[str, int]  # by what they do: idle, busy, healing
    faults: int
    heals: int
    failed_heals: int
    load_seconds: float  # that the last load took


class Snapshot(NamedTuple):
    """Everything that a pool or batcher counts, of one moment."""

    is_ready: bool
    waiting: int
    running: int
    counted: Statistics
    parts: dict[str, Histogram]
    devices: list[DeviceCounts]


def device_memory(devices: Iterable[DeviceCounts]) -> dict[int, MemoryUse]:
    """What the memory of each is used for; not of one that is being healed or was closed."""
    found = {}
    for each in devices:
        if each.device not in found and each.workers["idle"] + each.workers["busy"] > 0:
            with suppress(AclError):  # it has failed just now
                found[each.device] = memory_info(each.device)
    return found
