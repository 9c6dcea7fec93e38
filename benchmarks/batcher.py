# SPDX-License-Identifier: Apache-2.0
"""A Batcher on digits with gears 1 to 8, 64 clients at a time, against one request at a time.

One request at a time is a loop over the model. Of the latency counts by how much a round's 99th
percentile exceeds max_delay + the time of the largest batch. Beside it the same by futures, a pool
without batches, and requests to a pool one at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path.append(str(TESTS))
os.environ["ASCENDCL_RUNTIME"] = "host"
os.environ["ASCENDCL_HOST_THREADS"] = "1"

import numpy as np  # noqa: E402
from figures import Figures, figure, median_of_ratios  # noqa: E402
from registry import bound_text  # noqa: E402

import acl  # noqa: E402
from ascendcl.data import DIGITS_MODEL, digits_held_out  # noqa: E402
from rebatched import model_with_batches  # noqa: E402

GEARS = (1, 2, 4, 8)
IN_FLIGHT = 64
Service = acl.ModelPool | acl.Batcher


async def closed_loop(service: Service, image: np.ndarray, requests: int) -> list[float]:
    """Seconds of each request; so many clients ask one after another."""
    seconds: list[float] = []

    async def client() -> None:
        for _ in range(requests // IN_FLIGHT):
            start = time.perf_counter()
            await service.run(image)
            seconds.append(time.perf_counter() - start)

    await asyncio.gather(*(client() for _ in range(IN_FLIGHT)))
    return seconds


def by_futures(service: Service, image: np.ndarray, requests: int) -> None:
    """One thread with so many requests under way."""
    under_way = deque(service.submit(image) for _ in range(IN_FLIGHT))
    for _ in range(requests - IN_FLIGHT):
        under_way.popleft().result()
        under_way.append(service.submit(image))
    while under_way:
        under_way.popleft().result()


def percentile(seconds: list[float], share: float) -> float:
    return sorted(seconds)[int(share * (len(seconds) - 1))] * 1e3


def measure(
    rounds: int = 10, requests: int = 6400, max_delay: float = 0.002, workers: int = 2
) -> Figures:
    image = digits_held_out().images[:1, None][0].astype(np.float32)
    rates: dict[str, list[float]] = {}
    latencies: list[list[float]] = []  # of each round
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.om"
        path.write_bytes(model_with_batches(DIGITS_MODEL, GEARS))
        with (
            acl.Model.from_file(path) as model,
            acl.ModelPool(path, workers=workers) as pool,
            acl.Batcher(path, workers=workers, max_delay=max_delay) as batcher,
        ):

            def one_at_a_time() -> None:
                for _ in range(requests):
                    model(image)

            async def one_awaited_at_a_time() -> None:
                for _ in range(requests):
                    await pool.run(image)

            contestants = {
                "model, one at a time": one_at_a_time,
                "pool, one at a time": lambda: asyncio.run(one_awaited_at_a_time()),
                "pool, 64 tasks": lambda: asyncio.run(closed_loop(pool, image, requests)),
                "batcher, 64 tasks": lambda: latencies.append(
                    asyncio.run(closed_loop(batcher, image, requests))
                ),
                "batcher, 64 futures": lambda: by_futures(batcher, image, requests),
            }
            for _ in range(rounds):
                for name, run in contestants.items():
                    start = time.perf_counter()
                    run()
                    rate = requests / (time.perf_counter() - start)
                    rates.setdefault(name, []).append(rate)
            line = next(iter(batcher._queue.lines.values()))  # type: ignore[attr-defined]
            largest = line.covers.seconds[line.covers.largest]
            stats = batcher.stats()

    print("                        requests/s   of one at a time (rounds)")
    reference = rates["model, one at a time"]
    for name, of_name in rates.items():
        ratios = [one / other for one, other in zip(of_name, reference, strict=True)]
        bound = bound_text("batcher/throughput") if name == "batcher, 64 tasks" else ""
        print(
            f"{name:22} {statistics.median(of_name):12.0f} {statistics.median(ratios):8.2f}"
            f"  ({min(ratios):.2f} to {max(ratios):.2f}){bound}"
        )
    allowed = (max_delay + largest) * 1e3
    of_rounds = [percentile(of_round, 0.99) - allowed for of_round in latencies]
    p99 = figure(statistics.median, of_rounds)
    together = [seconds for of_round in latencies for seconds in of_round]
    print(f"rows a run {stats['rows_num'] / stats['runs_num']:.1f}, padded {stats['rows_padded']}")
    print("t(g), us:", {size: round(each * 1e6) for size, each in line.covers.seconds.items()})
    print(
        f"latency p50 {percentile(together, 0.5):.2f} ms, p99 {percentile(together, 0.99):.2f},"
        f" of a round {p99.value:+.2f} over max_delay and the largest run"
        f"{bound_text('batcher/p99')}"
    )
    throughput = figure(median_of_ratios, rates["batcher, 64 tasks"], reference)
    return {"throughput": throughput, "p99": p99}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--requests", type=int, default=6400, help="in each round")
    parser.add_argument("--max-delay", type=float, default=0.002)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    measure(arguments.rounds, arguments.requests, arguments.max_delay, arguments.workers)


if __name__ == "__main__":
    main()
