# SPDX-License-Identifier: Apache-2.0
"""Arrays held against what a model takes and gives, before anything of them is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ascendcl.array import DeviceArray
from ascendcl.errors import from_status
from ascendcl.tensor_info import named_shapes

if TYPE_CHECKING:
    import numpy.typing as npt

    from ascendcl.tensor_info import Gear, TensorInfo

    Array = npt.NDArray[Any]

_NO_SUCH_GEAR = 145013  # ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID


class GivesDlpack(Protocol):
    """A tensor of another library."""

    def __dlpack__(self, *, stream: Any = None) -> Any:
        """Its memory, by the array API standard."""


class GivesArray(Protocol):
    """What numpy makes an array of, such as its own scalars."""

    def __array__(self) -> Any:
        """Itself as an array."""


def checked_outputs(out: Sequence[Any], infos: Sequence[TensorInfo]) -> list[Array]:
    """Answer the arrays given as `out`, where they fit.

    Raises
    ------
    TypeError, ValueError
        They do not; the output is named.
    """
    if isinstance(out, np.ndarray) or len(out) != len(infos):
        raise TypeError(f"out: expected a sequence of {len(infos)} arrays")
    arrays = [checked_bound(array, info, "output") for array, info in zip(out, infos, strict=True)]
    for i, array in enumerate(arrays):
        for j in range(i):
            if np.may_share_memory(array, arrays[j]):
                raise ValueError(
                    f"out: output {infos[j].name!r} and output {infos[i].name!r} have memory in "
                    "common: the one would be written over"
                )
    return arrays


def checked_bound(array: Array, info: TensorInfo, role: str) -> Array:
    """Answer the array where it fits and can be read, or written to, in place."""
    if not _fits(array, info):
        _check(array, info, role)
    if not array.flags.c_contiguous or (role == "output" and not array.flags.writeable):
        wanted = "C-contiguous and writable" if role == "output" else "C-contiguous"
        raise ValueError(f"{role} {info.name!r}: must be {wanted}")
    return array


def check_device_array(array: DeviceArray, info: TensorInfo, role: str) -> None:
    """Refuse an array in device memory that does not fit, as those on the host.

    Raises
    ------
    TypeError, ValueError
        It does not; the tensor is named.
    """
    _check_type(array.dtype, info, role)
    _check_shape(array.shape, info, role)
    if role == "output" and array.read_only:
        raise ValueError(f"output {info.name!r}: the DeviceArray is read-only")


def _fits(array: Any, info: TensorInfo) -> bool:
    """Whether there is nothing more to check; what nearly all arrays are asked alone."""
    return array.__class__ is np.ndarray and array.dtype == info.dtype and array.shape == info.shape


def _check(array: object, info: TensorInfo, role: str) -> None:
    if not isinstance(array, np.ndarray):
        raise TypeError(
            f"{role} {info.name!r}: expected a numpy array, got {type(array).__qualname__}"
        )
    _check_type(array.dtype, info, role)
    _check_shape(array.shape, info, role)


def _check_type(dtype: np.dtype[Any], info: TensorInfo, role: str) -> None:
    if dtype != info.dtype:
        raise TypeError(
            f"{role} {info.name!r}: expected dtype {info.dtype}, got {dtype}; "
            "convert it first, nothing is converted silently"
        )


def _check_shape(shape: tuple[int, ...], info: TensorInfo, role: str) -> None:
    if info.ranges:
        check_ranges(shape, info)
    # Another shape with open sizes is looked up among the gears, or is an output's.
    elif min(info.shape, default=0) >= 0 and shape != info.shape:
        raise ValueError(f"{role} {info.name!r}: expected shape {info.shape}, got {shape}")


def check_ranges(shape: tuple[int, ...], info: TensorInfo) -> None:
    """Refuse a shape beyond the ranges of an input with dynamic shapes.

    Raises
    ------
    ValueError
        It is; the axis is named.
    """
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


def checked_input(array: Any, info: TensorInfo) -> Array | DeviceArray:
    """Answer the array C-contiguous, where it fits; one in device memory as it is.

    What is no numpy array, but gives one without a copy or conversion, is taken: by ``__dlpack__``
    (torch, jax) or ``__array__``, and numpy's own scalars for an input without axes.

    Raises
    ------
    TypeError, ValueError
        It does not; the input is named.
    """
    if _fits(array, info):
        return _contiguous(array)
    if info.aipp:
        return _checked_picture(array, info)
    if isinstance(array, DeviceArray):
        check_device_array(array, info, "input")
        return array
    if not isinstance(array, np.ndarray):
        array = _taken_over(array, info)
    _check(array, info, "input")
    return _contiguous(array)


def _checked_picture(array: Any, info: TensorInfo) -> Array | DeviceArray:
    """What is fed in front of AIPP: bytes of any shape, as many as it takes."""
    if not isinstance(array, np.ndarray | DeviceArray):
        array = _taken_over(array, info)
    if not isinstance(array, np.ndarray | DeviceArray):
        _check(array, info, "input")
    _check_type(array.dtype, info, "input")
    # Which of fewer bytes dynamic AIPP and gears take, the model knows.
    is_exact = info.aipp == "static" and min(info.shape, default=0) >= 0
    if array.nbytes != info.nbytes and (is_exact or array.nbytes > info.nbytes):
        wanted = f"{info.nbytes} bytes" if is_exact else f"up to {info.nbytes} bytes"
        raise ValueError(
            f"input {info.name!r}: AIPP takes {wanted} of pictures, {list(info.shape)}, and "
            f"{array.nbytes} are given, {list(array.shape)}"
        )
    return _contiguous(array) if isinstance(array, np.ndarray) else array


def _contiguous(array: Array) -> Array:
    # Not ascontiguousarray for those without axes: it gives them one.
    return array if array.flags.c_contiguous else np.ascontiguousarray(array)


def _taken_over(value: Any, info: TensorInfo) -> Any:
    if isinstance(value, np.generic):
        return np.asarray(value)
    if hasattr(value, "__dlpack__"):
        try:
            return np.from_dlpack(value)
        except (BufferError, RuntimeError, TypeError, ValueError) as error:
            if not hasattr(value, "__array__"):
                raise _not_taken(value, info, error) from error
    if hasattr(value, "__array__"):
        try:
            return np.asarray(value)
        except Exception as error:  # of another library: it says why
            raise _not_taken(value, info, error) from error
    return value


def _not_taken(value: object, info: TensorInfo, error: Exception) -> TypeError:
    return TypeError(
        f"input {info.name!r}: the {type(value).__qualname__} gives no array on the host: {error}"
    )


def checked_inputs(inputs: Sequence[object], infos: Sequence[TensorInfo]) -> list[Any]:
    """Answer what `checked_input` does per input, of as many arrays or one mapping from names.

    Raises
    ------
    TypeError, ValueError
        They do not fit; the input is named.
    """
    arrays: Sequence[Any] = inputs
    # Asking an array whether it is a mapping takes as long as all else.
    is_array = len(inputs) != 1 or inputs[0].__class__ is np.ndarray
    if not is_array and isinstance(inputs[0], Mapping):
        arrays = _by_name(inputs[0], infos)
    if len(arrays) != len(infos):
        names = ", ".join(repr(info.name) for info in infos)
        raise TypeError(
            f"the model takes {len(infos)} inputs ({names}), and {len(arrays)} are given"
        )
    return [
        array if _fits(array, info) and array.flags.c_contiguous else checked_input(array, info)
        for array, info in zip(arrays, infos, strict=True)
    ]


def _by_name(named: Mapping[str, Any], infos: Sequence[TensorInfo]) -> list[Any]:
    names = [info.name for info in infos]
    missing = [name for name in names if name not in named]
    unknown = [name for name in named if name not in names]
    if missing or unknown:
        raise TypeError(f"the model's inputs are {names}; missing: {missing}, unknown: {unknown}")
    return [named[name] for name in names]


def gear_of(arrays: Sequence[Any], infos: Sequence[TensorInfo], gears: Sequence[Gear]) -> int:
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
