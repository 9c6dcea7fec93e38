# SPDX-License-Identifier: Apache-2.0
"""How long to measure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Duration:
    """A number of runs, or seconds after which none begins.

    Attributes
    ----------
    runs : int or None
        In all, whatever the number of threads; None where `seconds` counts.
    seconds : float or None
        From the first start on; at least one run of each thread takes place.
    """

    runs: int | None = None
    seconds: float | None = None

    def share(self, thread: int, threads: int) -> Duration:
        """Answer what one of several threads has to do."""
        if self.runs is None:
            return self
        return Duration(runs=self.runs // threads + (thread < self.runs % threads))

    def is_over(self, done: int, nanoseconds: int) -> bool:
        """Whether no further run begins, after `done` of them in that time."""
        if self.runs is not None:
            return done >= self.runs
        assert self.seconds is not None
        return done > 0 and nanoseconds >= self.seconds * 1e9
