# SPDX-License-Identifier: Apache-2.0
"""Device memory that is used again, up to a limit."""

from __future__ import annotations

import atexit
import contextlib
import functools
import threading
import weakref
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from typing import Final

from ascendcl import _acl
from ascendcl._arguments import integer
from ascendcl._closeable import Closeable
from ascendcl.errors import CLOSED, POOL_LIMIT, AclError, AclMemoryError, ClosedError, warn
from ascendcl.memory_resource import unknown
from ascendcl.memory_use import Kind, MemoryHolder, keep_in_mind, named_holders

__all__ = ["Pool"]

_HIGHEST: Final = 2**63 - 1
_UNIT: Final = 512  # bytes that blocks are multiples of
_MOST_WASTE: Final = 4  # a block serves what is as large, or smaller by this part of it


class _Shelf:
    """The blocks of one device. Changed under the pool's lock."""

    __slots__ = ("__weakref__", "asked", "context", "device", "free", "held", "lent")

    def __init__(self, device: int) -> None:
        self.device: Final = device
        self.context: _acl.core.Context | None = None  # which the free blocks are in
        self.free: Final[list[_acl.core.Buffer]] = []  # the smallest first
        self.lent: Final[dict[int, tuple[_acl.core.Buffer, int, _acl.core.Context]]] = {}
        self.held = 0  # bytes of all blocks
        self.asked = 0  # bytes of those that are lent, as asked for

    @property
    def free_bytes(self) -> int:
        """Bytes of the blocks that nobody has."""
        return sum(block.size for block in self.free)

    def enter(self, context: _acl.core.Context, failures: list[AclError]) -> None:
        """Forget what another context had: a reset of the device has taken it away."""
        if context is not self.context:
            self.trim(0, failures)
            self.context = context

    def take(self, size: int) -> _acl.core.Buffer | None:
        """The smallest free block of so many bytes, and not of many more."""
        place = bisect_left(self.free, size, key=_size_of)
        if place == len(self.free) or self.free[place].size > size + size // _MOST_WASTE:
            return None
        return self.free.pop(place)

    def lend(self, block: _acl.core.Buffer, asked: int) -> int:
        """Its address; from now on somebody has it."""
        assert self.context is not None
        self.lent[block.address] = block, asked, self.context
        self.asked += asked
        return block.address

    def take_back(self, address: int, failures: list[AclError], *, keep: bool) -> None:
        """Nobody has it any more."""
        block, asked, context = self.lent.pop(address)
        self.asked -= asked
        if keep and context is self.context:
            insort(self.free, block, key=_size_of)
        else:
            self._give_back(block, failures)

    def trim(self, kept: int, failures: list[AclError]) -> int:
        """Give back the largest until at most `kept` bytes of them are left: how many that were."""
        before = left = self.free_bytes
        while left > kept:
            block = self.free.pop()
            left -= block.size
            self._give_back(block, failures)
        return before - left

    def _give_back(self, block: _acl.core.Buffer, failures: list[AclError]) -> None:
        self.held -= block.size
        try:
            block.close()
        except AclError as error:
            failures.append(error)

    # What acl.memory_info() asks.

    @property
    def closed(self) -> bool:
        """Whether it has nothing."""
        return self.held == 0

    def _memory_device(self) -> int:
        return self.device

    def _memory_given(self) -> tuple[()]:
        return ()

    def _memory_held(self, _: Kind | None) -> list[MemoryHolder]:
        return [MemoryHolder("Pool", "pooled", self.held - self.asked)]


def _size_of(block: _acl.core.Buffer) -> int:
    return block.size


class Pool(Closeable):
    """Device memory that is used again, and never more of it than a limit.

    Memory that is given back to the pool stays allocated, and serves the next who asks for as much,
    or for a little less. Nobody is given memory that something still holds: a loaded model, a bound
    one, a memoryview or tensor of another library. Any thread may use it.

    Parameters
    ----------
    limit : int
        Bytes that it has at most on each device, with those that are free.

    Raises
    ------
    AclMemoryError
        By what allocates: the limit is reached. The message names the largest holders.

    Examples
    --------
    >>> with acl.Pool(limit=512 << 20) as pool:
    ...     model = acl.Model.from_file("model.om", memory=pool)
    ...     image = acl.DeviceArray((1, 3, 224, 224), np.float32, memory=pool)
    """

    __slots__ = ("__weakref__", "_is_closed", "_limit", "_lock", "_returned", "_shelves")

    _gives_runtime_memory: Final = True

    def __init__(self, limit: int) -> None:
        self._limit = integer("Pool", "limit", limit, 1, _HIGHEST)
        self._lock = threading.Lock()
        # Memory comes back in destructors, which run anywhere, also in the midst of what has the
        # lock: there it is only put down.
        self._returned: deque[tuple[_Shelf, int]] = deque()
        self._shelves: dict[int, _Shelf] = {}
        self._is_closed = False
        _watch_exit()
        _pools.add(self)

    def allocate(self, size: int, device: int = 0) -> int:
        """Give memory; as `MemoryResource.allocate`.

        Who calls this gives it back by `deallocate`. What takes `memory` does both.

        Raises
        ------
        AclMemoryError
            The limit is reached, or the device has no memory left.
        ClosedError
            The pool was closed.
        """
        asked = integer("Pool.allocate", "size", size, 1, _HIGHEST)
        needed = -(-asked // _UNIT) * _UNIT
        context = _acl.core.Context.of_device(device)
        with self._turn() as failures:
            if self._is_closed:
                raise ClosedError(CLOSED, "Pool")
            shelf = self._shelf(device)
            shelf.enter(context, failures)
            block = shelf.take(needed)
            if block is None and self._make_room(shelf, needed, failures):
                block = _allocated(shelf, context, needed, failures)
            if block is not None:
                return shelf.lend(block, asked)
        raise self._refusal(shelf, asked)

    def deallocate(self, address: int, size: int, device: int = 0) -> None:
        """Take memory back, once nobody has it any more; it stays the pool's.

        Raises
        ------
        ValueError
            It is not memory that the pool gave.
        """
        shelf = self._shelves.get(device)
        if shelf is None or address not in shelf.lent:
            raise unknown("Pool", address, device)
        self._returned.append((shelf, address))
        self._settle()

    @property
    def limit(self) -> int:
        """Bytes that it has at most on each device."""
        return self._limit

    @property
    def used(self) -> int:
        """Bytes of the blocks that somebody has, on all devices."""
        with self._turn():
            return sum(each.held - each.free_bytes for each in self._shelves.values())

    @property
    def free(self) -> int:
        """Bytes of the blocks that nobody has, on all devices."""
        with self._turn():
            return sum(each.free_bytes for each in self._shelves.values())

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._is_closed

    def trim(self, keep: int = 0) -> int:
        """Give memory that nobody has back to the runtime.

        Parameters
        ----------
        keep : int
            Bytes on each device that may stay.

        Returns
        -------
        int
            Bytes that were given back.
        """
        kept = integer("Pool.trim", "keep", keep, 0, _HIGHEST)
        return self._trim(kept)

    def close(self) -> None:
        """Give all memory back to the runtime that nobody has; the rest as it comes back.

        Doing it again does nothing. What was allocated goes on as it is.
        """
        self._is_closed = True
        self._trim(0)

    def _trim(self, kept: int) -> int:
        with self._turn() as failures:
            given_back = sum(each.trim(kept, failures) for each in self._shelves.values())
            if self._is_closed:
                for each in self._shelves.values():
                    each.context = None  # it may be the last share
            first = failures.pop(0) if failures else None
        if first is not None:
            raise first
        return given_back

    def _shelf(self, device: int) -> _Shelf:
        shelf = self._shelves.get(device)
        if shelf is None:
            shelf = self._shelves[device] = _Shelf(device)
            keep_in_mind(shelf)
        return shelf

    def _make_room(self, shelf: _Shelf, size: int, failures: list[AclError]) -> bool:
        if shelf.held + size > self._limit:
            shelf.trim(max(0, self._limit - size - (shelf.held - shelf.free_bytes)), failures)
        return shelf.held + size <= self._limit

    @contextlib.contextmanager
    def _turn(self) -> Iterator[list[AclError]]:
        """Held while anything is changed. Warns of the failures that it was told of."""
        failures: list[AclError] = []
        try:
            with self._lock:
                self._take_back(failures)
                yield failures
        finally:
            self._settle()
            for each in failures:
                warn(each)

    def _settle(self) -> None:
        failures: list[AclError] = []
        # Who has the lock looks as well when it lets go of it.
        while self._returned and self._lock.acquire(blocking=False):
            try:
                self._take_back(failures)
            finally:
                self._lock.release()
        for each in failures:
            warn(each)

    def _take_back(self, failures: list[AclError]) -> None:
        while self._returned:
            shelf, address = self._returned.popleft()
            shelf.take_back(address, failures, keep=not self._is_closed)

    def _refusal(self, shelf: _Shelf, asked: int) -> AclMemoryError:
        lent = shelf.lent
        held = named_holders(
            lambda each: (
                each._memory_device() == shelf.device and getattr(each, "ptr", None) in lent
            )
        )
        detail = (
            f"{asked} bytes on device {shelf.device} are too many: of {self._limit}, "
            f"{shelf.held - shelf.free_bytes} are in use, in blocks of {_UNIT}"
        )
        return AclMemoryError(POOL_LIMIT, "Pool", f"{detail}\n{held}" if held else detail)

    def __repr__(self) -> str:
        state = " closed" if self.closed else ""
        return f"<acl.Pool of at most {self._limit} bytes, {self.used} in use{state}>"


def _allocated(
    shelf: _Shelf, context: _acl.core.Context, size: int, failures: list[AclError]
) -> _acl.core.Buffer:
    try:
        block = _acl.core.Buffer.allocate_block(context, size)
    except AclMemoryError:
        if not shelf.free:
            raise
        block = None
    if block is None:  # others have the device's memory; what is free here is of no use to anybody
        shelf.trim(0, failures)
        block = _acl.core.Buffer.allocate_block(context, size)
    shelf.held += block.size
    return block


_pools: Final[weakref.WeakSet[Pool]] = weakref.WeakSet()


@functools.cache
def _watch_exit() -> None:
    # Comes before the import's own hook, which releases all buffers: their memory then goes on.
    atexit.register(_close_all)


def _close_all() -> None:
    for pool in list(_pools):
        try:
            pool.close()
        except AclError as error:
            warn(error)
