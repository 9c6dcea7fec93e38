# SPDX-License-Identifier: Apache-2.0
"""What has ended on other threads, brought to the event loops that wait for it.

One queue per loop and one descriptor, which the loop watches: a burst of completions costs it one
wake-up. Runs of models are put there by the extension, without the GIL.
"""

from __future__ import annotations

import asyncio
import os
import select
import threading
import weakref
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from ascendcl import _acl

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Completions"]


class Completions:
    """The completions of one event loop. Made by `of`, and kept until the loop goes."""

    __slots__ = ("__weakref__", "_posted", "queue")

    _by_loop: Final[weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Completions]] = (
        weakref.WeakKeyDictionary()
    )
    _lock: Final = threading.Lock()

    queue: _acl.core.CompletionQueue
    _posted: deque[tuple[asyncio.Future[Any], Any, BaseException | None]]

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> Completions:
        """Answer the ones of this loop; in the loop's own thread."""
        known = cls._by_loop.get(loop)
        if known is not None:
            return known
        made = cls._watched_by(loop)
        with cls._lock:
            cls._by_loop[loop] = made
        return made

    @classmethod
    def _watched_by(cls, loop: asyncio.AbstractEventLoop) -> Self:
        made = cls.__new__(cls)
        made.queue = _acl.core.CompletionQueue.create()
        made._posted = deque()
        try:
            loop.add_reader(made.queue.fileno(), made._resolve_all)
        except NotImplementedError:  # a proactor loop, or one of another library
            _watch_in_thread(made, loop)
        return made

    def __init__(self) -> None:
        raise TypeError("use Completions.of")

    def post(
        self,
        future: asyncio.Future[Any],
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Complete `future`, from any thread, unless it is cancelled before that."""
        self._posted.append((future, result, exception))
        self.queue.wake()

    def _resolve_all(self) -> None:
        self.queue.resolve_all()
        posted = self._posted
        while posted:
            future, result, exception = posted.popleft()
            if future.done():
                continue
            if exception is None:
                future.set_result(result)
            else:
                future.set_exception(exception)


def _watch_in_thread(completions: Completions, loop: asyncio.AbstractEventLoop) -> None:
    # The thread holds neither, and ends with them: it has a descriptor of its own.
    descriptor = os.dup(completions.queue.fileno())
    loop_ref = weakref.ref(loop)
    completions_ref = weakref.ref(completions)

    def watch() -> None:
        try:
            while completions_ref() is not None:
                readable, _, _ = select.select([descriptor], [], [], 1.0)
                if readable and not _pass_on(descriptor, loop_ref(), completions_ref()):
                    return
        finally:
            os.close(descriptor)

    threading.Thread(target=watch, name="ascendcl completions", daemon=True).start()


def _pass_on(
    descriptor: int, loop: asyncio.AbstractEventLoop | None, completions: Completions | None
) -> bool:
    if loop is None or completions is None:
        return False
    try:
        os.read(descriptor, 8)
        loop.call_soon_threadsafe(completions._resolve_all)
    except BlockingIOError:  # the loop was faster
        return True
    except RuntimeError:  # the loop is closed
        return False
    return True
