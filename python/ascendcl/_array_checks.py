# SPDX-License-Identifier: Apache-2.0
"""Arrays held against what a model takes and gives, before anything of them is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from ascendcl.tensor_info import TensorInfo

    Array = npt.NDArray[Any]


def checked_outputs(out: Sequence[Array], infos: Sequence[TensorInfo]) -> list[Array]:
    """Answer the arrays given as `out`, where they fit.

    Raises
    ------
    TypeError, ValueError
        They do not; the output is named.
    """
    if isinstance(out, np.ndarray) or len(out) != len(infos):
        raise TypeError(f"out: expected a sequence of {len(infos)} arrays")
    return [checked_bound(array, info, "output") for array, info in zip(out, infos, strict=True)]


def checked_bound(array: Array, info: TensorInfo, role: str) -> Array:
    """Answer the array where it fits and can be read, or written to, in place."""
    if not _fits(array, info):
        _check(array, info, role)
    if not array.flags.c_contiguous or (role == "output" and not array.flags.writeable):
        wanted = "C-contiguous and writable" if role == "output" else "C-contiguous"
        raise ValueError(f"{role} {info.name!r}: must be {wanted}")
    return array


def _fits(array: Any, info: TensorInfo) -> bool:
    """Whether there is nothing more to check; what nearly all arrays are asked alone."""
    return array.__class__ is np.ndarray and array.dtype == info.dtype and array.shape == info.shape


def _check(array: object, info: TensorInfo, role: str) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{role} {info.name!r}: expected a numpy array, got {type(array).__qualname__}"
        )
    if array.dtype != info.dtype:
        raise TypeError(
            f"{role} {info.name!r}: expected dtype {info.dtype}, got {array.dtype}; "
            "convert it first, nothing is converted silently"
        )
    if info.ranges:
        _check_ranges(array.shape, info)
    # Another shape with open sizes is looked up among the gears, or is an output's.
    elif min(info.shape, default=0) >= 0 and array.shape != info.shape:
        raise ValueError(f"{role} {info.name!r}: expected shape {info.shape}, got {array.shape}")


def _check_ranges(shape: tuple[int, ...], info: TensorInfo) -> None:
    if len(shape) != len(info.ranges):
        raise ValueError(
            f"input {info.name!r}: expected {len(info.ranges)} axes, got {len(shape)}: {shape}"
        )
    for axis, (size, (low, high)) in enumerate(zip(shape, info.ranges, strict=True)):
        if low <= size and (high is None or size <= high):
            continue
        limits = "or more" if high is None else f"to {high}"
        raise ValueError(
            f"input {info.name!r}: axis {axis} is {size}, and the model takes "
            + (f"{low}" if low == high else f"{low} {limits}")
        )


def checked_input(array: Any, info: TensorInfo) -> Array:
    """Answer the array C-contiguous, where it fits.

    Raises
    ------
    TypeError, ValueError
        It does not; the input is named.
    """
    if not _fits(array, info):
        _check(array, info, "input")
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)
