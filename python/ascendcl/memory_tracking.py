# SPDX-License-Identifier: Apache-2.0
"""Who allocates device memory, line by line of the program."""

from __future__ import annotations

import sys
import threading
from collections import Counter, deque
from types import FrameType
from typing import Final, NamedTuple

from ascendcl.memory_resource import MemoryResource, RuntimeMemory, checked_resource

__all__ = ["Allocation", "Tracking"]

# Who asks on behalf of others: this package, and what begins its threads.
_BETWEEN: Final = frozenset((__name__.partition(".")[0], "threading"))


class Allocation(NamedTuple):
    """Memory that was allocated and is not given back.

    Attributes
    ----------
    address : int
        On the device.
    nbytes : int
        As asked for.
    device : int
        Its number.
    who : str
        Whence: "file:line (function)" of the first caller that is not this package, or the thread
        where there is none: a pool's worker that loads again.
    """

    address: int
    nbytes: int
    device: int
    who: str


class Tracking:
    """Counts what goes through it, and by whom.

    Parameters
    ----------
    upstream : MemoryResource, optional
        Where the memory comes from; the runtime by default.

    Examples
    --------
    >>> tracking = acl.Tracking(acl.Pool(limit=512 << 20))
    >>> model = acl.Model.from_file("model.om", memory=tracking)
    >>> for who, nbytes in tracking.by_who().most_common(3):
    ...     print(who, nbytes)
    """

    __slots__ = ("__weakref__", "_count", "_live", "_lock", "_nbytes", "_peak", "_returned", "_up")

    def __init__(self, upstream: MemoryResource | None = None) -> None:
        self._up = checked_resource("Tracking", upstream) or RuntimeMemory()
        self._lock = threading.RLock()  # a garbage collection may come back here
        # In destructors, which run anywhere, what comes back is only put down.
        self._returned: deque[tuple[int, int]] = deque()
        self._live: dict[tuple[int, int], Allocation] = {}
        self._count = 0
        self._nbytes = 0
        self._peak = 0

    def allocate(self, size: int, device: int = 0) -> int:
        """Give memory of the upstream resource; as `MemoryResource.allocate`."""
        address = self._up.allocate(size, device)
        if address == 0:  # refused, and nobody gives it back
            return address
        made = Allocation(address, size, device, _caller())
        with self._lock:
            self._take_back()
            self._live[device, address] = made
            self._count += 1
            self._nbytes += size
            self._peak = max(self._peak, self._nbytes)
        return address

    def deallocate(self, address: int, size: int, device: int = 0) -> None:
        """Give it back to the upstream resource."""
        self._returned.append((device, address))
        self._up.deallocate(address, size, device)

    def _take_back(self) -> None:
        while self._returned:
            gone = self._live.pop(self._returned.popleft(), None)
            if gone is not None:
                self._nbytes -= gone.nbytes

    @property
    def live(self) -> tuple[Allocation, ...]:
        """What is not given back, the largest first."""
        with self._lock:
            self._take_back()
            found = list(self._live.values())
        return tuple(sorted(found, key=lambda each: each.nbytes, reverse=True))

    @property
    def count(self) -> int:
        """Allocations so far."""
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes that are not given back."""
        with self._lock:
            self._take_back()
            return self._nbytes

    @property
    def peak(self) -> int:
        """The most bytes that there were at a time."""
        return self._peak

    def by_who(self) -> Counter[str]:
        """Bytes that are not given back, by who allocated them."""
        found: Counter[str] = Counter()
        for each in self.live:
            found[each.who] += each.nbytes
        return found

    def __repr__(self) -> str:
        return f"<acl.Tracking of {self.nbytes} bytes, at most {self._peak}, over {self._up!r}>"


def _caller() -> str:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _BETWEEN:
            code = frame.f_code
            return f"{code.co_filename}:{frame.f_lineno} ({code.co_name})"
        frame = frame.f_back
    return f"thread {threading.current_thread().name}"
