# SPDX-License-Identifier: Apache-2.0
"""The child of isolation.py: loads and executes the cases of one kind, from FIRST to END.

usage: worker.py KIND SEED FIRST END PROGRESS. Prints how many cases had which outcome. The address
space is limited to what the process has when it begins, and MOST_MEMORY.
"""

from __future__ import annotations

import mmap
import random
import resource
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import numpy as np  # noqa: E402
from cases import Kind, kinds  # noqa: E402
from isolation import show  # noqa: E402

import ascendcl as acl  # noqa: E402
import sanitizers  # noqa: E402

MOST_MEMORY = 1 << 30
MOST_TENSOR = 1 << 24  # bytes of one input: larger ones are loaded, not executed
REPORT_EVERY = 256
EXECUTIONS = 6  # of a file that loads: compiling costs a hundred times as much

Array = np.ndarray[Any, np.dtype[Any]]


def status(field: str) -> int:
    """A figure of /proc/self/status in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def numbers(shape: tuple[int, ...], dtype: np.dtype[Any], rng: random.Random) -> Array:
    """Small numbers, which are indices in range mostly, or any that the type has."""
    generator = np.random.default_rng(rng.randrange(1 << 32))
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if rng.random() < 0.3:
            return generator.integers(limits.min, limits.max, shape, dtype, endpoint=True)
        low = rng.choice((0, 0, -3)) if dtype.kind == "i" else 0
        values = generator.integers(low, rng.choice((1, 2, 3, 6)), shape).astype(dtype)
    elif dtype.kind == "f":
        values = generator.normal(size=shape).astype(dtype)
    else:
        return np.zeros(shape, dtype)
    return np.asarray(values)


def shape_of(info: acl.TensorInfo, rng: random.Random) -> tuple[int, ...]:
    if not info.ranges:
        return tuple(info.shape)
    return tuple(
        rng.randint(low, min(low + 4, low + 4 if high is None else high))
        for low, high in info.ranges
    )


def execute(model: acl.Model, rng: random.Random) -> str:
    """Answer how it ended; nothing where its tensors are too large to try."""
    shapes: list[tuple[int, ...]]
    if model.gears:
        shapes = list(rng.choice(model.gears).inputs)
    else:
        shapes = [shape_of(info, rng) for info in model.inputs]
    for shape, info in zip(shapes, model.inputs, strict=True):
        size = info.dtype.itemsize
        for dim in shape:
            size *= max(dim, 0)
        if size > MOST_TENSOR or min(shape, default=0) < 0:
            return ""
    if sum(info.nbytes for info in model.outputs) > MOST_TENSOR:
        return ""
    arrays = [
        numbers(shape, info.dtype, rng) for shape, info in zip(shapes, model.inputs, strict=True)
    ]
    try:
        model.run(*arrays)
    except acl.AclError:
        return "failed"
    return "executed"


class Attempts:
    """Loads files and executes what loads; each is in the parent's sight before it is touched."""

    def __init__(self, progress: mmap.mmap | None) -> None:
        self.progress = progress
        self.outcomes: Counter[str] = Counter()
        self.slowest = 0.0

    def attempt(self, case: int, data: bytes, rng: random.Random) -> str:
        """Answer why it was refused."""
        began = time.monotonic()
        if self.progress is not None:
            show(self.progress, case, data)
        try:
            return self._load(data, rng)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    def _load(self, data: bytes, rng: random.Random) -> str:
        try:
            model = acl.Model.from_bytes(data)
        except NotImplementedError:  # of what only the flat functions run
            self.outcomes["not for Model"] += 1
            return ""
        except acl.AclError as error:
            self.outcomes["refused"] += 1
            if not str(error):
                raise AssertionError("a refusal without words") from error
            return str(error)
        self.outcomes["loaded"] += 1
        with model:
            for _ in range(EXECUTIONS):
                outcome = execute(model, rng)
                if not outcome:
                    break
                self.outcomes[outcome] += 1
        return ""

    def tell(self) -> None:
        for name, number in self.outcomes.items():
            print(name, number, sep="\t")
        self.outcomes.clear()
        sys.stdout.flush()


def main(kind: Kind, seed: int, first: int, end: int, progress: mmap.mmap) -> None:
    Attempts(None).attempt(0, kind.first(), random.Random(0))  # what is allocated once and kept
    limit = status("VmSize") + MOST_MEMORY
    if not sanitizers.under("asan"):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before, attempts = status("VmRSS"), Attempts(progress)
    for case in range(first, end):
        rng = random.Random(case)
        refusal = attempts.attempt(case, kind.case(seed, case), rng)
        again = kind.again(seed, case, refusal)
        if again is not None:
            attempts.attempt(case, again, rng)
        if case % REPORT_EVERY == 0 or case + 1 == end:
            attempts.tell()
    print("slowest", attempts.slowest, sep="\t")
    print("peak", max(0, status("VmHWM") - before), sep="\t")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with Path(sys.argv[5]).open("r+b") as file, mmap.mmap(file.fileno(), 0) as progress:
        main(kinds()[sys.argv[1]], *map(int, sys.argv[2:5]), progress)
