# SPDX-License-Identifier: Apache-2.0
"""Arguments of the object API: a refusal names function, argument, what came and what is wanted."""

from __future__ import annotations

import operator
import os
import reprlib
from collections.abc import Sequence
from typing import Final

__all__ = ["checked_shape", "checked_timeout", "file_path", "has_bytes", "integer"]

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 120
_SHORT.maxlong = 60


def integer(function: str, argument: str, value: object, lowest: int, highest: int) -> int:
    """An int, or what has ``__index__``, within limits.

    Raises
    ------
    TypeError
        It is no integer.
    ValueError
        It is beyond the limits.
    """
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{function}: {argument} must be int, not {_named(value)}") from None
    if not lowest <= number <= highest:
        raise ValueError(
            f"{function}: {argument} must be {lowest} to {highest}, not {_SHORT.repr(number)}"
        )
    return number


def file_path(function: str, argument: str, path: object, otherwise: str = "") -> bytes:
    """A path as the C API takes it; `otherwise` says what takes the bytes of a file.

    Raises
    ------
    TypeError
        It is neither str nor os.PathLike.
    ValueError
        It cannot be the name of a file.
    """
    text = path.__fspath__() if isinstance(path, os.PathLike) else path
    if not isinstance(text, str):
        hint = f"; {otherwise}" if otherwise and has_bytes(path) else ""
        raise TypeError(
            f"{function}: {argument} must be str or os.PathLike, not {_named(path)}{hint}"
        )
    encoded = os.fsencode(text)
    if b"\0" in encoded:
        raise ValueError(f"{function}: {argument} {_SHORT.repr(text)} has a null character in it")
    return encoded


def checked_shape(function: str, shape: int | Sequence[int]) -> tuple[int, ...]:
    """The axes of an array.

    Raises
    ------
    TypeError, ValueError
        They are no ints, or below 0.
    """
    try:
        axes = tuple(shape) if isinstance(shape, Sequence) else (shape,)
        sizes = tuple(operator.index(size) for size in axes)
    except TypeError:
        raise TypeError(f"{function}: shape must be ints, not {_SHORT.repr(shape)}") from None
    if min(sizes, default=0) < 0:
        raise ValueError(f"{function}: shape {sizes} has an axis below 0")
    return sizes


def checked_timeout(function: str, timeout: float | None) -> float:
    """Seconds for the extension, to which -1 is for ever.

    Raises
    ------
    ValueError
        It is not above 0.
    """
    if timeout is None:
        return -1.0
    if not timeout > 0:
        raise ValueError(f"{function}: timeout must be positive, or None, not {timeout}")
    return float(timeout)


def has_bytes(value: object) -> bool:
    """Whether it has the buffer protocol."""
    try:
        memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


def _named(value: object) -> str:
    """Its type, and itself where that is short and worth reading."""
    name = type(value).__qualname__
    return f"{name} ({value!r})" if isinstance(value, str) and len(value) <= 60 else name
