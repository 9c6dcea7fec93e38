# SPDX-License-Identifier: Apache-2.0
"""Two Python threads that execute loads of their own of lane.om, against one: throughput.

On two cores, with one thread of the engine for each. Beside it, what two threads gain that do
nothing but hash: no more is to be had from the machine as busy as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

from figures import Figure, Figures, figure, median_of_ratios
from registry import bound_text

SHARED = Path(__file__).parents[2] / "shared" / "models"


def throughput(threads: int, runs: int, call: Callable[[int], None]) -> float:
    """Calls a second, all threads together; each thread calls with its number."""
    ready = threading.Barrier(threads + 1)

    def run(thread: int) -> None:
        call(thread)
        ready.wait()
        for _ in range(runs):
            call(thread)

    workers = [threading.Thread(target=run, args=[thread]) for thread in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    start = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds: float = time.perf_counter() - start
    return threads * runs / seconds


def measure(rounds: int = 15, runs: int = 10, models: Path = SHARED) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = "1"
    import acl

    def checked(ret: int) -> None:
        if ret != 0:
            raise RuntimeError(f"{ret}: {acl.get_recent_err_msg()}")

    def dataset(sizes: list[int]) -> int:
        handle = acl.mdl.create_dataset()
        for size in sizes:
            address, ret = acl.rt.malloc(size, 0)
            checked(ret)
            checked(acl.rt.memset(address, size, 0, size))
            checked(acl.mdl.add_dataset_buffer(handle, acl.create_data_buffer(address, size))[1])
        return int(handle)

    def load() -> tuple[int, int, int]:
        model_id, ret = acl.mdl.load_from_file(str(models / "lane.om"))
        checked(ret)
        desc = acl.mdl.create_desc()
        checked(acl.mdl.get_desc(desc, model_id))
        inputs = range(acl.mdl.get_num_inputs(desc))
        outputs = range(acl.mdl.get_num_outputs(desc))
        return (
            model_id,
            dataset([acl.mdl.get_input_size_by_index(desc, i) for i in inputs]),
            dataset([acl.mdl.get_output_size_by_index(desc, i) for i in outputs]),
        )

    checked(acl.init())
    checked(acl.rt.set_device(0))
    context, ret = acl.rt.get_context()
    checked(ret)
    loads = [load(), load()]
    block = bytes(32 << 20)

    def execute(thread: int) -> None:
        checked(acl.rt.set_context(context))
        checked(acl.mdl.execute(*loads[thread]))

    def reference(_: int) -> None:
        hashlib.sha256(block)

    calls: dict[str, Callable[[int], None]] = {"lane": execute, "sha256": reference}
    rates: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            for n, of_threads in enumerate(rates[name], 1):
                of_threads.append(throughput(n, runs, call))
    print("                 one thread/s  two threads/s  ratio  (rounds)")
    figures: dict[str, Figure] = {}
    for name, (one, two) in rates.items():
        figures[name] = figure(median_of_ratios, two, one)
        ratios = [both / alone for alone, both in zip(one, two, strict=True)]
        print(
            f"{name:16} {statistics.median(one):12.2f} {statistics.median(two):14.2f}"
            f" {figures[name].value:6.2f}  ({min(ratios):.2f} to {max(ratios):.2f})"
            f"{bound_text(f'threads/{name}')}"
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=10, help="by each thread in each round")
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()
    measure(arguments.rounds, arguments.runs, arguments.models)


if __name__ == "__main__":
    main()
