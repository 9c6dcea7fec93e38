# SPDX-License-Identifier: Apache-2.0
"""Who has a device's memory."""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from ascendcl.device import Context, Device, context_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["work", "weight", "io", "other"]

__all__ = ["Kind", "MemoryHolder", "MemoryUse", "all_holders", "keep_in_mind", "memory_info"]


class MemoryHolder(NamedTuple):
    """Memory of a device that one object has.

    Attributes
    ----------
    name : str
        A model's file, or the class of a buffer.
    kind : {"work", "weight", "io", "other"}
        What a model uses it for; "io" are inputs and outputs.
    nbytes : int
        As asked for.
    """

    name: str
    kind: Kind
    nbytes: int


class MemoryUse(NamedTuple):
    """Bytes of a device's memory by what they are for: ``used`` is the sum of the four kinds.

    Attributes
    ----------
    used : int
        What the runtime counts: all of the device less what is free.
    work, weight, io : int
        Of the live objects of this package, in this process.
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


_lock: Final = threading.Lock()
_live: Final[weakref.WeakSet[Holds]] = weakref.WeakSet()


def keep_in_mind(holder: Holds) -> None:
    """Ask it what it has, for as long as it lives."""
    with _lock:
        _live.add(holder)


def all_holders() -> list[tuple[int, MemoryHolder]]:
    """The live objects of this process with the devices that they have memory of, largest first."""
    with _lock:
        known = list(_live)
    live = [holder for holder in known if not holder.closed]
    uses = {id(given): use for holder in live for given, use in holder._memory_given()}
    found = [
        (holder._memory_device(), held)
        for holder in live
        for held in holder._memory_held(uses.get(id(holder)))
        if held.nbytes > 0
    ]
    return sorted(found, key=lambda each: each[1].nbytes, reverse=True)


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
        kind: sum(holder.nbytes for holder in holders if holder.kind == kind)
        for kind in ("work", "weight", "io")
    }
    used = total - free
    return MemoryUse(used, **sums, other=used - sum(sums.values()), holders=holders)
