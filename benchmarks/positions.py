# SPDX-License-Identifier: Apache-2.0
"""What looking at every index costs Gather, GatherElements and GatherNd.

    python benchmarks/positions.py --other PYTHON [--rounds 60]

PYTHON is an interpreter that has a build from before indices were looked at. Both run the same
models in turns, a round of each after the other; the best of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from typing import Any

import numpy as np
from figures import Figure, Figures, best_ratio, figure

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

Array = np.ndarray[Any, np.dtype[Any]]
RNG = np.random.default_rng(14)
CALLS = 50  # of a round


def floats(*shape: int) -> Array:
    return RNG.standard_normal(shape, np.float32)


def indices(bound: int, *shape: int) -> Array:
    return RNG.integers(0, bound, shape, np.int32)


# name, op type, attributes, data, indices, shape of the result
CASES: tuple[tuple[str, str, dict[str, Any], Array, Array, tuple[int, ...]], ...] = (
    (
        "128 rows of 768",
        "GatherV2D",
        {"axis": 0},
        floats(9000, 768),
        indices(9000, 128),
        (128, 768),
    ),
    ("1 row of 64", "GatherV2D", {"axis": 0}, floats(1000, 64), indices(1000, 1), (1, 64)),
    ("65536 elements", "GatherV2D", {"axis": 0}, floats(65536), indices(65536, 65536), (65536,)),
    (
        "30000 out of rows",
        "GatherElements",
        {"dim": 1},
        floats(100, 999),
        indices(999, 100, 300),
        (100, 300),
    ),
    ("4096 points", "GatherNd", {}, floats(64, 64), indices(64, 4096, 2), (4096,)),
)


def model(type: str, attrs: dict[str, Any], x: Array, at: Array, shape: Any) -> acl.Model:
    """The data are a constant, as the rows of an embedding are."""
    graph = GraphBuilder("g")
    data = graph.constant("x", x, dtype="float32")
    positions = graph.data("at", TensorSpec(at.shape, "int32", "ND"))
    output = TensorSpec(shape, "float32", "ND")
    graph.output([graph.op(type, [data, positions], output, attrs=attrs)])
    return acl.Model.from_bytes(ModelBuilder(graph).to_bytes())


def serve() -> None:
    """Answer each number of a case with the microseconds of one call of it."""
    models = [(model(*case[1:]), case[4], [np.empty(case[5], np.float32)]) for case in CASES]
    print("ready", flush=True)
    for line in sys.stdin:
        loaded, at, out = models[int(line)]
        loaded(at, out=out)
        began = time.perf_counter()
        for _ in range(CALLS):
            loaded(at, out=out)
        print(1e6 * (time.perf_counter() - began) / CALLS, flush=True)


class Contestant:
    """An interpreter that runs the models when it is its turn."""

    def __init__(self, python: str) -> None:
        settings = {"ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_THREADS": "1"}
        self.process = subprocess.Popen(
            [python, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **settings},
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def microseconds(self, case: int) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{case}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()


def measure(other: str, rounds: int = 60) -> Figures:
    both = [Contestant(sys.executable), Contestant(other)]
    figures: dict[str, Figure] = {}
    print(f"{'':20}{'with':>10}{'without':>10}{'ratio':>8}")
    for number, case in enumerate(CASES):
        spent: tuple[list[float], list[float]] = ([], [])
        for turn in range(rounds):
            for who in (turn % 2, 1 - turn % 2):
                spent[who].append(both[who].microseconds(number))
        figures[case[0]] = figure(best_ratio, *spent)
        looking, without = (min(times) for times in spent)
        print(f"{case[0]:20}{looking:8.1f}us{without:8.1f}us{figures[case[0]].value:8.3f}")
    for contestant in both:
        contestant.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", help="interpreter with another build")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    measure(given.other or sys.executable, given.rounds)


if __name__ == "__main__":
    main()
