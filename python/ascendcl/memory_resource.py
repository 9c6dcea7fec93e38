# SPDX-License-Identifier: Apache-2.0
"""Where device memory comes from, for whoever wants it from elsewhere than the runtime."""

from __future__ import annotations

from typing import Any, Final, Protocol

from ascendcl import _acl
from ascendcl._arguments import integer
from ascendcl.errors import AclError, warn

__all__ = [
    "MemoryResource",
    "RuntimeMemory",
    "buffer_from",
    "checked_resource",
    "gives_runtime_memory",
]

_HIGHEST: Final = 2**64 - 1  # of size_t and of addresses


class MemoryResource(Protocol):
    """Gives device memory, and takes it back: what is passed as `memory` has these two methods.

    `Pool`, `Tracking` and `RuntimeMemory` are such. One of your own may ask another library's
    allocator, or one of these. It is called without any lock of this package, but on whatever
    thread allocates or is the last to let go.
    """

    def allocate(self, size: int, device: int) -> int:
        """Give memory.

        Parameters
        ----------
        size : int
            Bytes, above 0.
        device : int
            Where.

        Returns
        -------
        int
            The address of so many bytes, aligned to 64.
        """

    def deallocate(self, address: int, size: int, device: int) -> None:
        """Take back what `allocate` gave, once nobody has it any more."""


class RuntimeMemory:
    """The runtime's own memory, aclrtMalloc and aclrtFree: the default.

    Resources that add something to it may be made of it.

    Examples
    --------
    >>> class Logged(acl.RuntimeMemory):
    ...     def allocate(self, size, device):
    ...         print("allocating", size)
    ...         return super().allocate(size, device)
    """

    __slots__ = ("__weakref__", "_blocks")

    _gives_runtime_memory: Final = True

    def __init__(self) -> None:
        self._blocks: dict[tuple[int, int], _acl.core.Buffer] = {}

    def allocate(self, size: int, device: int) -> int:
        """Allocate anew.

        Raises
        ------
        AclMemoryError
            The device has not so much memory left.
        """
        count = integer("RuntimeMemory.allocate", "size", size, 1, _HIGHEST)
        block = _acl.core.Buffer.allocate_block(_acl.core.Context.of_device(device), count)
        self._blocks[device, block.address] = block
        return block.address

    def deallocate(self, address: int, size: int, device: int) -> None:
        """Free it.

        Raises
        ------
        ValueError
            It is not memory of this resource.
        """
        block = self._blocks.pop((device, address), None)
        if block is None:
            raise unknown("RuntimeMemory", address, device)
        block.close()


def unknown(name: str, address: int, device: int) -> ValueError:
    """The error of a resource that is given back what it never gave."""
    return ValueError(
        f"{name}.deallocate: nothing is allocated at address {address:#x} of device {device}"
    )


class _Loan:
    """Memory of a resource for as long as a buffer has it."""

    __slots__ = ("_address", "_device", "_memory", "_size")

    def __init__(self, memory: MemoryResource, address: int, size: int, device: int) -> None:
        self._memory = memory
        self._address = address
        self._size = size
        self._device = device

    def __del__(self) -> None:
        try:
            self._memory.deallocate(self._address, self._size, self._device)
        except AclError as error:
            warn(error)


def checked_resource(function: str, memory: Any) -> MemoryResource | None:
    """Whether that is one, or None.

    Raises
    ------
    TypeError
        It lacks one of the two methods.
    """
    kind = type(memory)
    if memory is None or (hasattr(kind, "allocate") and hasattr(kind, "deallocate")):
        resource: MemoryResource | None = memory
        return resource
    raise TypeError(
        f"{function}: memory must have the methods of acl.MemoryResource, such as "
        f"acl.Pool(limit), and is {memory!r}"
    )


def buffer_from(memory: MemoryResource, context: _acl.core.Context, size: int) -> _acl.core.Buffer:
    """A buffer of the resource's memory, which it gets back when nobody has it any more."""
    device = context.device
    name = f"{type(memory).__qualname__}.allocate"
    address = integer(
        name, "the address that it answered", memory.allocate(size, device), 1, _HIGHEST
    )
    loan = _Loan(memory, address, size, device)
    # Of another's memory the runtime is asked whether it is any.
    return _acl.core.Buffer.adopt(context, address, size, loan, gives_runtime_memory(memory))


def gives_runtime_memory(memory: MemoryResource) -> bool:
    """Whether it is of this package, and no subclass: what it gives are blocks of the runtime's."""
    return "_gives_runtime_memory" in vars(type(memory))
