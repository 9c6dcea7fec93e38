# SPDX-License-Identifier: Apache-2.0
"""Arrays in device memory."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._arguments import checked_shape
from ascendcl._closeable import Closeable
from ascendcl.device import context_of
from ascendcl.errors import CLOSED, ClosedError
from ascendcl.memory import DeviceBuffer
from ascendcl.memory_resource import checked_resource

if TYPE_CHECKING:
    from typing_extensions import Self

    from ascendcl.device import Context, Device
    from ascendcl.memory_resource import MemoryResource
    from ascendcl.stream import Stream

    Array = npt.NDArray[Any]

__all__ = ["DeviceArray"]

# DLPack's type codes: of numpy's kinds, and of what ml_dtypes adds.
_CODES: Final = {"i": 0, "u": 1, "f": 2, "c": 5, "b": 6}
_ML_CODES: Final = {"bfloat16": 4, "float8_e4m3fn": 10, "float8_e5m2": 12, "float8_e8m0fnu": 14}


class DeviceArray(Closeable, _acl.core.ArrayMemory):
    """An array of one element type in device memory, in C order.

    It is a model's input or output without a copy: give it to a call, as `out`, or to `Model.bind`.
    Where the host may read the memory (the host runtime, or a program that runs on the device),
    ``memoryview``, ``numpy.asarray`` and ``numpy.from_dlpack`` see it in place; elsewhere
    ``numpy.from_dlpack(array, device="cpu")`` and `numpy` copy. What they give holds the memory:
    until it is gone, `close` raises `BufferInUse`.

    Parameters
    ----------
    shape : int or sequence of int
        Its axes; empty for one element.
    dtype : dtype-like
        Of plain numbers; bfloat16 and float8 by the package ml_dtypes.
    format : str
        What the axes mean, by ACL's name without its prefix: "ND", "NCHW", "NHWC".
    device : Device, Context, int or None
        Where to allocate; device 0 by default, or where `buffer` is.
    buffer : DeviceBuffer, optional
        Memory to use, in place of memory of its own.
    offset : int
        Bytes from the start of `buffer`: a multiple of the element's size.
    read_only : bool
        Whether it may be written to by nobody who uses the array. So weights can be looked at
        that a loaded model has.
    memory : MemoryResource, optional
        What allocates; as for `DeviceBuffer`.

    Raises
    ------
    AclMemoryError
        The device has not so much memory left.
    ValueError, TypeError
        The buffer is too small (both sizes are named), or an argument is none of those.

    Examples
    --------
    >>> hidden = acl.DeviceArray((1, 256), np.float32)
    >>> encoder(image, out=[hidden])
    >>> text = decoder(hidden)
    """

    __slots__ = (
        "__weakref__",
        "_buffer",
        "_dtype",
        "_format",
        "_offset",
        "_owns",
        "_read_only",
        "_shape",
    )
    __hash__ = None  # type: ignore[assignment]  # as numpy's arrays

    _buffer: DeviceBuffer
    _dtype: np.dtype[Any]
    _format: str
    _offset: int
    _owns: bool
    _read_only: bool
    _shape: tuple[int, ...]

    def __init__(
        self,
        shape: int | Sequence[int],
        dtype: npt.DTypeLike,
        *,
        format: str = "ND",
        device: Device | Context | int | None = None,
        buffer: DeviceBuffer | None = None,
        offset: int = 0,
        read_only: bool = False,
        memory: MemoryResource | None = None,
    ) -> None:
        self._shape = checked_shape("DeviceArray", shape)
        self._dtype = np.dtype(dtype)
        code = _code_of(self._dtype)
        self._format = _checked_format(format)
        self._offset = operator.index(offset)
        self._owns = buffer is None
        self._read_only = bool(read_only)
        if buffer is None:
            if offset:
                raise ValueError("DeviceArray: an offset needs a buffer")
            resource = checked_resource("DeviceArray", memory)
            context = context_of("DeviceArray", device)
            size = max(1, self.nbytes)
            buffer = DeviceBuffer._of_use(context, size, resource, "io", "DeviceBuffer")
        elif not isinstance(buffer, DeviceBuffer):
            raise TypeError(
                f"DeviceArray: buffer must be DeviceBuffer, not {type(buffer).__name__}"
            )
        elif device is not None or memory is not None:
            raise ValueError("DeviceArray: the buffer says the device and the memory")
        if self._offset < 0 or self._offset % self._dtype.itemsize:
            raise ValueError(
                f"DeviceArray: offset must be a multiple of {self._dtype.itemsize}, not {offset}"
            )
        if self._offset + self.nbytes > buffer.size:
            raise ValueError(
                f"DeviceArray: {list(self._shape)} of {self._dtype} from byte {self._offset} on "
                f"needs {self._offset + self.nbytes} bytes, and the buffer has {buffer.size}"
            )
        self._buffer = buffer
        bits = self._dtype.itemsize * 8
        struct_format = "" if code in _ML_CODES.values() else _struct_format(self._dtype)
        self.bind_memory(
            buffer._handle,
            self._offset,
            self._shape,
            code,
            bits,
            struct_format,
            self._read_only,
            _acl.core.is_host_readable(),
        )

    @classmethod
    def from_numpy(
        cls,
        array: npt.ArrayLike,
        *,
        format: str = "ND",
        device: Device | int | None = None,
        memory: MemoryResource | None = None,
    ) -> Self:
        """Copy an array to new device memory."""
        source = np.asarray(array)
        made = cls(source.shape, source.dtype, format=format, device=device, memory=memory)
        made.copy_from(source)
        return made

    @classmethod
    def from_dlpack(
        cls,
        tensor: Any,
        *,
        format: str = "ND",
        device: Device | int | None = None,
        memory: MemoryResource | None = None,
    ) -> Self:
        """Copy what has ``__dlpack__``, and lies on the host, to new device memory.

        Raises
        ------
        BufferError, RuntimeError
            It lies elsewhere, or its type is none of numpy's.
        """
        source = np.from_dlpack(tensor)
        return cls.from_numpy(source, format=format, device=device, memory=memory)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its axes."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its elements."""
        return self._dtype

    @property
    def format(self) -> str:
        """What the axes mean: "ND", "NCHW" and so on."""
        return self._format

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """How many elements it has."""
        return math.prod(self._shape)

    @property
    def nbytes(self) -> int:
        """Bytes of its elements."""
        return self.size * self._dtype.itemsize

    @property
    def buffer(self) -> DeviceBuffer:
        """The memory that it is in, from byte `offset` on."""
        return self._buffer

    @property
    def offset(self) -> int:
        """Bytes from the start of `buffer`."""
        return self._offset

    @property
    def read_only(self) -> bool:
        """Whether it may only be read."""
        return self._read_only

    @property
    def ptr(self) -> int:
        """The address on the device, for the flat functions."""
        return self._buffer.ptr + self._offset

    @property
    def device_id(self) -> int:
        """The device that it is on."""
        return self._buffer.device_id

    @property
    def closed(self) -> bool:
        """Whether its memory was given back."""
        return self._buffer.closed

    def close(self) -> None:
        """Give the memory back, unless it is a part of another's. Doing it again does nothing.

        Raises
        ------
        BufferInUse
            A bound model, or what was exported, holds it.
        """
        if self._owns:
            self._buffer.close()

    def numpy(self) -> Array:
        """Copy it to a new array on the host."""
        return self.copy_to(np.empty(self._shape, self._dtype))

    def copy_to(self, target: Array, stream: Stream | None = None) -> Array:
        """Fill `target`, of the same shape and dtype, C-contiguous; after the work in `stream`."""
        self._check_like(target, "target")
        if not (target.flags.c_contiguous and target.flags.writeable):
            raise ValueError("DeviceArray.copy_to: target must be C-contiguous and writable")
        self._buffer._handle.read(target, stream._handle if stream else None, self._offset)
        return target

    def copy_from(self, source: npt.ArrayLike | DeviceArray, stream: Stream | None = None) -> None:
        """Fill it from an array of the same shape and dtype; after the work in `stream`.

        The copy is done on return.

        Raises
        ------
        ValueError, TypeError
            The shapes or dtypes differ (both are named), or the array is read-only.
        BufferInUse
            A loaded model has the memory as work memory or weights.
        """
        if self._read_only:
            raise ValueError("DeviceArray.copy_from: the array is read-only")
        array = source.numpy() if isinstance(source, DeviceArray) else np.asarray(source)
        self._check_like(array, "source")
        contiguous = np.ascontiguousarray(array).reshape(array.shape)
        self._buffer._handle.write(contiguous, stream._handle if stream else None, self._offset)

    def _check_like(self, array: Array, what: str) -> None:
        if array.dtype != self._dtype:
            raise TypeError(
                f"DeviceArray: {what} has dtype {array.dtype}, and the array {self._dtype}; "
                "convert it first, nothing is converted silently"
            )
        if array.shape != self._shape:
            raise ValueError(f"DeviceArray: {what} is {array.shape}, and the array {self._shape}")

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("DeviceArray: len() of one element without axes")
        return self._shape[0]

    def __getitem__(self, key: int | slice) -> DeviceArray:
        """Elements along the first axis, in the same memory: one, or a slice without gaps."""
        length = len(self)
        row = self.nbytes // length if length else 0
        if isinstance(key, slice):
            first, last, step = key.indices(length)
            if step != 1:
                raise IndexError("DeviceArray: slices have a step of 1, and no gaps")
            shape: tuple[int, ...] = (max(0, last - first), *self._shape[1:])
        else:
            first = operator.index(key)
            if not -length <= first < length:
                raise IndexError(f"DeviceArray: index {first} of an axis of {length}")
            first %= length
            shape = self._shape[1:]
        return DeviceArray(
            shape,
            self._dtype,
            format=self._format if isinstance(key, slice) else "ND",
            buffer=self._buffer,
            offset=self._offset + first * row,
            read_only=self._read_only,
        )

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is not True and _acl.core.is_host_readable():
            return np.asarray(self._in_place(), dtype)
        if copy is False:
            raise ValueError("DeviceArray: the host cannot read this memory without a copy")
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def _in_place(self) -> Array:
        if self.closed:
            raise ClosedError(CLOSED, "DeviceArray")
        # Not by DLPack, by which numpy before 2.1 takes nothing that is read-only.
        return np.asarray(memoryview(cast("Any", self))) if _is_plain(self._dtype) else self.numpy()

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """As numpy's; there only where the host may read the memory.

        An address holds nothing: who uses it keeps the array open. The buffer protocol and DLPack,
        which ``numpy.asarray`` and ``numpy.from_dlpack`` prefer, are safe.
        """
        if not (_acl.core.is_host_readable() and _is_plain(self._dtype)):
            raise AttributeError("DeviceArray: the host cannot read this memory: numpy() copies")
        memoryview(cast("Any", self)).release()  # refused where the memory is a model's to write to
        return {
            "version": 3,
            "shape": self._shape,
            "typestr": self._dtype.str,
            "data": (self.ptr, self._read_only),
            "strides": None,
        }

    def __repr__(self) -> str:
        state = " closed" if self.closed else ""
        return (
            f"<acl.DeviceArray {self._dtype}{list(self._shape)} {self._format} on device "
            f"{self.device_id}{state}>"
        )


def _is_plain(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in _CODES and dtype.name not in _ML_CODES


def _code_of(dtype: np.dtype[Any]) -> int:
    code = _ML_CODES.get(dtype.name, _CODES.get(dtype.kind))
    if code is None or not dtype.isnative:
        raise TypeError(f"DeviceArray: dtype {dtype} is none of plain numbers of this machine")
    return code


def _struct_format(dtype: np.dtype[Any]) -> str:
    return np.empty(0, dtype).data.format


def _checked_format(name: str) -> str:
    if not hasattr(_acl.Format, name):
        raise ValueError(f"DeviceArray: ACL has no format {name!r}; see acl.Format")
    return name
