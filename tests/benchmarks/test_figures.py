# SPDX-License-Identifier: Apache-2.0
"""What rounds come to, and what counts as a change between two runs."""

from __future__ import annotations

import pytest
from compare import change
from figures import (
    Figure,
    best_difference,
    best_ratio,
    figure,
    median_difference,
    median_of_ratios,
    median_ratio,
    once,
)
from registry import Ratio

MOST = Ratio("r", "", 1.0)
LEAST = Ratio("r", "", 1.0, is_least=True)
FREE = Ratio("r", "")


def around(value: float, spread: float = 0.01) -> Figure:
    return Figure(value, tuple(value + spread * hand for hand in (-1, -0.5, 0, 0.5, 1)))


def test_statistics() -> None:
    ours, theirs = [4.0, 2.0, 9.0], [1.0, 2.0, 3.0]
    assert best_ratio(ours, theirs) == 2
    assert best_difference(ours, theirs) == 1
    assert median_ratio(ours, theirs) == 2
    assert median_difference(ours, theirs) == 2
    assert median_of_ratios(ours, theirs) == 3


def test_rounds_are_dealt_in_turn() -> None:
    """A disturbance of neighbouring rounds is in all hands."""
    found = figure(max, [0.0] * 5 + [1, 2, 3, 4, 5])
    assert found.value == 5
    assert found.hands == (1, 2, 3, 4, 5)
    assert found.noise == 2


def test_columns_are_dealt_alike() -> None:
    found = figure(best_ratio, [2.0, 4, 6, 8, 10, 12], [1.0, 2, 3, 4, 5, 6])
    assert found.hands == (2, 2, 2, 2, 2)


def test_few_rounds_are_few_hands() -> None:
    assert figure(min, [3.0, 1.0]).hands == (3, 1)
    assert once(7).hands == (7,)
    assert once(7).noise is None


@pytest.mark.parametrize(
    ("ratio", "before", "after", "verdict"),
    [
        (MOST, around(1.0), around(1.1), "worse"),
        (MOST, around(1.1), around(1.0), "better"),
        (LEAST, around(1.0), around(1.1), "better"),
        (LEAST, around(1.1), around(1.0), "worse"),
        (FREE, around(2.0), around(2.2), "worse"),
        (MOST, around(1.0, 0.06), around(1.1, 0.06), "as before"),  # hands that meet
        (MOST, around(1.0, 0.001), around(1.015, 0.001), "as before"),  # apart, and too little
        (MOST, once(1.0), once(1.04), "as before"),
        (MOST, once(1.0), once(1.06), "worse"),
        (MOST, once(1.0), around(1.04), "as before"),
        (MOST, around(0.0), around(0.1), "worse"),  # a difference may have been none
        (FREE, once(0.0), once(0.0), "as before"),
    ],
)
def test_verdicts(ratio: Ratio, before: Figure, after: Figure, verdict: str) -> None:
    assert change("r", ratio, before, after).verdict == verdict


def test_how_much_is_told_of_the_bound() -> None:
    found = change("stall/load", Ratio("load", "", 10, unit="ms"), around(2.0), around(9.0))
    assert found.worse == pytest.approx(0.7)
    assert found.text("ms") == "stall/load: 2 ms -> 9 ms, 70.0% worse (noise +-0.01 and 0.01)"


def test_a_bound_that_was_kept_is_told() -> None:
    found = change("lane/openvino", MOST, around(0.95), around(1.05))
    assert found.lost_bound
    assert "the bound was kept before" in found.text("")
    assert not change("lane/openvino", MOST, around(1.05), around(1.1)).lost_bound
