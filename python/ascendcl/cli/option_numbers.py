# SPDX-License-Identifier: Apache-2.0
"""Numbers on the command line, each refused with its option's name before anything is done."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Final

MOST_THREADS: Final = 4096  # of an execution on the host runtime, too
_MOST_SECONDS: Final = 1e9


def whole(text: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no whole number") from None


def positive(text: str) -> int:
    """Read a number above 0."""
    if (number := whole(text)) < 1:
        raise ArgumentTypeError(f"{text} is not above 0")
    return number


def not_negative(text: str) -> int:
    """Read 0 or a number above it."""
    if (number := whole(text)) < 0:
        raise ArgumentTypeError(f"{text} is below 0")
    return number


def positive_to(most: int) -> Callable[[str], int]:
    """Answer what reads a number from 1 to `most`."""

    def read(text: str) -> int:
        if (number := positive(text)) > most:
            raise ArgumentTypeError(f"{text} is above {most}")
        return number

    return read


def seconds(text: str) -> float:
    """Read a time that ends."""
    if not 0 < (number := _real(text)) < _MOST_SECONDS:
        raise ArgumentTypeError(f"{text} is not above 0 and below {_MOST_SECONDS:g}")
    return number


def percent(text: str) -> float:
    """Read a number from 0 to 100."""
    if not 0 <= (number := _real(text)) <= 100:
        raise ArgumentTypeError(f"{text} is not from 0 to 100")
    return number


def bound(text: str) -> float:
    """Read what a difference is held against: 0 or above, infinite for whoever wants none."""
    if not (number := _real(text)) >= 0:
        raise ArgumentTypeError(f"{text} is not 0 or above")
    return number


def numbers(text: str) -> tuple[float, ...]:
    """Read ``1,2.5,3``."""
    found = tuple(_real(part) for part in text.split(","))
    if not all(map(math.isfinite, found)):
        raise ArgumentTypeError(f"{text}: not all are finite")
    return found


def divisors(text: str) -> tuple[float, ...]:
    """Read the same, without zeros."""
    found = numbers(text)
    if 0 in found:
        raise ArgumentTypeError(f"{text}: nothing is divided by 0")
    return found


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number") from None
