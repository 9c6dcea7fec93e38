# SPDX-License-Identifier: Apache-2.0
"""Device memory that outlives the models which use it."""

from __future__ import annotations

import operator
import os
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._closeable import Closeable
from ascendcl.device import Context, Device, context_of
from ascendcl.stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Buffer, Self

    BytesLike = Buffer | npt.NDArray[Any]

__all__ = ["DeviceBuffer", "MemorySize", "query_size"]

Target = TypeVar("Target", bound="BytesLike")


class MemorySize(NamedTuple):
    """Bytes that a model needs on the device."""

    work: int
    weight: int


def query_size(model: str | os.PathLike[str] | BytesLike) -> MemorySize:
    """Ask how much work memory and weight memory a model needs. No device is used.

    Parameters
    ----------
    model : str, path or bytes-like
        The .om file, or what it holds.

    Returns
    -------
    MemorySize
        Bytes. ``work`` is 0 for models with dynamic shapes: the system manages their work memory.

    Raises
    ------
    AclFileNotFoundError
        There is no such file.
    AclValueError
        It is no model.

    Examples
    --------
    >>> work, weight = acl.query_size("model.om")
    """
    if isinstance(model, str | os.PathLike):
        return MemorySize(*_acl.core.query_size_of_file(path_bytes(model)))
    return MemorySize(*_acl.core.query_size_of_bytes(model))


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """A path as the C API takes it."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"the path {os.fspath(path)!r} has a null character in it")
    return encoded


class DeviceBuffer(Closeable):
    """Memory on a device, for a model's work memory or weights, or for the flat functions.

    A loaded model holds the buffers that it was given: until it is closed, they stay allocated,
    `close` raises `BufferInUse`, and so does writing to them.

    Parameters
    ----------
    size : int
        Bytes.
    device : Device, Context, int or None
        Where to allocate; device 0 by default.

    Raises
    ------
    AclMemoryError
        The device has not so much memory left.
    ValueError
        `size` is not above 0.

    Examples
    --------
    >>> size = acl.query_size("model.om")
    >>> with acl.DeviceBuffer(size.work) as work:
    ...     with acl.Model.from_file("model.om", work=work) as model:
    ...         output = model(array)
    """

    __slots__ = ("__weakref__", "_handle")

    def __init__(self, size: int, device: Device | Context | int | None = None) -> None:
        if operator.index(size) <= 0:
            raise ValueError(f"a buffer needs a positive size, not {size}")
        self._handle = _acl.core.Buffer.allocate(context_of(device), size)

    @classmethod
    def from_handle(
        cls, ptr: int, size: int, owner: object, device: Device | Context | int | None = None
    ) -> Self:
        """Wrap device memory that belongs to somebody else.

        Parameters
        ----------
        ptr : int
            Its address on the device.
        size : int
            Bytes.
        owner : object
            Kept alive as long as the memory is needed; `close` lets go of it.
        device : Device, Context, int or None
            Where the memory is; device 0 by default.

        Notes
        -----
        Two buffers over the same memory do not know of each other: models that share work memory
        must share one buffer.
        """
        if ptr <= 0 or size <= 0:
            raise ValueError(f"expected an address and a size above 0, not {ptr} and {size}")
        buffer = cls.__new__(cls)
        buffer._handle = _acl.core.Buffer.adopt(context_of(device), ptr, size, owner)
        return buffer

    @property
    def ptr(self) -> int:
        """The address on the device, for the flat functions."""
        return self._handle.address

    @property
    def size(self) -> int:
        """Bytes."""
        return self._handle.size

    @property
    def device_id(self) -> int:
        """The device that the memory is on."""
        return self._handle.device

    @property
    def in_use(self) -> bool:
        """Whether a loaded model holds the buffer."""
        return self._handle.lease_count > 0

    @property
    def closed(self) -> bool:
        """Whether the memory was given back."""
        return self._handle.closed

    def close(self) -> None:
        """Give the memory back. Doing it again does nothing.

        Raises
        ------
        BufferInUse
            A loaded model holds the buffer.
        """
        self._handle.close()

    def copy_from(self, source: BytesLike, stream: Stream | None = None) -> None:
        """Copy `source` to the start of the buffer.

        Parameters
        ----------
        source : array or bytes-like
            C-contiguous, and no larger than the buffer.
        stream : Stream or None
            Copy after the work in this stream. The copy is done on return in either case.

        Raises
        ------
        ValueError
            `source` is larger than the buffer, or not contiguous.
        BufferInUse
            A loaded model holds the buffer.
        """
        self._check_fits(source)
        self._handle.write(source, stream._handle if stream else None)

    def copy_to(self, target: Target, stream: Stream | None = None) -> Target:
        """Fill `target` from the start of the buffer.

        Parameters
        ----------
        target : array or bytes-like
            Writable, C-contiguous, and no larger than the buffer.
        stream : Stream or None
            Copy after the work in this stream. The copy is done on return in either case.

        Returns
        -------
        array or bytes-like
            `target`.

        Raises
        ------
        ValueError
            `target` is larger than the buffer, read-only, or not contiguous.
        """
        self._check_fits(target)
        self._handle.read(target, stream._handle if stream else None)
        return target

    def fill(self, value: int) -> None:
        """Set every byte to `value`.

        Parameters
        ----------
        value : int
            0 to 255.

        Raises
        ------
        BufferInUse
            A loaded model holds the buffer.
        """
        if not 0 <= value <= 255:
            raise ValueError(f"a byte is 0 to 255, not {value}")
        self._handle.fill(value)

    def _check_fits(self, data: BytesLike) -> None:
        size = data.nbytes if isinstance(data, np.ndarray) else memoryview(data).nbytes
        if size > self.size:
            raise ValueError(f"{size} bytes do not fit a buffer of {self.size} bytes")

    def __repr__(self) -> str:
        state = " closed" if self.closed else " in use" if self.in_use else ""
        return f"<acl.DeviceBuffer of {self.size} bytes on device {self.device_id}{state}>"
