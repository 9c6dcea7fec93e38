# SPDX-License-Identifier: Apache-2.0
"""The cheapest batches for a number of rows, held against all that there are."""

from __future__ import annotations

import functools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascendcl.batching.cover import Covers

Seconds = dict[int, float]


def by_brute_force(seconds: Seconds, rows: int) -> tuple[float, int]:
    """The least time, and the least padding that goes with it: each way to choose is tried."""

    @functools.cache
    def least(left: int, largest: int) -> tuple[float, int]:
        if left <= 0:
            return 0.0, -left
        # Batches in falling order: each set of them is tried once.
        choices = [(size, least(left - size, size)) for size in seconds if size <= largest]
        return min(
            ((seconds[size] + cost, padded) for size, (cost, padded) in choices),
            default=(float("inf"), 0),
        )

    return least(rows, max(seconds))


def random_table(source: random.Random) -> Seconds:
    """Whole numbers: sums of them are exact."""
    sizes = source.sample(range(1, 65), source.randint(1, 6))
    return {size: float(source.randint(1, 1000)) for size in sizes}


def test_equal_to_brute_force_for_ten_thousand_tables() -> None:
    source = random.Random(20261128)
    for _ in range(10_000):
        seconds = random_table(source)
        covers = Covers(seconds)
        rows = source.randint(1, covers.largest)
        cover = covers.of(rows)
        assert (cover.seconds, cover.padded) == by_brute_force(seconds, rows), (seconds, rows)


@given(st.dictionaries(st.integers(1, 16), st.integers(1, 100).map(float), min_size=1))
def test_each_cover_holds_what_it_says(seconds: Seconds) -> None:
    covers = Covers(seconds)
    for rows in range(covers.largest + 1):
        cover = covers.of(rows)
        assert sum(cover.batches) == rows + cover.padded
        assert sum(seconds[size] for size in cover.batches) == cover.seconds
        assert list(cover.batches) == sorted(cover.batches, reverse=True)
        # What is left after the first of them is covered as cheaply by the others.
        if cover.batches and rows >= cover.batches[0]:
            rest = covers.of(rows - cover.batches[0])
            assert rest.seconds == cover.seconds - seconds[cover.batches[0]]


@given(st.data())
def test_groups_that_stay_together(data: st.DataObject) -> None:
    seconds = data.draw(
        st.dictionaries(st.integers(1, 8), st.integers(1, 100).map(float), min_size=1)
    )
    covers = Covers(seconds)
    groups = data.draw(st.lists(st.integers(1, covers.largest), min_size=1, max_size=6))

    def ways(left: tuple[int, ...]) -> list[list[int]]:
        """The sizes of the groups' batches, in each way to part them."""
        if not left:
            return [[]]
        return [
            [sum(left[:n]), *rest]
            for n in range(1, len(left) + 1)
            if sum(left[:n]) <= covers.largest
            for rest in ways(left[n:])
        ]

    def cost(way: list[int]) -> tuple[float, int]:
        sizes = [covers.size_for(rows) for rows in way]
        return sum(seconds[size] for size in sizes), sum(sizes) - sum(way)

    best = min(cost(way) for way in ways(tuple(groups)))
    count, padded = covers.of_sequence(groups)
    assert padded == best[1]
    begun = [way for way in ways(tuple(groups)) if way[0] == sum(groups[:count])]
    assert best in [cost(way) for way in begun]


def test_single_rows_are_groups_of_one() -> None:
    covers = Covers({1: 3.0, 2: 4.0, 4: 5.0, 8: 9.0})
    for rows in range(1, 9):
        count, padded = covers.of_sequence([1] * rows)
        assert padded == covers.of(rows).padded
        assert count in covers.of(rows).batches or padded


@pytest.mark.parametrize(
    ("rows", "batches"),
    [(1, (1,)), (2, (2,)), (3, (2, 1)), (4, (4,)), (7, (8,)), (6, (4, 2)), (8, (8,)), (0, ())],
)
def test_examples(rows: int, batches: tuple[int, ...]) -> None:
    covers = Covers({1: 1.0, 2: 1.5, 4: 2.5, 8: 4.25})
    assert covers.of(rows).batches == batches


def test_tables_that_are_none() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Covers({})
    with pytest.raises(ValueError, match="1 or more"):
        Covers({0: 1.0})
