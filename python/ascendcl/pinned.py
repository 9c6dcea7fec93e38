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

if TYPE_CHECKING:
    Array = npt.NDArray[Any]

__all__ = ["pinned_empty"]


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
    memory = _acl.core.pinned_bytes(context_of("pinned_empty", device), max(1, nbytes))
    made: Array = memory[:nbytes].view(kind).reshape(sizes)
    return made
