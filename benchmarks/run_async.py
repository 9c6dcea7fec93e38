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


async def measure(rounds: int) -> None:
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
        best = dict.fromkeys(ways, (float("inf"), float("inf")))
        runtime = float("inf")
        for _ in range(rounds):
            start = time.perf_counter()
            repeat(IN_FLIGHT)
            runtime = min(runtime, (time.perf_counter() - start) / IN_FLIGHT * 1e6)
            for name, way in ways.items():
                cpu, wall = await in_flight(way)
                best[name] = min(best[name][0], cpu), min(best[name][1], wall)
    report(best, runtime)


def report(best: dict[str, tuple[float, float]], runtime: float) -> None:
    print(f"the runtime's own: {runtime:.1f} us a run")
    print(f"{'':28} {'loop, us':>9} {'all, us':>9}")
    for name, (cpu, wall) in best.items():
        print(f"{name:28} {cpu:9.1f} {wall:9.1f}")
    own, executor = best["run_async"], best["run_in_executor"]
    alone = best["a task and a future alone"]
    print(f"run_async, all, over the runtime's own: {own[1] - runtime:+.1f} us (bound: 5)")
    print(f"run_async, loop, over a task alone: {own[0] - alone[0]:+.1f} us")
    print(f"of run_in_executor's: loop {own[0] / executor[0] * 100:.0f} %,", end=" ")
    print(
        f"over the runtime's own {(own[1] - runtime) / (executor[1] - runtime) * 100:.0f} %",
        end=" ",
    )
    print("(bound: 40)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    asyncio.run(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
