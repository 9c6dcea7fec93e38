# SPDX-License-Identifier: Apache-2.0
"""What `ascendcl bench` tells of times, by a clock that is no clock and by another computation."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest

from ascendcl.bench import Duration, Summary, percentile, run_load
from ascendcl.bench.contest import times_in_turns
from ascendcl.bench.histogram import Histogram


class FakeClock:
    """Nanoseconds that pass only where somebody says so, and one for each look."""

    def __init__(self) -> None:
        self.now = 1_000

    def __call__(self) -> int:
        self.now += 1
        return self.now

    def takes(self, nanoseconds: list[int]) -> Callable[[], None]:
        """A step that takes these times in turn."""
        times = iter(nanoseconds)

        def step() -> None:
            self.now += next(times)

        return step


def test_steps_and_latencies_and_throughput_by_a_fake_clock() -> None:
    rng = np.random.default_rng(5)
    runs, warm_up = 137, 3
    taken = rng.integers(1, 10**6, (warm_up + runs, 3))
    clock = FakeClock()
    steps = [clock.takes(column.tolist()) for column in taken.T]
    load = run_load([[steps]], Duration(runs=runs), warm_up=warm_up, clock=clock)

    measured = taken[warm_up:]
    np.testing.assert_array_equal(load.nanoseconds, measured + 1)  # and the look at the clock
    np.testing.assert_array_equal(load.latencies, measured.sum(axis=1) + 3)
    # Between two runs: whether it is over, and the stamp of the next one's start.
    assert load.seconds == pytest.approx((measured.sum() + 3 * runs + 2 * (runs - 1)) / 1e9)
    assert load.throughput == pytest.approx(runs / load.seconds)
    assert load.runs_of_threads == (runs,)
    ordered = sorted(int(value) for value in measured.sum(axis=1) + 3)
    summary = Summary.of(load.latencies)
    assert summary.count == runs
    assert summary.min == ordered[0] / 1e6
    assert summary.max == ordered[-1] / 1e6
    assert summary.p50 == ordered[68] / 1e6  # the 69th of 137: half of them is 68.5
    assert summary.p90 == ordered[123] / 1e6  # 123.3
    assert summary.p99 == ordered[135] / 1e6  # 135.63
    means = [Summary.of(column).mean for column in load.nanoseconds.T]
    assert sum(means) == pytest.approx(summary.mean)


def test_seconds_by_a_fake_clock() -> None:
    """No run begins when the time is over; the one that has begun then counts."""
    clock = FakeClock()
    steps = [clock.takes([400_000_000] * 10)]
    load = run_load([[steps]], Duration(seconds=1.0), clock=clock)
    assert load.runs_of_threads == (3,)
    assert load.seconds > 1.0


def test_one_run_at_least() -> None:
    clock = FakeClock()
    load = run_load([[[clock.takes([10**12])]]], Duration(seconds=1e-9), clock=clock)
    assert load.runs_of_threads == (1,)


def test_sets_of_inputs_take_turns() -> None:
    ran: list[int] = []
    cycle = [[lambda: ran.append(0)], [lambda: ran.append(1)], [lambda: ran.append(2)]]
    run_load([cycle], Duration(runs=5))
    assert ran == [0, 1, 2, 0, 1]


@pytest.mark.parametrize("tenths", [0, 1, 10, 250, 500, 750, 900, 990, 999, 1000])
@pytest.mark.parametrize("count", [1, 2, 3, 99, 100, 101, 1000])
def test_percentiles_in_whole_numbers(tenths: int, count: int) -> None:
    """numpy's inverted_cdf answers the longest of 1000 for 99.9, which in binary is a bit more."""
    times = np.random.default_rng(count).permutation(count) * 1000
    rank = max(1, -(-tenths * count // 1000))
    assert percentile(times, tenths / 10) == (rank - 1) * 1000
    if tenths != 999:
        assert np.percentile(times, tenths / 10, method="inverted_cdf") == (rank - 1) * 1000


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_no_such_percentile(percent: float) -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        percentile([1.0], percent)
    with pytest.raises(ValueError, match="of no times"):
        percentile([], 50)


def test_threads_share_the_runs_and_begin_together() -> None:
    together = threading.Barrier(3)
    warm = [0, 0, 0]

    def cycle(number: int) -> list[list[Callable[[], object]]]:
        def first() -> None:
            if warm[number] < 2:
                warm[number] += 1
            elif warm[number] == 2:
                warm[number] += 1
                assert min(warm) >= 2  # nobody is measured while another warms up
                together.wait(60)  # and nobody waits for another to end

        return [[first, lambda: None]]

    load = run_load([cycle(number) for number in range(3)], Duration(runs=11), warm_up=2)
    assert sorted(load.runs_of_threads) == [3, 4, 4]
    assert load.nanoseconds.shape == (11, 2)
    np.testing.assert_array_equal(load.latencies, load.nanoseconds.sum(axis=1))
    assert load.latencies.max() <= load.seconds * 1e9 + 1
    assert load.throughput == 11 / load.seconds


@pytest.mark.parametrize("warm_up", [0, 1])
def test_what_a_step_raises_ends_all_threads(warm_up: int) -> None:
    before = threading.active_count()

    def fails() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        run_load([[[fails]], [[lambda: None]]], Duration(runs=10**12), warm_up=warm_up)
    assert threading.active_count() == before


def test_ctrl_c_ends_all_threads() -> None:
    before = threading.active_count()
    is_first = threading.Lock()

    def interrupts() -> None:
        if is_first.acquire(blocking=False):
            os.kill(os.getpid(), signal.SIGINT)

    # A suite that runs in the background of a shell inherits that SIGINT is ignored.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_load([[[interrupts]], [[interrupts]]], Duration(seconds=60))
    finally:
        signal.signal(signal.SIGINT, handler)
    assert threading.active_count() == before


def test_contestants_take_turns_by_a_fake_clock() -> None:
    clock, ran = FakeClock(), list[str]()

    def contestant(name: str, nanoseconds: int) -> Callable[[], None]:
        def call() -> None:
            ran.append(name)
            clock.now += nanoseconds

        return call

    contestants = {"a": contestant("a", 500), "b": contestant("b", 70)}
    times = times_in_turns(contestants, Duration(runs=4), warm_up=1, clock=clock, settle=200)
    assert times == {"a": [501] * 4, "b": [71] * 4}
    untimed = {"a": 1, "b": 3}  # until 200 have passed
    turns = [name for name in "ab" for _ in range(untimed[name] + 1)]
    assert ran == ["a", "b", *(turns * 4)]


@pytest.mark.parametrize("kind", ["one", "equal", "shortest", "spread", "with a long tail"])
def test_histograms_count_every_run(kind: str) -> None:
    rng = np.random.default_rng(1)
    times = {
        "one": np.array([5_000_000]),
        "equal": np.full(50, 7_000_000),
        "shortest": np.ones(5, np.int64),
        "spread": rng.integers(1_000_000, 2_000_000, 777),
        "with a long tail": np.append(rng.integers(1_000_000, 2_000_000, 999), 10**10),
    }[kind]
    histogram = Histogram.of(times)
    assert histogram.counts.sum() == len(times)
    assert histogram.edges[0] == times.min() / 1e6
    assert histogram.edges[-1] >= times.max() / 1e6
    assert (np.diff(histogram.edges) > 0).all()
