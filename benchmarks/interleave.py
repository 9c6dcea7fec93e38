# SPDX-License-Identifier: Apache-2.0
"""Timing contestants in turns, so that a noisy machine disturbs them all alike."""

import statistics
import time
from collections.abc import Callable, Mapping


def interleave(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of one call of each, over `rounds` rounds in which each runs in turn.

    An untimed call goes before each timed one: thread pools of the contestant before it may still
    be spinning (onnxruntime's do), and whoever came next would pay for them.
    """
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
    return {name: statistics.median(values) for name, values in times.items()}
