# SPDX-License-Identifier: Apache-2.0
"""What it costs a run to be told what its parts took, which the workers of a pool are.

The same model is called in turns, and alternately with a listener on the thread and without.
The quickest batch of each counts. Beside it what adding the times to a pool's counts takes, under
its lock.

    python benchmarks/run_times.py [--calls 20] [--rounds 400]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from figures import Figures, figure
from registry import bound_text

import ascendcl as acl
from ascendcl import _acl
from ascendcl.data import DIGITS_MODEL
from ascendcl.pool.statistics import SECONDS


def told_ratio(told: list[float], add: list[float], without: list[float]) -> float:
    """What a run and the counting of its parts take, over a run."""
    return (min(told) + min(add)) / min(without)


def measure(calls: int = 20, rounds: int = 400) -> Figures:
    listener = _acl.core.RunTimes.create()
    counted = _acl.core.RunHistograms.create(SECONDS)
    times: dict[str, list[float]] = {"without": [], "told": [], "add": []}
    with acl.Model.from_file(DIGITS_MODEL) as model:
        image = np.zeros(model.inputs[0].shape, np.float32)
        out = [np.empty(model.outputs[0].shape, np.float32)]

        def batch(name: str) -> None:
            start = time.perf_counter()
            for _ in range(calls):
                model(image, out=out)
            times[name].append((time.perf_counter() - start) / calls)

        for _ in range(rounds):
            batch("without")
            listener.listen()
            batch("told")
            listener.leave()
            start = time.perf_counter()
            for _ in range(calls):
                counted.add(listener)
            times["add"].append((time.perf_counter() - start) / calls)
    best = {name: min(of_name) for name, of_name in times.items()}
    ratio = figure(told_ratio, times["told"], times["add"], times["without"])
    print(f"a call of the model             {best['without'] * 1e6:8.3f} us")
    print(f"told what its parts took        {best['told'] * 1e6:8.3f} us")
    print(f"adding them to the counts       {best['add'] * 1e6:8.3f} us")
    print(
        f"told and counted over without   {ratio.value:8.4f}{bound_text('run_times/counted run')}"
    )
    return {"counted run": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=20, help="calls in a batch")
    parser.add_argument("--rounds", type=int, default=400, help="batches of each")
    arguments = parser.parse_args()
    measure(arguments.calls, arguments.rounds)


if __name__ == "__main__":
    main()
