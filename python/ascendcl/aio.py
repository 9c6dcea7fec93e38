# SPDX-License-Identifier: Apache-2.0
"""What has ended on other threads, brought to the event loops that wait for it.

`asyncio.wrap_future` and `call_soon_threadsafe` wake the loop for each result. Here a loop has one
queue and watches one descriptor: a burst of results is one write and one wake-up. Runs of models
are put there by the extension, without the GIL.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import threading
import weakref
from asyncio import get_running_loop
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from ascendcl import _acl

__all__ = ["Completions", "call_when_late", "get_running_loop"]


class Completions:
    """The results that are on their way to one event loop. Made by `of`.

    The loop's watch on the descriptor keeps it, and nothing else: a loop tells nobody that it is
    closed, and what is on its way to it would keep the loop.
    """

    __slots__ = ("__weakref__", "_loop", "_posted", "queue")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.queue: Final = _acl.core.CompletionQueue.create()
        self._loop: Final = weakref.ref(loop)
        self._posted: Final[deque[tuple[asyncio.Future[Any], Any, BaseException | None]]] = deque()
        try:
            loop.add_reader(self.queue.fileno(), self._resolve_all)
        except NotImplementedError:  # a proactor loop, or one of another library
            _watch_in_thread(self, loop)

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Completions:
        """The loop's own. To be called in the thread that runs it."""
        known = _OF_LOOPS.get(loop)
        found = None if known is None else known()
        if found is None:
            found = cls(loop)
            _OF_LOOPS[loop] = weakref.ref(found)
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
        self._posted.append((future, result, exception))

    def wake(self) -> None:
        """Have the loop take what was added."""
        loop = self._loop()
        if loop is None or loop.is_closed():
            self._posted.clear()
        else:
            self.queue.wake()

    def _resolve_all(self) -> None:
        try:
            self.queue.resolve_all()
        finally:  # Ctrl-C is raised there
            self._resolve_posted()

    def _resolve_posted(self) -> None:
        while self._posted:
            future, result, exception = self._posted.popleft()
            if future.done():
                continue
            if exception is None:
                future.set_result(result)
            else:
                future.set_exception(exception)


_OF_LOOPS: Final[weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, weakref.ref[Completions]]] = (
    weakref.WeakKeyDictionary()
)


def call_when_late(
    future: asyncio.Future[Any], timeout: float | None, function: Callable[[int], None], number: int
) -> None:
    """Call it after so many seconds, unless the future is done by then."""
    if timeout is None:
        return
    # Loops of other libraries count in integers.
    delay = min(timeout, threading.TIMEOUT_MAX)
    timer = future.get_loop().call_later(delay, function, number)
    future.add_done_callback(lambda _: timer.cancel())


def _watch_in_thread(completions: Completions, loop: asyncio.AbstractEventLoop) -> None:
    # In the place of the loop's own watch: it ends with the loop, which it does not hold.
    loop_ref = weakref.ref(loop)
    descriptor = completions.queue.fileno()
    poll = select.poll()  # select() takes no descriptors beyond 1023
    poll.register(descriptor, select.POLLIN)

    def watch() -> None:
        while (running := loop_ref()) is not None and not running.is_closed():
            del running
            if poll.poll(1000) and not _pass_on(descriptor, loop_ref(), completions):
                return

    threading.Thread(target=watch, name="ascendcl completions", daemon=True).start()


def _pass_on(
    descriptor: int, loop: asyncio.AbstractEventLoop | None, completions: Completions
) -> bool:
    if loop is None:
        return False
    with contextlib.suppress(BlockingIOError):  # the loop was faster
        os.read(descriptor, 8)
    try:
        loop.call_soon_threadsafe(completions._resolve_all)
    except RuntimeError:  # the loop is closed
        return False
    return True
