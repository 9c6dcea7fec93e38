# SPDX-License-Identifier: Apache-2.0
"""Device memory that outlives the models which use it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final, NamedTuple, SupportsIndex, TypeVar

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._arguments import file_path, has_bytes, integer
from ascendcl._closeable import Closeable
from ascendcl.device import Context, Device, context_of
from ascendcl.memory_resource import (
    MemoryResource,
    buffer_from,
    checked_resource,
    gives_runtime_memory,
)
from ascendcl.memory_use import Kind, MemoryHolder, keep_in_mind
from ascendcl.stream import Stream

if TYPE_CHECKING:
    from typing_extensions import Buffer, Self

    BytesLike = Buffer | npt.NDArray[Any]

__all__ = ["DeviceBuffer", "MemorySize", "query_size"]

_HIGHEST: Final = 2**64 - 1  # of size_t and of addresses

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
        return MemorySize(*_acl.core.query_size_of_file(file_path("query_size", "model", model)))
    if not isinstance(model, np.ndarray) and not has_bytes(model):
        raise TypeError(
            "query_size: model must be a path, a numpy array or bytes-like, not "
            f"{type(model).__qualname__}"
        )
    return MemorySize(*_acl.core.query_size_of_bytes(model, "query_size: model"))


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
    shareable : bool
        Whether other processes may have the memory, too, for the weights of a model. Such a buffer
        can be pickled (an argument or a queue of `multiprocessing`, with its methods spawn and
        forkserver): what is made of the pickle, while this process lives, is the same memory, and
        stays when this process ends. Once pickled it is for one model, whose weights it has then
        or the first that any of the processes loads. Takes whole pages, of 2 MiB mostly.
    memory : MemoryResource, optional
        What allocates, an `acl.Pool` for one; the runtime by default. It gets the memory back when
        the buffer is closed or gone, and whatever else held it.

    Raises
    ------
    AclMemoryError
        The device, or `memory`, has not so much left.
    ValueError
        `size` is not above 0, or `memory` is to be shareable.

    Examples
    --------
    >>> size = acl.query_size("model.om")
    >>> with acl.DeviceBuffer(size.work) as work:
    ...     with acl.Model.from_file("model.om", work=work) as model:
    ...         output = model(array)
    """

    __slots__ = ("__weakref__", "_handle", "_is_own", "_may_be_part", "_name", "_use")

    _is_own: bool  # its memory is counted as this object's
    _may_be_part: bool  # of another buffer, by the resource that its memory is of
    _name: str  # that it is counted under
    _use: Kind

    def __init__(
        self,
        size: int,
        device: Device | Context | int | None = None,
        *,
        shareable: bool = False,
        memory: MemoryResource | None = None,
    ) -> None:
        count = integer("DeviceBuffer", "size", size, 1, _HIGHEST)
        resource = checked_resource("DeviceBuffer", memory)
        if shareable and resource is not None:
            raise ValueError("DeviceBuffer: shareable memory is the runtime's, and of no `memory`")
        context = context_of("DeviceBuffer", device)
        if shareable:
            self._handle = _acl.core.Buffer.allocate_shareable(context, count)
            self._keep("other", type(self).__name__)
        else:
            self._allocate(context, count, resource)

    def _allocate(
        self,
        context: _acl.core.Context,
        size: int,
        memory: MemoryResource | None,
        use: Kind = "other",
        name: str = "",
    ) -> None:
        if memory is None:
            self._handle = _acl.core.Buffer.allocate(context, size)
        else:
            self._handle = buffer_from(memory, context, size)
        is_part = memory is not None and not gives_runtime_memory(memory)
        self._keep(use, name or type(self).__name__, is_part)

    def _keep(self, use: Kind, name: str, may_be_part: bool = False) -> None:
        self._is_own, self._use, self._name, self._may_be_part = True, use, name, may_be_part
        keep_in_mind(self)

    @classmethod
    def _of_use(
        cls,
        context: _acl.core.Context,
        size: int,
        memory: MemoryResource | None,
        use: Kind,
        name: str,
    ) -> Self:
        """One that is made for somebody, under whose name it is counted."""
        buffer = cls.__new__(cls)
        buffer._allocate(context, size, memory, use, name)
        return buffer

    def _memory_device(self) -> int:
        return self.device_id

    def _memory_given(self) -> tuple[()]:
        return ()

    def _memory_held(self, use: Kind | None) -> list[MemoryHolder]:
        if not self._is_own:  # it is counted with whoever allocated it
            return []
        name = self._name
        # Of the models that run on it, which share memory for inputs and outputs, too.
        group = MemoryHolder(name, "io", self._handle.group_size)
        return [MemoryHolder(name, use or self._use, self.size), group]

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        if not self._handle.is_shareable:
            raise TypeError(
                f"acl.{type(self).__name__} cannot be pickled or copied: it belongs to this "
                "process; acl.DeviceBuffer(size, shareable=True) makes one for the weights of a "
                "model, which other processes may have, too"
            )
        return DeviceBuffer._import, (self._handle.share(), self.size, self.device_id)

    @classmethod
    def _import(cls, handle: int, size: int, device: int) -> Self:
        buffer = cls.__new__(cls)
        context = context_of("DeviceBuffer", device)
        buffer._handle = _acl.core.Buffer.import_shared(context, handle, size)
        buffer._is_own, buffer._may_be_part, buffer._use = False, False, "weight"
        return buffer

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

        Raises
        ------
        ValueError
            The runtime knows of no memory there, or of less than `size` bytes. A runtime that
            cannot be asked is believed.

        Notes
        -----
        Two buffers over the same memory do not know of each other: models that share work memory
        must share one buffer.
        """
        name = "DeviceBuffer.from_handle"
        if isinstance(ptr, bool):
            raise TypeError(f"{name}: ptr must be int (an address), not bool")
        address = integer(name, "ptr", ptr, 1, _HIGHEST)
        count = integer(name, "size", size, 1, _HIGHEST)
        buffer = cls.__new__(cls)
        buffer._handle = _acl.core.Buffer.adopt(context_of(name, device), address, count, owner)
        buffer._is_own, buffer._may_be_part, buffer._use = False, False, "other"
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
        TypeError
            `source` has no bytes, or holds Python objects.
        ValueError
            `source` is larger than the buffer, or not contiguous.
        BufferInUse
            A loaded model holds the buffer.
        """
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
        TypeError
            `target` has no bytes, or holds Python objects.
        ValueError
            `target` is larger than the buffer, or an array that is read-only or not contiguous.
        BufferError
            Another `target` is read-only or not contiguous.
        """
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
        self._handle.fill(integer("DeviceBuffer.fill", "value", value, 0, 255))

    def __repr__(self) -> str:
        state = " closed" if self.closed else " in use" if self.in_use else ""
        return f"<acl.DeviceBuffer of {self.size} bytes on device {self.device_id}{state}>"
