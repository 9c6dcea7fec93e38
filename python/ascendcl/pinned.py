# SPDX-License-Identifier: Apache-2.0
"""Arrays in page-locked host memory, from which and to which a device copies quickest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._arguments import checked_shape
from ascendcl.device import Context, Device, context_of
from ascendcl.errors import from_status

if TYPE_CHECKING:
    Array = npt.NDArray[Any]

__all__ = ["pinned_empty"]


class _PinnedMemory:
    """Freed when the last array over it has gone."""

    __slots__ = ("_context", "_ptr", "_size")

    def __init__(self, size: int, context: _acl.core.Context) -> None:
        self._ptr = 0
        self._size = size
        self._context = context  # it goes after the memory
        context.make_current()
        ptr, code = _acl.rt.malloc_host(size)
        if code != 0:
            raise from_status(code, "aclrtMallocHost", _acl.get_recent_err_msg() or "")
        self._ptr = ptr

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return {
            "version": 3,
            "shape": (self._size,),
            "typestr": "|u1",
            "data": (self._ptr, False),
        }

    def __del__(self) -> None:
        if self._ptr:
            _acl.rt.free_host(self._ptr)  # at exit the runtime may have freed it


def pinned_empty(
    shape: int | Sequence[int],
    dtype: npt.DTypeLike = np.float32,
    device: Device | Context | int | None = None,
) -> Array:
    """Make an array in page-locked memory, with whatever values are there.

    It is an array like any other: for inputs and outputs of `Model.bind`, which copies it in each
    run, and for `DeviceArray.copy_from`. The memory is freed when the last array over it has gone.

    Parameters
    ----------
    shape : int or sequence of int
        Its axes.
    dtype : dtype-like
        Of plain values.
    device : Device, Context, int or None
        Whose runtime allocates; device 0 by default.

    Raises
    ------
    AclMemoryError
        There is not so much memory that can be locked.
    """
    sizes = checked_shape("pinned_empty", shape)
    kind = np.dtype(dtype)
    if kind.hasobject:
        raise TypeError(f"pinned_empty: dtype {kind} holds Python objects")
    nbytes = math.prod(sizes) * kind.itemsize
    memory = _PinnedMemory(max(1, nbytes), context_of("pinned_empty", device))
    made: Array = np.asarray(memory)[:nbytes].view(kind).reshape(sizes)
    return made
