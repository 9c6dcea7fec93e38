# SPDX-License-Identifier: Apache-2.0
"""Timing contestants in turns, so that a noisy machine disturbs them all alike."""

import statistics
import time
from collections.abc import Callable, Mapping

Contestants = Mapping[str, Callable[[], object]]


def interleave(contestants: Contestants, rounds: int) -> dict[str, float]:
    """Median seconds of one call of each, over `rounds` rounds in which each runs in turn.

    An untimed call goes before each timed one: thread pools of the contestant before it may still
    be spinning (onnxruntime's do), and whoever came next would pay for them.
    """
    times = times_in_turns(contestants, rounds)
    return {name: statistics.median(values) for name, values in times.items()}


def interleave_best(contestants: Contestants, rounds: int) -> dict[str, float]:
    """The same with the shortest call of each: what a busy machine has least to do with."""
    times = times_in_turns(contestants, rounds)
    return {name: min(values) for name, values in times.items()}


def times_in_turns(contestants: Contestants, rounds: int) -> dict[str, list[float]]:
    """Seconds of all timed calls of each."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for call in contestants.values():
        for _ in range(3):
            call()
    for _ in range(rounds):
        for name, call in contestants.items():
            call()
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return times
