# SPDX-License-Identifier: Apache-2.0
"""What `await model.run_async(x)` costs with 64 in flight, beside the runtime's own.

The runtime's own is a C++ loop: aclmdlExecuteAsync and aclrtSynchronizeStream. Against it stand
`run_async` and `loop.run_in_executor` of a call: the event loop's own time per completion (of its
thread: the rest runs beside it), and all of the time. In turns in one run; the best round counts.

    python benchmarks/run_async.py [--rounds 60]
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from bind import data_set
from figures import Figures, best_difference, best_ratio, figure
from registry import bound_text

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL

IN_FLIGHT = 64
LOOP = """
extern "C" int repeat(int (*execute)(unsigned, const void *, void *, void *), int (*wait)(void *),
                      unsigned model, const void *inputs, void *outputs, void *stream, int times) {
    int code = 0;
    for (int i = 0; i < times && code == 0; ++i) {
        code = execute(model, inputs, outputs, stream);
        if (code == 0) code = wait(stream);
    }
    return code;
}
"""


def runtime_loop(model: acl.Model, stream: acl.Stream) -> Callable[[int], None]:
    folder = Path(tempfile.mkdtemp())
    (folder / "loop.cpp").write_text(LOOP, encoding="utf-8")
    library = folder / "loop.so"
    subprocess.run(
        ["g++", "-O2", "-shared", "-fPIC", "-o", str(library), str(folder / "loop.cpp")], check=True
    )
    runtime = ctypes.CDLL("libascendcl.so")
    repeat = ctypes.CDLL(str(library)).repeat
    functions = [
        ctypes.cast(function, ctypes.c_void_p)
        for function in (runtime.aclmdlExecuteAsync, runtime.aclrtSynchronizeStream)
    ]
    buffers = [acl.DeviceBuffer(info.nbytes) for info in (model.inputs[0], model.outputs[0])]
    sets = [ctypes.c_void_p(data_set(buffer)) for buffer in buffers]
    queue = ctypes.c_void_p(stream.handle)

    def run(times: int, _keep: object = buffers) -> None:
        assert repeat(*functions, ctypes.c_uint(model.model_id), *sets, queue, times) == 0

    return run


async def in_flight(start: Callable[[], Awaitable[Any]]) -> tuple[float, float]:
    """Microseconds per completion: of the loop's thread, and in all."""

    async def one() -> None:
        await start()

    cpu, wall = time.thread_time(), time.perf_counter()
    await asyncio.gather(*[one() for _ in range(IN_FLIGHT)])
    taken = time.thread_time() - cpu, time.perf_counter() - wall
    return taken[0] / IN_FLIGHT * 1e6, taken[1] / IN_FLIGHT * 1e6


async def nothing() -> None:
    """A future that is done a moment later: what gather, a task and a future cost alone."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(future.set_result, None)
    await future


async def measure_in_turns(rounds: int) -> Figures:
    loop = asyncio.get_running_loop()
    with (
        acl.Model.from_file(DIGITS_MODEL) as in_stream,
        acl.Model.from_file(DIGITS_MODEL) as in_calls,
        acl.Model.from_file(DIGITS_MODEL) as bare,
        acl.Stream() as stream,
    ):
        image = np.random.default_rng(0).random((1, 1, 8, 8), np.float32)
        repeat = runtime_loop(bare, stream)
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "run_async": lambda: in_stream.run_async(image),
            "run_in_executor": lambda: loop.run_in_executor(None, in_calls, image),
            "a task and a future alone": nothing,
        }
        loops: dict[str, list[float]] = {name: [] for name in ways}
        alls: dict[str, list[float]] = {name: [] for name in ways}
        runtime: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            repeat(IN_FLIGHT)
            runtime.append((time.perf_counter() - start) / IN_FLIGHT * 1e6)
            for name, way in ways.items():
                cpu, wall = await in_flight(way)
                loops[name].append(cpu)
                alls[name].append(wall)
    own, executor = "run_async", "run_in_executor"
    figures = {
        "runtime": figure(best_difference, alls[own], runtime),
        "executor": figure(added_ratio, alls[own], alls[executor], runtime),
        "executor, loop": figure(best_ratio, loops[own], loops[executor]),
    }
    report({name: (min(loops[name]), min(alls[name])) for name in ways}, min(runtime), figures)
    return figures


def added_ratio(own: list[float], other: list[float], runtime: list[float]) -> float:
    """What one adds to the runtime's own time over what another adds."""
    return best_difference(own, runtime) / best_difference(other, runtime)


def report(best: dict[str, tuple[float, float]], runtime: float, figures: Figures) -> None:
    print(f"the runtime's own: {runtime:.1f} us a run")
    print(f"{'':28} {'loop, us':>9} {'all, us':>9}")
    for name, (cpu, wall) in best.items():
        print(f"{name:28} {cpu:9.1f} {wall:9.1f}")
    more, of_executor, of_loop = (
        figures[name].value for name in ("runtime", "executor", "executor, loop")
    )
    own, alone = best["run_async"], best["a task and a future alone"]
    print(
        f"run_async, all, over the runtime's own: {more:+.1f} us{bound_text('run_async/runtime')}"
    )
    print(f"run_async, loop, over a task alone: {own[0] - alone[0]:+.1f} us")
    print(
        f"of run_in_executor's: loop {of_loop:.2f}, over the runtime's own {of_executor:.2f}"
        f"{bound_text('run_async/executor')}"
    )


def measure(rounds: int = 60) -> Figures:
    return asyncio.run(measure_in_turns(rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
