# SPDX-License-Identifier: Apache-2.0
"""A ModelPool of two workers against one of one, on lane.om: throughput.

On two cores, with one thread of the engine for each worker. Beside it, what two threads gain that
call a model each, without a pool, and two that do nothing but hash: no more is to be had from the
machine as busy as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from figures import Figure, Figures, figure, median_of_ratios
from registry import bound_text

SHARED = Path(__file__).parents[2] / "shared" / "models"


def throughput(run_all: Callable[[int], object], runs: int) -> float:
    """Runs a second."""
    start = time.perf_counter()
    run_all(runs)
    return runs / (time.perf_counter() - start)


def measure(rounds: int = 15, runs: int = 20, models: Path = SHARED) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = "1"
    import numpy as np

    import acl

    path = models / "lane.om"
    block = bytes(32 << 20)
    with ExitStack() as stack:
        pools = [stack.enter_context(acl.ModelPool(path, workers=n)) for n in (1, 2)]
        loaded = [stack.enter_context(acl.Model.from_file(path)) for _ in range(2)]
        threads = [stack.enter_context(ThreadPoolExecutor(n)) for n in (1, 2)]
        random = np.random.default_rng(1)
        arrays = [random.random(info.shape).astype(info.dtype) for info in pools[0].inputs]

        def by_pool(pool: acl.ModelPool, runs: int) -> None:
            for future in [pool.submit(*arrays) for _ in range(runs)]:
                future.result()

        def by_threads(count: int, runs: int) -> None:
            def call(model: acl.Model) -> None:
                for _ in range(runs // count):
                    model(*arrays)

            list(threads[count - 1].map(call, loaded[:count]))

        def by_hashing(count: int, runs: int) -> None:
            list(threads[count - 1].map(lambda _: hashlib.sha256(block), range(runs)))

        contestants: dict[str, list[Callable[[int], object]]] = {
            "ModelPool": [lambda runs, pool=pool: by_pool(pool, runs) for pool in pools],
            "threads": [lambda runs, n=n: by_threads(n, runs) for n in (1, 2)],
            "sha256": [lambda runs, n=n: by_hashing(n, runs) for n in (1, 2)],
        }
        rates: dict[str, tuple[list[float], list[float]]] = {}
        for name, run_alls in contestants.items():
            rates[name] = ([], [])
            for run_all in run_alls:
                run_all(4)
        for _ in range(rounds):
            for name, run_alls in contestants.items():
                for of_workers, run_all in zip(rates[name], run_alls, strict=True):
                    of_workers.append(throughput(run_all, runs))
    print("              one worker/s  two workers/s  ratio  (rounds)")
    figures: dict[str, Figure] = {}
    for name, (one, two) in rates.items():
        figures[name] = figure(median_of_ratios, two, one)
        ratios = [both / alone for alone, both in zip(one, two, strict=True)]
        print(
            f"{name:12} {statistics.median(one):13.2f} {statistics.median(two):14.2f}"
            f" {figures[name].value:6.2f}  ({min(ratios):.2f} to {max(ratios):.2f})"
            f"{bound_text(f'pool/{name}')}"
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=20, help="in each round")
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()
    measure(arguments.rounds, arguments.runs, arguments.models)


if __name__ == "__main__":
    main()
