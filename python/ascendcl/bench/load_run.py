# SPDX-License-Identifier: Apache-2.0
"""Runs on one or several threads, each step of each run timed."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl.bench.duration import Duration

Step: TypeAlias = Callable[[], object]
Steps: TypeAlias = Sequence[Step]
"""What one run does, in order."""

Clock: TypeAlias = Callable[[], int]
"""Answers nanoseconds."""

_LOOK_EVERY = 0.5  # seconds: who looks takes the interpreter from those who run


@dataclass(frozen=True)
class LoadRun:
    """What was measured.

    Attributes
    ----------
    nanoseconds : numpy.ndarray
        Shape (runs, steps), int64: how long each step took. A run's latency is the sum of its
        steps, which follow each other without a gap.
    seconds : float
        From the start of the first run to the end of the last, what the threads do in between
        included.
    runs_of_threads : tuple of int
        How many runs each thread did.
    """

    nanoseconds: npt.NDArray[np.int64]
    seconds: float
    runs_of_threads: tuple[int, ...]

    @property
    def latencies(self) -> npt.NDArray[np.int64]:
        """Nanoseconds of each run: the sum of its steps."""
        total: npt.NDArray[np.int64] = self.nanoseconds.sum(axis=1)
        return total

    @property
    def throughput(self) -> float:
        """Runs per second: all of them over all of the time."""
        return len(self.nanoseconds) / self.seconds


class Lane:
    """One thread's runs and the stamps of their steps.

    Parameters
    ----------
    cycle
        The runs, one after the other and then again, each with as many steps.
    duration
        How many runs, or how long.
    clock
        Answers nanoseconds.
    """

    def __init__(self, cycle: Sequence[Steps], duration: Duration, clock: Clock) -> None:
        self.done = 0
        self._cycle, self._duration, self._clock = cycle, duration, clock
        self._stamps = array("q")

    def warm_up(self, runs: int, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Run without taking times."""
        for number in range(runs):
            if is_stopped():
                return
            for step in self._cycle[number % len(self._cycle)]:
                step()

    def measure(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        """Run, and take the time before each run and after each step."""
        clock, stamp, cycle = self._clock, self._stamps.append, self._cycle
        begun = clock()
        while not self._duration.is_over(self.done, clock() - begun) and not is_stopped():
            steps = cycle[self.done % len(cycle)]
            stamp(clock())
            for step in steps:
                step()
                stamp(clock())
            self.done += 1

    def stamps(self) -> npt.NDArray[np.int64]:
        """Answer them in the shape (runs, 1 + steps)."""
        columns = 1 + len(self._cycle[0])
        return np.array(self._stamps, np.int64).reshape(-1, columns)


def run_load(
    cycles: Sequence[Sequence[Steps]],
    duration: Duration,
    *,
    warm_up: int = 0,
    clock: Clock = time.perf_counter_ns,
    tell: Callable[[int], None] | None = None,
) -> LoadRun:
    """Measure one thread per cycle of runs; they begin together when all are warm.

    Parameters
    ----------
    cycles
        The runs of each thread.
    duration
        How long.
    warm_up
        Runs of each thread beforehand, which are not timed.
    clock
        Answers nanoseconds.
    tell
        Is called twice a second with the number of runs so far.

    Returns
    -------
    LoadRun
        The times.

    Raises
    ------
    Exception
        What a step raised; the other threads end with the run that they are in.
    KeyboardInterrupt
        When the runs that are under way have ended.
    """
    lanes = [
        Lane(cycle, duration.share(number, len(cycles)), clock)
        for number, cycle in enumerate(cycles)
    ]
    stop, failures = threading.Event(), list[BaseException]()
    together = threading.Barrier(len(lanes))

    def work(lane: Lane) -> None:
        try:
            lane.warm_up(warm_up, stop.is_set)
            together.wait()
            lane.measure(stop.is_set)
        except threading.BrokenBarrierError:
            pass  # another thread has failed, or everything was interrupted
        except BaseException as error:
            failures.append(error)
            stop.set()
            together.abort()

    threads = [threading.Thread(target=work, args=(lane,)) for lane in lanes]
    try:
        for thread in threads:
            thread.start()
        _wait_for(threads, lanes, tell)
    except BaseException:
        stop.set()
        together.abort()
        raise
    finally:
        for thread in threads:
            if thread.ident is not None:
                thread.join()
    if failures:
        raise failures[0]
    return _joined([lane.stamps() for lane in lanes])


def _wait_for(
    threads: Sequence[threading.Thread],
    lanes: Sequence[Lane],
    tell: Callable[[int], None] | None,
) -> None:
    for thread in threads:
        while thread.is_alive():
            thread.join(_LOOK_EVERY if tell else None)
            if tell:
                tell(sum(lane.done for lane in lanes))


def _joined(stamps: Sequence[npt.NDArray[Any]]) -> LoadRun:
    all_stamps = np.concatenate(stamps)
    return LoadRun(
        nanoseconds=np.diff(all_stamps, axis=1),
        seconds=float(all_stamps[:, -1].max() - all_stamps[:, 0].min()) / 1e9,
        runs_of_threads=tuple(len(each) for each in stamps),
    )
