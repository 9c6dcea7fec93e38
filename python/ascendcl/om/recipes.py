# SPDX-License-Identifier: Apache-2.0
"""How inputs are made up to verify with: what one kind of numbers hides, another shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Floats: TypeAlias = Callable[[np.random.Generator, Shape], Array]


@dataclass(frozen=True)
class Recipe:
    """Floats as `floats` makes them, integers from `low` to `high`, coins.

    Attributes
    ----------
    name : str
        For people.
    """

    name: str
    floats: Floats
    low: int
    high: int

    def as_parameters(self) -> Recipe:
        """The same for scales, thresholds and variances, which are above 0."""
        return replace(self, floats=_unit)

    def make(self, rng: np.random.Generator, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """Make an input."""
        if dtype.kind == "f":
            return np.asarray(self.floats(rng, shape)).astype(dtype)
        if dtype.kind == "b":
            return rng.integers(0, 2, shape).astype(dtype)
        limits = np.iinfo(dtype)
        low, high = max(self.low, int(limits.min)), min(self.high, int(limits.max))
        return rng.integers(low, high + 1, shape).astype(dtype)


def _normal(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.standard_normal(shape)


def _unit(rng: np.random.Generator, shape: Shape) -> Array:
    return 1 - rng.random(shape)  # no zeros: they divide


def _halves(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.integers(-8, 9, shape) / 2


def _large(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.standard_normal(shape) * 20


# Integers may be indices into tables whose sizes nobody tells, or divisors: the first of these
# that the reference takes is used.
FIRST = (
    Recipe("normal, integers 0 to 9", _normal, 0, 9),
    Recipe("normal, integers 0 and 1", _normal, 0, 1),
    Recipe("normal, integers 1 to 9", _normal, 1, 9),
    Recipe("0 to 1, integers 1 to 9", _unit, 1, 9),
    Recipe("0 to 1, integers 0 and 1", _unit, 0, 1),
    Recipe("normal, zeros", _normal, 0, 0),
    Recipe("normal, ones", _normal, 1, 1),
)

# Then each of these that it takes. Integers stay where products of two are exact in 32 bits.
MORE = (
    Recipe("0 to 1, integers -1000 to 1000", _unit, -1000, 1000),
    Recipe("multiples of a half, integers -9 to 9", _halves, -9, 9),
    Recipe("normal times 20, integers 1 to 9", _large, 1, 9),
)
