# SPDX-License-Identifier: Apache-2.0
"""How far one model's outputs are from another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

_NOTHING = 1e-7  # what is zero to one runtime may be as much to another, root mean square


@dataclass(frozen=True)
class Difference:
    """One output against the same of a reference.

    Attributes
    ----------
    name : str
        Name of the output.
    cosine : float
        Cosine of the angle between the two, 1 where they are equal; NaN where one is zero and the
        other is not.
    relative_l2 : float
        Norm of the difference over the norm of the reference; infinite where shapes differ or
        NaN and infinities stand in other places.
    max_abs : float
        Greatest difference of two elements.
    worst : tuple of int
        Index of that element.
    note : str
        What no number says, as shapes that differ; may be empty.
    moved : float
        Relative L2 by which the reference itself moves when its inputs change by a rounding; 0
        where that was not asked.
    """

    name: str
    cosine: float
    relative_l2: float
    max_abs: float
    worst: tuple[int, ...]
    note: str = ""
    moved: float = 0.0


def difference(name: str, value: Array, reference: Array) -> Difference:
    """Compare two tensors; types may differ, shapes may not."""
    if value.shape != reference.shape:
        note = f"shape {value.shape} instead of {reference.shape}"
        return Difference(name, np.nan, np.inf, np.inf, (), note)
    if value.size == 0:
        return Difference(name, 1.0, 0.0, 0.0, ())
    ours, theirs = value.astype(np.float64).ravel(), reference.astype(np.float64).ravel()
    finite = np.isfinite(theirs)
    # Infinities of one sign and NaN are equal to themselves; anything else is as far as can be.
    same = np.where(
        finite, np.isfinite(ours), (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    )
    if not same.all():
        worst = int(np.argmin(same))
        index = tuple(int(i) for i in np.unravel_index(worst, value.shape))
        note = f"{ours[worst]} instead of {theirs[worst]} at {index}"
        return Difference(name, np.nan, np.inf, np.inf, index, note)
    ours, theirs = np.where(finite, ours, 0), np.where(finite, theirs, 0)
    apart = np.abs(ours - theirs)
    worst = int(apart.argmax())
    norms = float(np.linalg.norm(ours)), float(np.linalg.norm(theirs))
    if apart[worst] == 0:
        cosine = 1.0
    else:
        cosine = float(ours @ theirs) / (norms[0] * norms[1]) if all(norms) else np.nan
    distance = float(np.linalg.norm(apart))
    relative = distance / max(norms[1], _NOTHING * ours.size**0.5)
    index = tuple(int(i) for i in np.unravel_index(worst, value.shape))
    return Difference(name, cosine, relative, float(apart[worst]), index)
