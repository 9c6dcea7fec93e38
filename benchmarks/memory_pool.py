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

import ascendcl as acl


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bytes", type=int, default=1 << 20, help="of a buffer")
    parser.add_argument("--calls", type=int, default=50, help="buffers in a batch")
    parser.add_argument("--rounds", type=int, default=100, help="batches of each")
    arguments = parser.parse_args()
    pool = acl.Pool(4 * arguments.bytes + (1 << 20))
    ways = {"the runtime": None, "acl.Pool": pool, "acl.Tracking over it": acl.Tracking(pool)}
    blocks = {"": contextlib.nullcontext, " in acl.statistics()": acl.statistics}
    best: dict[str, float] = {}
    with acl.Device(0):
        for _ in range(arguments.rounds):
            for name, memory in ways.items():
                for suffix, block in blocks.items():
                    with block():
                        start = time.perf_counter()
                        for _ in range(arguments.calls):
                            acl.DeviceBuffer(arguments.bytes, memory=memory).close()
                        seconds = (time.perf_counter() - start) / arguments.calls
                    best[name + suffix] = min(best.get(name + suffix, seconds), seconds)
    pool.close()
    for name, seconds in best.items():
        print(f"{name:42} {seconds * 1e6:8.2f} us, {seconds / best['the runtime']:6.2f}x")


if __name__ == "__main__":
    main()
