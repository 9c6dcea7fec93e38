# SPDX-License-Identifier: Apache-2.0
"""Results that other threads hand to an event loop: one queue and one file descriptor per loop.

`asyncio.wrap_future` and `call_soon_threadsafe` wake the loop for each result; here a burst of
them is one write and one wake-up.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import weakref
from collections import deque
from typing import Any, Final

__all__ = ["Completions"]


class Completions:
    """The results that are on their way to one event loop. Made by `of`."""

    __slots__ = ("__weakref__", "_arrived", "_descriptor", "_is_told", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = weakref.ref(loop)
        self._arrived: Final[deque[tuple[asyncio.Future[Any], Any, BaseException | None]]] = deque()
        self._is_told = False
        self._descriptor: int | None = None
        if not hasattr(os, "eventfd"):
            return
        descriptor = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            loop.add_reader(descriptor, self._drain)
        except NotImplementedError:
            os.close(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        else:
            self._descriptor = descriptor
            # A loop tells nobody that it is closed: its descriptor goes when the loop does.
            weakref.finalize(loop, os.close, descriptor)

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Completions:
        """The loop's own. To be called in the thread that runs it."""
        found = _OF_LOOPS.get(loop)
        if found is None:
            for other in [each for each in _OF_LOOPS if each.is_closed()]:
                del _OF_LOOPS[other]  # what was on its way to it would keep it
            found = _OF_LOOPS[loop] = cls(loop)
        return found

    def post(
        self,
        future: asyncio.Future[Any],
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Give a future of the loop its result, or exception, from any thread.

        It is dropped where the future was cancelled meanwhile, or the loop closed.
        """
        self.add(future, result, exception)
        self.wake()

    def add(
        self, future: asyncio.Future[Any], result: Any, exception: BaseException | None
    ) -> None:
        """The same without waking the loop: `wake` has to follow, once for any number of them."""
        self._arrived.append((future, result, exception))

    def wake(self) -> None:
        """Have the loop take what was added."""
        # Whoever drains takes the mark away before looking: one that stands is of a look to come.
        if self._is_told:
            return
        self._is_told = True
        loop = self._loop()  # held: its descriptor goes with it, and may be another's then
        if loop is None or loop.is_closed():
            self._arrived.clear()
            return
        if self._descriptor is not None:
            os.eventfd_write(self._descriptor, 1)
            return
        with contextlib.suppress(RuntimeError):  # closed
            loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        if self._descriptor is not None:
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._descriptor)
        self._is_told = False
        while self._arrived:
            future, result, exception = self._arrived.popleft()
            if future.done():
                continue
            if exception is None:
                future.set_result(result)
            else:
                future.set_exception(exception)


_OF_LOOPS: Final[weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Completions]] = (
    weakref.WeakKeyDictionary()
)
