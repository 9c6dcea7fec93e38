# SPDX-License-Identifier: Apache-2.0
"""Devices and contexts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

from ascendcl import _acl
from ascendcl._arguments import integer
from ascendcl._closeable import Closeable
from ascendcl.errors import CLOSED, ClosedError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Context", "Device", "MemoryInfo"]

_HIGHEST_ID: Final = 2**31 - 1


class MemoryInfo(NamedTuple):
    """Bytes of a device's memory."""

    free: int
    total: int


class _HoldsContext(Closeable):
    """What a device and a context of its own have in common: a share of a context."""

    __slots__ = ("__weakref__", "_handle", "_id")

    _handle: _acl.core.Context | None
    _id: int

    @property
    def id(self) -> int:
        """The device's number."""
        return self._id

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._handle is None

    @property
    def handle(self) -> int:
        """The ``aclrtContext``, for the flat functions."""
        return self._open_handle().handle

    def _open_handle(self) -> _acl.core.Context:
        handle = self._handle
        if handle is None:
            raise ClosedError(CLOSED, type(self).__name__)
        return handle

    def set_current(self) -> None:
        """Make it the calling thread's context, for flat functions that follow."""
        self._open_handle().make_current()

    def memory_info(self) -> MemoryInfo:
        """Free and total memory of the device."""
        return MemoryInfo(*self._open_handle().memory_info())

    def close(self) -> None:
        """Give up this share. What was made with it keeps its own until it is closed itself."""
        self._handle = None

    def __enter__(self) -> Self:
        self._open_handle()
        return self


class Device(_HoldsContext):
    """A device and its default context.

    The device is set up when the first object needs it, and reset when the last object on it has
    gone. ``acl.init`` is called where nobody has.

    Parameters
    ----------
    id : int
        The device's number, counted among the visible ones.

    Examples
    --------
    >>> with acl.Device(0) as device:
    ...     print(device.memory_info().free)
    """

    __slots__ = ()

    def __init__(self, id: int = 0) -> None:
        self._id = _device_id("Device", "id", id)
        self._handle = _acl.core.Context.of_device(self._id)

    @property
    def context(self) -> Context:
        """The device's default context."""
        return Context._of(self._open_handle())

    @staticmethod
    def count() -> int:
        """How many devices are visible."""
        return _acl.core.device_count()

    def __repr__(self) -> str:
        return f"<acl.Device {self._id}{' closed' if self.closed else ''}>"


class Context(_HoldsContext):
    """A context of its own on a device: its own default stream, its own order of work.

    Parameters
    ----------
    device : Device or int
        Where to make it.
    """

    __slots__ = ()

    def __init__(self, device: Device | int = 0) -> None:
        self._id = (
            device.id if isinstance(device, Device) else _device_id("Context", "device", device)
        )
        self._handle = _acl.core.Context.create(self._id)

    @classmethod
    def _of(cls, handle: _acl.core.Context) -> Context:
        context = cls.__new__(cls)
        context._handle = handle
        context._id = handle.device
        return context

    @property
    def is_default(self) -> bool:
        """Whether it is a device's default context."""
        return self._open_handle().is_default

    def __repr__(self) -> str:
        return f"<acl.Context on device {self._id}{' closed' if self.closed else ''}>"


def _device_id(function: str, argument: str, number: object) -> int:
    # Numbers that are none of a device, -1 among them, are the runtime's to refuse.
    return integer(function, argument, number, -_HIGHEST_ID - 1, _HIGHEST_ID)


def context_of(
    function: str,
    where: Device | Context | int | None,
    neighbours: Iterable[_acl.core.Context | None] = (),
) -> _acl.core.Context:
    """The context that a new object belongs in: the one given, else that of what it is made with,
    else the default context of device 0. `function` is who asks."""
    if isinstance(where, _HoldsContext):
        return where._open_handle()
    if where is not None:
        return _acl.core.Context.of_device(_device_id(function, "device", where))
    for context in neighbours:
        if context is not None:
            return context
    return _acl.core.Context.of_device(0)
