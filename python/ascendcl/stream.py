# SPDX-License-Identifier: Apache-2.0
"""Streams and events."""

from __future__ import annotations

import math

from ascendcl import _acl
from ascendcl._closeable import Closeable
from ascendcl.device import Context, Device, context_of

__all__ = ["Event", "Stream"]


class _HasHandle(Closeable):
    """What streams and events have in common: a handle that is closed once."""

    __slots__ = ("__weakref__", "_handle")

    _handle: _acl.core.Stream | _acl.core.Event

    @property
    def handle(self) -> int:
        """The handle of the C API, for the flat functions."""
        return self._handle.handle

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._handle.closed

    def close(self) -> None:
        """Wait for the work in it, and destroy it. Doing it again does nothing."""
        self._handle.close()

    def __repr__(self) -> str:
        device = self._handle.device
        closed = " closed" if self.closed else ""
        return f"<acl.{type(self).__name__} on device {device}{closed}>"


class Stream(_HasHandle):
    """A queue of work on a device, done in the order in which it was submitted.

    Parameters
    ----------
    device : Device, Context, int or None
        Where to make it; device 0 by default.
    """

    __slots__ = ()

    _handle: _acl.core.Stream

    def __init__(self, device: Device | Context | int | None = None) -> None:
        self._handle = _acl.core.Stream.create(context_of("Stream", device))

    def synchronize(self, timeout: float | None = None) -> None:
        """Wait until all submitted work is done.

        Parameters
        ----------
        timeout : float or None
            Seconds, at a resolution of one millisecond; None waits for ever.

        Raises
        ------
        AclTimeoutError
            It was not done in time.
        """
        if timeout is None:
            self._handle.synchronize()
            return
        if not timeout > 0:
            raise ValueError(f"timeout must be positive, not {timeout}")
        self._handle.synchronize(math.ceil(timeout * 1000))

    def wait(self, event: Event) -> None:
        """Let all work submitted from now on wait for `event`."""
        self._handle.wait(event._handle)


class Event(_HasHandle):
    """A mark in a stream: other streams and the host can wait for it, and time can be taken.

    Parameters
    ----------
    device : Device, Context, int or None
        Where to make it; device 0 by default.
    """

    __slots__ = ()

    _handle: _acl.core.Event

    def __init__(self, device: Device | Context | int | None = None) -> None:
        self._handle = _acl.core.Event.create(context_of("Event", device))

    def record(self, stream: Stream) -> None:
        """Set the mark after all work submitted to `stream` so far."""
        self._handle.record(stream._handle)

    def synchronize(self) -> None:
        """Wait until the work before the mark is done."""
        self._handle.synchronize()

    @property
    def done(self) -> bool:
        """Whether the work before the mark is done; False before `record`."""
        return self._handle.query()

    def elapsed_since(self, start: Event) -> float:
        """Milliseconds from `start` to this event, both done."""
        return self._handle.elapsed_since(start._handle)
