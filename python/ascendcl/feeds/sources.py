# SPDX-License-Identifier: Apache-2.0
"""Where the values of one input come from, and which shapes they fit."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl.feeds.npy import why_unreadable
from ascendcl.om.recipes import FIRST

if TYPE_CHECKING:
    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Filling: TypeAlias = Literal["zeros", "random"]

# What a file does not hold, or what is no file, ends in one of these.
UNREADABLE = (ValueError, OSError, EOFError, MemoryError)


class Source(Protocol):
    """One input's values in one run."""

    name: str
    """What people call it: the file, or how it is made up."""

    shape: Shape | None
    """The only shape that it has; None where it takes the model's."""

    def fits(self, shape: Shape) -> bool:
        """Whether an input of this shape can be read from it."""
        ...

    def why_not(self, shape: Shape) -> str:
        """Say why not, with what it has and what is wanted."""
        ...

    def read(self, shape: Shape) -> Array:
        """Answer the values, of the input's dtype and of `shape`.

        Raises
        ------
        ValueError, OSError
            It cannot be read.
        """
        ...


class NpyFile:
    """An array that numpy saved: it has to have the input's dtype, and says its own shape.

    Raises
    ------
    ValueError, OSError
        It is no array of that dtype.
    """

    def __init__(self, path: Path, info: TensorInfo) -> None:
        self.name, self._path, self._info = str(path), path, info
        self._own: Shape = self._mapped().shape
        self.shape: Shape | None = self._own

    def _mapped(self) -> Array:
        """The array with nothing read yet: a folder may hold more than the memory."""
        info = self._info
        try:
            array = np.load(self._path, mmap_mode="r", allow_pickle=False)
        except UNREADABLE as error:
            raise ValueError(
                f"{self.name}: no array can be read from it: {why_unreadable(self._path, error)}"
            ) from error
        if not isinstance(array, np.ndarray):
            array.close()
            raise ValueError(f"{self.name}: it holds several arrays; np.save writes one")
        if array.dtype.kind == "V" and array.dtype.itemsize == info.dtype.itemsize:
            array = array.view(info.dtype)  # how numpy saves what it lacks, bfloat16
        if array.dtype != info.dtype:
            raise ValueError(
                f"{self.name}: the array is {array.dtype}{list(array.shape)}, and input "
                f"{info.name!r} takes {info.dtype}{list(info.shape)}; nothing is converted"
            )
        return array

    def fits(self, shape: Shape) -> bool:
        """Whether it is its shape."""
        return self._own == shape

    def why_not(self, shape: Shape) -> str:
        """Name both."""
        info = self._info
        return (
            f"{self.name}: the array is {info.dtype}{list(self._own)}, and input {info.name!r} "
            f"takes {info.dtype}{list(shape)}"
        )

    def read(self, shape: Shape) -> Array:
        """Answer the array."""
        array = np.array(self._mapped(), order="C")
        if array.shape != shape:  # it was written to meanwhile
            raise ValueError(f"{self.name}: it is {list(array.shape)} now, not {list(shape)}")
        return array


class BinFile:
    """Bare elements in C order: nothing but their number can be checked."""

    shape: Shape | None = None

    def __init__(self, path: Path, info: TensorInfo) -> None:
        self.name, self._path, self._info = str(path), path, info
        self._size = os.stat(path).st_size  # noqa: PTH116  told by its path below

    def fits(self, shape: Shape) -> bool:
        """Whether it has as many bytes."""
        return self._size == math.prod(shape) * self._info.dtype.itemsize

    def why_not(self, shape: Shape) -> str:
        """Name both sizes."""
        info = self._info
        return (
            f"{self.name}: the file has {self._size} bytes, and input {info.name!r} takes "
            f"{math.prod(shape) * info.dtype.itemsize} ({info.dtype}{list(shape)})"
        )

    def read(self, shape: Shape) -> Array:
        """Answer the elements."""
        elements = np.fromfile(self._path, self._info.dtype)
        if elements.size != math.prod(shape):  # it was written to meanwhile
            raise ValueError(self.why_not(shape))
        return elements.reshape(shape)


class MadeUp:
    """Zeros, or random numbers: normal ones for floats, 0 to 9 for integers.

    Parameters
    ----------
    filling
        Which.
    info
        The input.
    seed
        Of the random ones; the same seed makes the same numbers.
    """

    shape: Shape | None = None

    def __init__(self, filling: Filling, info: TensorInfo, seed: tuple[int, ...]) -> None:
        self.name = "zeros" if filling == "zeros" else f"random, seed {seed[0]}"
        self._filling, self._info, self._seed = filling, info, seed

    def fits(self, shape: Shape) -> bool:
        """Whether all sizes are known."""
        return min(shape, default=0) >= 0

    def why_not(self, shape: Shape) -> str:
        """Say that a shape is missing."""
        return f"input {self._info.name!r} is {list(shape)}: its shape has to be given"

    def read(self, shape: Shape) -> Array:
        """Make it."""
        dtype = self._info.dtype
        if self._filling == "zeros":
            return np.zeros(shape, dtype)
        rng = np.random.default_rng(self._seed)
        if dtype.kind in "fiub":
            return FIRST[0].make(rng, shape, dtype)
        if dtype.kind == "c":
            return np.asarray(rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(
                dtype
            )
        return rng.standard_normal(shape).astype(dtype)  # of ml_dtypes
