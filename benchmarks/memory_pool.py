# SPDX-License-Identifier: Apache-2.0
"""What a buffer costs of the runtime, of a pool and through a tracker, made and closed in turns.

Of the host runtime: a device's allocator is slower, and a pool asks it for nothing here. The
quickest batch of each counts. Every batch runs with `acl.statistics` open as well.

    python benchmarks/memory_pool.py [--bytes 1048576] [--calls 50] [--rounds 100]
"""

from __future__ import annotations

import argparse
import contextlib
import time

from figures import Figures, best_ratio, figure
from registry import bound_text

import ascendcl as acl


def measure(nbytes: int = 1 << 20, calls: int = 50, rounds: int = 100) -> Figures:
    pool = acl.Pool(4 * nbytes + (1 << 20))
    ways = {"the runtime": None, "acl.Pool": pool, "acl.Tracking over it": acl.Tracking(pool)}
    blocks = {"": contextlib.nullcontext, " in acl.statistics()": acl.statistics}
    times: dict[str, list[float]] = {}
    with acl.Device(0):
        for _ in range(rounds):
            for name, memory in ways.items():
                for suffix, block in blocks.items():
                    with block():
                        start = time.perf_counter()
                        for _ in range(calls):
                            acl.DeviceBuffer(nbytes, memory=memory).close()
                        seconds = (time.perf_counter() - start) / calls
                    times.setdefault(name + suffix, []).append(seconds)
    pool.close()
    of_runtime = times["the runtime"]
    figures = {"pool": figure(best_ratio, times["acl.Pool"], of_runtime)}
    for name, taken in times.items():
        ratio = best_ratio(taken, of_runtime)
        bound = bound_text("memory_pool/pool") if name == "acl.Pool" else ""
        print(f"{name:42} {min(taken) * 1e6:8.2f} us, {ratio:6.2f}x{bound}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bytes", type=int, default=1 << 20, help="of a buffer")
    parser.add_argument("--calls", type=int, default=50, help="buffers in a batch")
    parser.add_argument("--rounds", type=int, default=100, help="batches of each")
    arguments = parser.parse_args()
    measure(arguments.bytes, arguments.calls, arguments.rounds)


if __name__ == "__main__":
    main()
