# SPDX-License-Identifier: Apache-2.0
"""The cheapest batches for a number of rows. Pure computation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["Cover", "Covers"]


class Cover(NamedTuple):
    """Batches that hold so many rows between them.

    Attributes
    ----------
    seconds : float
        What they take one after another.
    padded : int
        Rows that nobody asked for.
    batches : tuple of int
        Their sizes, the largest first.
    """

    seconds: float
    padded: int
    batches: tuple[int, ...]


class Covers:
    """The cheapest cover of each number of rows up to the largest batch.

    Of covers that take equally long it is the one with the least padding, then with the fewest
    batches.

    Parameters
    ----------
    seconds : mapping from int to float
        The sizes that there are, and what a run of each takes.
    """

    def __init__(self, seconds: Mapping[int, float]) -> None:
        if not seconds or min(seconds) < 1:
            raise ValueError(f"sizes of batches must be 1 or more: {sorted(seconds)}")
        self.seconds = dict(sorted(seconds.items()))
        self.sizes = tuple(self.seconds)
        self.largest = self.sizes[-1]
        covers = [Cover(0.0, 0, ())]
        for rows in range(1, self.largest + 1):
            covers.append(min((self._add(covers, size, rows) for size in self.sizes), key=_rank))
        self._covers = covers
        self._sizes_for = [
            min((size for size in self.sizes if size >= rows), key=self._rank_size)
            for rows in range(self.largest + 1)
        ]

    def _add(self, covers: Sequence[Cover], size: int, rows: int) -> Cover:
        rest = covers[max(rows - size, 0)]
        batches = tuple(sorted((size, *rest.batches), reverse=True))
        padded = rest.padded + max(size - rows, 0)
        return Cover(self.seconds[size] + rest.seconds, padded, batches)

    def _rank_size(self, size: int) -> tuple[float, int]:
        return self.seconds[size], size

    def of(self, rows: int) -> Cover:
        """The cover of 0 to `largest` rows that may be parted at will."""
        return self._covers[rows]

    def size_for(self, rows: int) -> int:
        """The cheapest single batch that holds 0 to `largest` rows."""
        return self._sizes_for[rows]

    def of_sequence(self, groups: Sequence[int]) -> tuple[int, int]:
        """The cover of groups of rows that stay together and in order.

        Parameters
        ----------
        groups : sequence of int
            Rows of each; none has more than `largest`.

        Returns
        -------
        count : int
            How many groups the first batch has.
        padded : int
            Rows that nobody asked for, in all batches.
        """
        # Of the groups from i on: seconds, padding, batches, and where the first batch ends.
        best: list[tuple[float, int, int, int]] = [(0.0, 0, 0, len(groups))] * (len(groups) + 1)
        for i in range(len(groups) - 1, -1, -1):
            choices = []
            rows = 0
            for end in range(i + 1, len(groups) + 1):
                rows += groups[end - 1]
                if rows > self.largest:
                    break
                size = self.size_for(rows)
                seconds, padded, count, _ = best[end]
                choices.append((seconds + self.seconds[size], padded + size - rows, count + 1, end))
            best[i] = min(choices)
        _, padded, _, end = best[0]
        return end, padded


def _rank(cover: Cover) -> tuple[float, int, int]:
    return cover.seconds, cover.padded, len(cover.batches)
