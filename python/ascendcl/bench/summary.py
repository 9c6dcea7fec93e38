# SPDX-License-Identifier: Apache-2.0
"""What many times come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


def percentile(times: Array | Sequence[float], percent: float) -> float:
    """Answer the least of the times that `percent` of them do not exceed.

    It is one of the times (the nearest rank), never a number between two.

    Raises
    ------
    ValueError
        There are none, or `percent` is beyond 0 to 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a percentile is 0 to 100, not {percent}")
    ordered = np.sort(np.asarray(times))
    if not ordered.size:
        raise ValueError("there is no percentile of no times")
    # As it is written: 99.9 in binary times 1000 is a little more than 999 hundredths.
    rank = max(1, math.ceil(Fraction(repr(float(percent))) * ordered.size / 100))
    return float(ordered[rank - 1])


@dataclass(frozen=True)
class Summary:
    """Times in milliseconds."""

    count: int
    min: float
    mean: float
    p50: float
    p90: float
    p99: float
    max: float

    @classmethod
    def of(cls, nanoseconds: Array | Sequence[int]) -> Summary:
        """Sum up times in nanoseconds, one at least."""
        values = np.asarray(nanoseconds, np.int64)
        p50, p90, p99 = (percentile(values, percent) / 1e6 for percent in (50, 90, 99))
        return cls(
            count=int(values.size),
            min=float(values.min()) / 1e6,
            mean=float(values.mean()) / 1e6,
            p50=p50,
            p90=p90,
            p99=p99,
            max=float(values.max()) / 1e6,
        )
