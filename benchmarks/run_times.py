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

import ascendcl as acl
from ascendcl import _acl
from ascendcl.data import DIGITS_MODEL
from ascendcl.pool.statistics import SECONDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20, help="calls in a batch")
    parser.add_argument("--rounds", type=int, default=400, help="batches of each")
    arguments = parser.parse_args()
    listener = _acl.core.RunTimes.create()
    counted = _acl.core.RunHistograms.create(SECONDS)
    best = dict.fromkeys(("without", "told", "add"), float("inf"))
    with acl.Model.from_file(DIGITS_MODEL) as model:
        image = np.zeros(model.inputs[0].shape, np.float32)
        out = [np.empty(model.outputs[0].shape, np.float32)]

        def batch(name: str) -> None:
            start = time.perf_counter()
            for _ in range(arguments.calls):
                model(image, out=out)
            best[name] = min(best[name], (time.perf_counter() - start) / arguments.calls)

        for _ in range(arguments.rounds):
            batch("without")
            listener.listen()
            batch("told")
            listener.leave()
            start = time.perf_counter()
            for _ in range(arguments.calls):
                counted.add(listener)
            best["add"] = min(best["add"], (time.perf_counter() - start) / arguments.calls)
    print(f"a call of the model             {best['without'] * 1e6:8.3f} us")
    print(f"told what its parts took        {best['told'] * 1e6:8.3f} us")
    print(f"adding them to the counts       {best['add'] * 1e6:8.3f} us")
    ratio = (best["told"] + best["add"]) / best["without"]
    print(f"told and counted over without   {ratio:8.4f}")


if __name__ == "__main__":
    main()
