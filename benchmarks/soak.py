# SPDX-License-Identifier: Apache-2.0
"""Random faults for a long time: four threads load, run and close models that share memory.

Four models, two work buffers for all of them, one weight buffer for all loads of a model. Each
result is compared with that of the model before there were faults. Bound: no wrong result, no
failure that was not injected, nothing left at the end.

Calls that release something do not fail here: they leave what they were to release. What is left
then, tests/fault looks at call by call, and also at the calls that precede a release.
"""

from __future__ import annotations

import argparse
import collections
import faulthandler
import gc
import os
import resource
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "fault")]
os.environ["ASCENDCL_RUNTIME"] = "host"
os.environ["ASCENDCL_HOST_THREADS"] = "1"

from faults import faults  # noqa: E402

import ascendcl as acl  # noqa: E402
from ascendcl import _acl, om  # noqa: E402
from ascendcl.data import DIGITS_MODEL, digits_held_out  # noqa: E402
from lifetime.conftest import runtime_counts  # noqa: E402

THREADS = 4
INPUTS_PER_MODEL = 8
RUNS_PER_LOAD = 10
SECONDS_WITHOUT_PROGRESS = 60

FAILING = (
    *("aclmdlQuery*", "aclmdlLoad*", "aclmdlGet*", "aclmdlCreate*", "aclmdlAdd*", "aclmdlExecute*"),
    *("aclCreate*", "aclrtMalloc*", "aclrtMemcpy*", "aclrtMemset*", "aclrtCreate*"),
    *("aclrtRecord*", "aclrtSynchronize*", "aclrtStreamWait*", "aclrtGetRunMode"),
)


@dataclass
class Served:
    """A model, inputs for it, and what it makes of them."""

    data: bytes
    inputs: list[np.ndarray]
    expected: list[np.ndarray]
    weight: acl.DeviceBuffer


def dense(width: int) -> bytes:
    """A model of its own size: relu(x @ w + b)."""
    random = np.random.default_rng(width)
    graph = om.GraphBuilder(f"dense_{width}")
    x = graph.data("x", om.TensorSpec((1, width), "float32", "ND"))
    row = om.TensorSpec((1, 10), "float32", "ND")
    weights = random.standard_normal((width, 10)).astype(np.float32)
    product = graph.op("MatMul", [x, graph.constant("w", weights, dtype="float32")], row)
    offsets = random.standard_normal((1, 10)).astype(np.float32)
    bias = graph.constant("b", offsets, dtype="float32")
    graph.output([graph.op("Relu", [graph.op("Add", [product, bias], row)], row)])
    return om.ModelBuilder(graph).to_bytes()


def serve(data: bytes, inputs: list[np.ndarray]) -> Served:
    with acl.Model.from_bytes(data) as model:
        expected = [model(each) for each in inputs]
    return Served(data, inputs, expected, acl.DeviceBuffer(acl.query_size(data).weight))


def four_models() -> list[Served]:
    random = np.random.default_rng(1)
    models = [serve(DIGITS_MODEL.read_bytes(), list(digits_held_out().images[:8, None]))]
    for width in (64, 256, 5000):
        shape = (INPUTS_PER_MODEL, 1, width)
        models.append(serve(dense(width), list(random.standard_normal(shape, np.float32))))
    return models


class Soak:
    """What the threads share: the models, the work buffers, and the counts."""

    def __init__(self) -> None:
        self.models = four_models()
        size = max(acl.query_size(model.data).work for model in self.models)
        self.workspaces = [acl.DeviceBuffer(size) for _ in range(2)]
        self.stop = threading.Event()
        self.done: collections.Counter[str] = collections.Counter()
        self.told: collections.Counter[str] = collections.Counter()
        self.unexpected: list[BaseException] = []
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def run_thread(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            try:
                self.one_load(random)
            except acl.AclError as error:
                if "made to fail" in str(error):
                    with self._lock:
                        self.told[error.function] += 1
                    continue
                self.unexpected.append(error)
            except BaseException as error:
                self.unexpected.append(error)

    def one_load(self, random: np.random.Generator) -> None:
        served = self.models[random.integers(len(self.models))]
        work = self.workspaces[random.integers(2)]
        with acl.Model.from_bytes(served.data, work=work, weight=served.weight) as model:
            self.count("loads")
            for _ in range(RUNS_PER_LOAD):
                index = random.integers(INPUTS_PER_MODEL)
                result = model(served.inputs[index])
                same = np.array_equal(result, served.expected[index])
                self.count("right results" if same else "wrong results")
        with acl.Stream() as stream, acl.Event() as event, acl.DeviceBuffer(4096) as buffer:
            data = random.bytes(4096)
            buffer.copy_from(data, stream)
            event.record(stream)
            event.synchronize()
            same = buffer.copy_to(bytearray(4096), stream) == data
            self.count("right copies" if same else "wrong copies")

    def close(self) -> None:
        for buffer in (*self.workspaces, *(model.weight for model in self.models)):
            buffer.close()


def alive() -> dict[str, int]:
    gc.collect()
    return {**runtime_counts(), **{f"core {k}": n for k, n in _acl.core.live_counts().items()}}


def memory_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def soak(seconds: float, probability: float, seed: int) -> bool:
    before = alive()
    soaked = Soak()
    rules = ",".join(f"{pattern}:p{probability}@{seed}:507000" for pattern in FAILING)
    threads = [
        threading.Thread(target=soaked.run_thread, args=(seed + i,), daemon=True)
        for i in range(THREADS)
    ]
    start = time.monotonic()
    peaks = []
    with faults(rules) as counts:
        for thread in threads:
            thread.start()
        for _ in range(10):
            progress = sum(soaked.done.values()) + sum(soaked.told.values())
            faulthandler.dump_traceback_later(seconds / 10 + SECONDS_WITHOUT_PROGRESS, exit=True)
            time.sleep(seconds / 10)
            while sum(soaked.done.values()) + sum(soaked.told.values()) == progress:
                time.sleep(0.1)
            peaks.append(memory_mib())
        soaked.stop.set()
        for thread in threads:
            thread.join()
        faulthandler.cancel_dump_traceback_later()
    elapsed = time.monotonic() - start
    soaked.close()
    after = alive()
    left = {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}

    print(f"{elapsed:.0f} s, {THREADS} threads, {counts.calls} calls, {counts.faults} faults")
    for what, count in sorted(soaked.done.items()):
        print(f"{count:10} {what}")
    for function, count in soaked.told.most_common():
        print(f"{count:10} failures of {function}")
    print(f"peak memory {peaks[0]} MiB after a tenth of the time, {peaks[-1]} MiB at the end")
    wrong = soaked.done["wrong results"] + soaked.done["wrong copies"]
    print(
        f"{wrong} wrong, {len(soaked.unexpected)} failures not injected, left: {left or 'nothing'}"
    )
    for error in soaked.unexpected[:5]:
        print(f"not injected: {error!r}")
    worked = soaked.done["right results"] > 0 and counts.faults > 0
    return worked and not (wrong or soaked.unexpected or left)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--probability", type=float, default=0.01, help="of each call to fail")
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    sys.exit(0 if soak(arguments.seconds, arguments.probability, arguments.seed) else 1)


if __name__ == "__main__":
    main()
