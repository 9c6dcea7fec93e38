# SPDX-License-Identifier: Apache-2.0
"""One request, and how its answer reaches a thread that asked (loop_reply.py: an event loop)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

__all__ = ["Reply", "Request", "RequestFuture", "Waker"]


class Waker(Protocol):
    """Who has to be woken after an answer, once for any number of answers."""

    def wake(self) -> None:
        """Do it."""


class Reply(Protocol):
    """Where an answer goes: one of `succeed` and `fail` is called, once."""

    def begin(self) -> bool:
        """Whether it is still wanted; from then on it cannot be cancelled."""

    def succeed(self, value: Any) -> Waker | None:
        """Answer."""

    def fail(self, error: BaseException) -> Waker | None:
        """Answer by an exception."""


class Request:
    """What a client wants run, from its admission to its answer.

    `deadline` is a time of time.monotonic() after which it is not begun any more.
    """

    __slots__ = (
        "_answered",
        "_joined",
        "admitted",
        "arrays",
        "begun",
        "deadline",
        "line",
        "reply",
        "rows",
    )

    def __init__(
        self, arrays: list[Array], reply: Reply, admitted: float, deadline: float | None
    ) -> None:
        self.arrays = arrays
        self.reply = reply
        self.admitted = admitted
        self.deadline = deadline
        self.rows = 1  # along the first axis, where that is a batch's
        self.begun = 0  # of the rows
        self.line: Any = None  # that a batcher has it wait in
        self._answered = False
        self._joined: dict[int, list[Array]] = {}

    def claim(self) -> bool:
        """Whether who asks is to answer it: the first one is."""
        with _claiming:
            is_first, self._answered = not self._answered, True
        return is_first

    def join(self, begin: int, results: list[Array]) -> list[Array] | None:
        """Add the results of rows from `begin` on; all of them once none is missing."""
        with _claiming:
            if self._answered:
                return None
            self._joined[begin] = results
            parts = [self._joined[each] for each in sorted(self._joined)]
            if sum(len(part[0]) for part in parts) < self.rows:
                return None
            self._answered = True
        return [np.concatenate(column) for column in zip(*parts, strict=True)]


# One for all: it is held for as long as it takes to change a mark.
_claiming: Final = threading.Lock()


class RequestFuture(Future[Any]):
    """The answer to a thread.

    `cancel` takes the request out of the queue, at once; one that runs cannot be cancelled.
    """

    def __init__(self) -> None:
        super().__init__()
        self._withdraw: Callable[[], bool] | None = None

    def cancel(self) -> bool:
        """Cancel the request where it has not begun; whether that is so."""
        if not super().cancel():
            return False
        withdraw, self._withdraw = self._withdraw, None
        if withdraw is not None and withdraw():
            # concurrent.futures.wait() and as_completed() hear of it by this alone.
            self.set_running_or_notify_cancel()
        return True

    def begin(self) -> bool:
        """Whether it is still wanted; from then on it cannot be cancelled."""
        self._withdraw = None
        return self.set_running_or_notify_cancel()

    def succeed(self, value: Any) -> None:
        """Answer."""
        self._withdraw = None
        self.set_result(value)

    def fail(self, error: BaseException) -> None:
        """Answer by an exception."""
        self._withdraw = None
        if self.running() or self.set_running_or_notify_cancel():
            self.set_exception(error)
