# SPDX-License-Identifier: Apache-2.0
"""Who has a device's memory."""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Protocol

from ascendcl.device import Context, Device, context_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Kind = Literal["work", "weight", "io", "pooled", "other"]

__all__ = [
    "KINDS",
    "Kind",
    "MemoryHolder",
    "MemoryUse",
    "all_holders",
    "keep_in_mind",
    "memory_info",
    "named_holders",
    "watchers",
]

KINDS: Final[tuple[Kind, ...]] = ("work", "weight", "io", "pooled", "other")


class MemoryHolder(NamedTuple):
    """Memory of a device that one object has.

    Attributes
    ----------
    name : str
        A model's file, or the class of a buffer.
    kind : {"work", "weight", "io", "pooled", "other"}
        What a model uses it for; "io" are inputs and outputs. "pooled" is what an `acl.Pool` has
        that nobody uses: free blocks, and what blocks are larger than was asked for.
    nbytes : int
        As asked for.
    """

    name: str
    kind: Kind
    nbytes: int


class MemoryUse(NamedTuple):
    """Bytes of a device's memory by what they are for: ``used`` is the sum of the five kinds.

    Attributes
    ----------
    used : int
        What the runtime counts: all of the device less what is free.
    work, weight, io : int
        Of the live objects of this package, in this process.
    pooled : int
        Of its pools, and used by nobody.
    other : int
        What is left: other buffers, what the flat functions and other processes allocated, and
        what the runtime adds to each block.
    holders : tuple of MemoryHolder
        The live objects, the largest first.
    """

    used: int
    work: int
    weight: int
    io: int
    pooled: int
    other: int
    holders: tuple[MemoryHolder, ...]


class Holds(Protocol):
    """What `keep_in_mind` takes."""

    @property
    def closed(self) -> bool:
        """Whether it has nothing any more."""

    def _memory_device(self) -> int:
        """The device that it has memory of."""

    def _memory_given(self) -> Iterable[tuple[object, Kind]]:
        """Other holders whose memory it uses, and what for."""

    def _memory_held(self, use: Kind | None) -> Iterable[MemoryHolder]:
        """What it has itself; `use` is what another one uses it for."""


_lock: Final = threading.RLock()  # a garbage collection may come back here
_live: Final[weakref.WeakSet[Holds]] = weakref.WeakSet()


def keep_in_mind(holder: Holds) -> None:
    """Ask it what it has, for as long as it lives."""
    with _lock:
        _live.add(holder)
    if watchers:
        for watcher in list(watchers):
            watcher.made(holder)


class Watcher(Protocol):
    """Whom `keep_in_mind` tells."""

    def made(self, holder: Holds) -> None:
        """There is a new one."""


watchers: Final[list[Watcher]] = []


def live_holders() -> list[tuple[Holds, Kind | None]]:
    """The live objects of this process, and what others use them for."""
    with _lock:
        known = list(_live)
    live = [holder for holder in known if not holder.closed]
    uses = {id(given): use for holder in live for given, use in holder._memory_given()}
    return [(holder, uses.get(id(holder))) for holder in live]


def all_holders(
    among: Callable[[Holds], bool] = lambda _: True,
) -> list[tuple[int, MemoryHolder]]:
    """The live objects of this process with the devices that they have memory of, largest first."""
    live = live_holders()
    parted = _parted([holder for holder, _ in live])
    found = [
        (holder._memory_device(), held._replace(nbytes=held.nbytes - parted[id(holder)]))
        for holder, use in live
        if among(holder)
        for held in holder._memory_held(use)
        if held.nbytes > parted[id(holder)]
    ]
    return sorted(found, key=lambda each: each[1].nbytes, reverse=True)


def _parted(live: list[Holds]) -> Counter[int]:
    """By the id of a buffer, bytes of it that a memory resource has made other buffers of."""
    parted: Counter[int] = Counter()
    parts = [each for each in live if getattr(each, "_may_be_part", False)]
    buffers: list[Any] = [each for each in live if hasattr(each, "ptr")] if parts else []
    for part in parts:
        begin, end = part.ptr, part.ptr + part.size  # type: ignore[attr-defined]
        around = [
            each
            for each in buffers
            if each is not part
            and each._is_own
            and each.device_id == part._memory_device()
            and each.ptr <= begin
            and end <= each.ptr + each.size
        ]
        if around:
            parted[id(min(around, key=lambda each: each.size))] += end - begin
    return parted


def named_holders(among: Callable[[Holds], bool] = lambda _: True, most: int = 5) -> str:
    """The largest of them in words, for whoever has got no memory; empty where there are none."""
    held = all_holders(among)[:most]
    if not held:
        return ""
    return "the largest holders: " + ", ".join(
        f"{holder.name} ({holder.kind}) {holder.nbytes} bytes on device {device}"
        for device, holder in held
    )


def memory_info(device: Device | Context | int | None = None) -> MemoryUse:
    """Ask who has the device's memory.

    Nothing is counted while models run: the live objects are asked.

    Parameters
    ----------
    device : Device, Context, int or None
        Which; device 0 by default.

    Examples
    --------
    >>> for holder in acl.memory_info().holders[:3]:
    ...     print(holder.name, holder.kind, holder.nbytes)
    """
    context = context_of("memory_info", device)
    free, total = context.memory_info()
    holders = tuple(held for where, held in all_holders() if where == context.device)
    sums = {
        kind: sum(holder.nbytes for holder in holders if holder.kind == kind) for kind in KINDS[:-1]
    }
    used = total - free
    return MemoryUse(used, **sums, other=used - sum(sums.values()), holders=holders)
