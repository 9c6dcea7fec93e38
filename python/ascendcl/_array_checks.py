# SPDX-License-Identifier: Apache-2.0
"""Arrays held against what a model takes and gives, before anything of them is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ascendcl.errors import from_status
from ascendcl.tensor_info import named_shapes

if TYPE_CHECKING:
    import numpy.typing as npt

    from ascendcl.tensor_info import Gear, TensorInfo

    Array = npt.NDArray[Any]

_NO_SUCH_GEAR = 145013  # ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID


def checked_outputs(out: Sequence[Array], infos: Sequence[TensorInfo]) -> list[Array]:
    """Answer the arrays given as `out`, where they fit.

    Raises
    ------
    TypeError, ValueError
        They do not; the output is named.
    """
    if isinstance(out, np.ndarray) or len(out) != len(infos):
        raise TypeError(f"out: expected a sequence of {len(infos)} arrays")
    for array, info in zip(out, infos, strict=True):
        _check(array, info, "output")
        if not (array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(f"output {info.name!r}: must be C-contiguous and writable")
    return list(out)


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
    _check(array, info, "input")
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def checked_inputs(
    inputs: Sequence[Array | Mapping[str, Array]], infos: Sequence[TensorInfo]
) -> list[Array]:
    """Answer one C-contiguous array per input, of as many arrays or one mapping from names.

    Raises
    ------
    TypeError, ValueError
        They do not fit; the input is named.
    """
    arrays: Sequence[Any] = inputs
    if len(inputs) == 1 and isinstance(inputs[0], Mapping):
        arrays = _by_name(inputs[0], infos)
    if len(arrays) != len(infos):
        names = ", ".join(repr(info.name) for info in infos)
        raise TypeError(
            f"the model takes {len(infos)} inputs ({names}), and {len(arrays)} are given"
        )
    return [checked_input(array, info) for array, info in zip(arrays, infos, strict=True)]


def _by_name(named: Mapping[str, Array], infos: Sequence[TensorInfo]) -> list[Array]:
    names = [info.name for info in infos]
    missing = [name for name in names if name not in named]
    unknown = [name for name in named if name not in names]
    if missing or unknown:
        raise TypeError(f"the model's inputs are {names}; missing: {missing}, unknown: {unknown}")
    return [named[name] for name in names]


def gear_of(arrays: Sequence[Array], infos: Sequence[TensorInfo], gears: Sequence[Gear]) -> int:
    """Which gear has the shapes of these inputs; 0 for a model without gears.

    Raises
    ------
    AclValueError
        None has.
    """
    if not gears:
        return 0
    shapes = tuple(array.shape for array in arrays)
    for number, gear in enumerate(gears):
        if gear.inputs == shapes:
            return number
    names = [info.name for info in infos]
    known = "; ".join(named_shapes(names, gear.inputs) for gear in gears)
    detail = f"no gear is {named_shapes(names, shapes)}; the model was compiled for {known}"
    raise from_status(_NO_SUCH_GEAR, "Model", detail)
