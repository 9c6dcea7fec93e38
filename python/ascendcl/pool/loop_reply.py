# SPDX-License-Identifier: Apache-2.0
"""How the answer of a request reaches an event loop. Imported late, for asyncio's sake."""

from __future__ import annotations

import asyncio
from typing import Any

from ascendcl.aio import Completions

__all__ = ["LoopReply"]


class LoopReply:
    """The answer to a coroutine."""

    __slots__ = ("_completions", "future")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.future: asyncio.Future[Any] = loop.create_future()
        self._completions = Completions.of(loop)

    def begin(self) -> bool:
        """Yes: who cancels it takes it out of the queue."""
        return True

    def succeed(self, value: Any) -> Completions:
        """Answer."""
        self._completions.add(self.future, value, None)
        return self._completions

    def fail(self, error: BaseException) -> Completions:
        """Answer by an exception."""
        self._completions.add(self.future, None, error)
        return self._completions
