# SPDX-License-Identifier: Apache-2.0
"""The memory of a loaded model: given to it, of a memory resource, or the runtime's."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ascendcl.device import context_of
from ascendcl.errors import AclMemoryError
from ascendcl.memory import DeviceBuffer
from ascendcl.memory_resource import checked_resource
from ascendcl.memory_use import Kind, MemoryHolder

if TYPE_CHECKING:
    from ascendcl import _acl
    from ascendcl.device import Context, Device
    from ascendcl.memory import MemorySize
    from ascendcl.memory_resource import MemoryResource
    from ascendcl.tensor_info import TensorInfo

    Loaded = tuple[_acl.core.Buffer | None, _acl.core.Buffer | None, bool]

__all__ = ["ModelMemory", "context_to_load_in"]


class ModelMemory:
    """What a model runs on, made before it is loaded.

    Parameters
    ----------
    function : str
        Who asks.
    context : _acl.core.Context
        Where to load.
    size : MemorySize
        What the model needs.
    work, weight : DeviceBuffer or None
        As given.
    memory : MemoryResource or None
        What allocates what is not given; None: the runtime does.
    name : str
        What it is counted under.

    Raises
    ------
    TypeError
        `memory` is no memory resource.
    AclMemoryError
        `memory` has not so much left.
    """

    __slots__ = ("_io", "_new_io", "_size", "name", "weight", "work")

    def __init__(
        self,
        function: str,
        context: _acl.core.Context,
        size: MemorySize,
        *,
        work: DeviceBuffer | None,
        weight: DeviceBuffer | None,
        memory: MemoryResource | None,
        name: str,
    ) -> None:
        resource = checked_resource(function, memory)
        self.name = name
        self.work = work
        self.weight = weight
        self._size = size
        self._io: list[DeviceBuffer] = []  # inputs and outputs, of the resource
        self._new_io: Callable[[int], DeviceBuffer] | None = None
        if resource is not None:
            if work is None and size.work > 0:
                self.work = DeviceBuffer._of_use(context, size.work, resource, "work", name)
            if weight is None and size.weight > 0:
                self.weight = DeviceBuffer._of_use(context, size.weight, resource, "weight", name)
            self._new_io = functools.partial(_new_io, context, resource, name)

    @property
    def to_load(self) -> Loaded:
        """Work memory, weights, and whether `place` is to follow: what a load takes."""
        work, weight = (each._handle if each else None for each in (self.work, self.weight))
        return work, weight, self._new_io is not None

    def place(self, handle: _acl.core.Model) -> None:
        """Have inputs and outputs in the resource's memory."""
        if self._new_io is None or handle.is_dynamic:
            return
        self._io.append(self._new_io(handle.placed_size))
        handle.place(self._io[0]._handle)

    def place_second(self, handle: _acl.core.Model) -> None:
        """The same once more, so that the next run's inputs are copied while one executes.

        Where there is none left, runs wait for each other's copies.
        """
        allocate, self._new_io = self._new_io, None
        if allocate is None or handle.is_dynamic:
            return
        try:
            second = allocate(handle.placed_size)
        except (AclMemoryError, MemoryError):  # the resource may have its own
            return
        handle.place_second(second._handle)
        if second.in_use:
            self._io.append(second)

    def given(self) -> list[tuple[object, Kind]]:
        """The buffers, and what they are used for."""
        used: list[tuple[object, Kind]] = [(self.work, "work"), (self.weight, "weight")]
        return [*used, *((buffer, "io") for buffer in self._io)]

    def held(self, tensors: Sequence[TensorInfo]) -> list[MemoryHolder]:
        """What the runtime has allocated; `tensors` are the inputs and outputs of known size."""
        size = self._size
        io = 0 if self._io else sum(info.nbytes for info in tensors)
        return [
            MemoryHolder(self.name, "work", 0 if self.work is not None else size.work),
            MemoryHolder(self.name, "weight", 0 if self.weight is not None else size.weight),
            MemoryHolder(self.name, "io", io),
        ]

    @property
    def uses_work(self) -> bool:
        """Whether the work memory is a buffer, and the model needs any."""
        return self.work is not None and self._size.work > 0

    def let_go(self) -> None:
        """Of everything: the model was unloaded."""
        self.work = self.weight = self._new_io = None
        self._io.clear()


def _new_io(
    context: _acl.core.Context, memory: MemoryResource, name: str, size: int
) -> DeviceBuffer:
    return DeviceBuffer._of_use(context, size, memory, "io", name)


def context_to_load_in(
    function: str,
    size: MemorySize,
    work: DeviceBuffer | None,
    weight: DeviceBuffer | None,
    device: Device | Context | int | None,
) -> _acl.core.Context:
    """Where a model is to be loaded whose work memory and weights are these.

    Raises
    ------
    TypeError, ValueError
        One is no buffer, or too small (both sizes are named).
    """
    for role, buffer, needed in (("work", work, size.work), ("weight", weight, size.weight)):
        if buffer is None:
            continue
        if not isinstance(buffer, DeviceBuffer):
            raise TypeError(
                f"{role} must be an acl.DeviceBuffer, not {type(buffer).__name__} "
                "(DeviceBuffer.from_handle wraps memory that the flat functions allocated)"
            )
        if buffer.size < needed:
            raise ValueError(
                f"{role}: the model needs {needed} bytes of {role} memory, and the buffer has "
                f"{buffer.size}"
            )
    return context_of(
        function, device, (b._handle.context for b in (work, weight) if b is not None)
    )
