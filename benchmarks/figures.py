# SPDX-License-Identifier: Apache-2.0
"""Figures of a benchmark: what the rounds come to, and how far they scatter.

A figure is a statistic of the rounds, as `min(ours) / min(theirs)`. The rounds are also dealt to
five hands in turn, as cards are, and the statistic of each hand is kept: the range of the hands is
the noise. A disturbance of the machine falls on neighbouring rounds, so on all hands alike.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

HANDS = 5


@dataclass(frozen=True)
class Figure:
    """A figure, and the same of each hand of its rounds (one hand: measured once)."""

    value: float
    hands: tuple[float, ...]

    @property
    def noise(self) -> float | None:
        """Half the range of the hands; None of what was measured once."""
        if len(self.hands) < 2:
            return None
        return (max(self.hands) - min(self.hands)) / 2


Figures = Mapping[str, Figure]


def figure(statistic: Callable[..., float], *columns: Sequence[float]) -> Figure:
    """The statistic of columns that have a number per round each."""
    rounds = len(columns[0])
    hands = min(HANDS, rounds)
    dealt = ([column[hand::hands] for column in columns] for hand in range(hands))
    return Figure(statistic(*columns), tuple(statistic(*hand) for hand in dealt))


def once(value: float) -> Figure:
    """What has no rounds, as bytes have."""
    return Figure(value, (value,))


def best_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return min(ours) / min(theirs)


def best_difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return min(ours) - min(theirs)


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(ours) / statistics.median(theirs)


def median_difference(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(ours) - statistics.median(theirs)


def median_of_ratios(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
