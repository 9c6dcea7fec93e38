# SPDX-License-Identifier: Apache-2.0
"""What `import acl` costs beside `import numpy`: the time of new processes, in turns.

python benchmarks/import_time.py [--rounds 20]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

from figures import Figures, figure, median_difference
from registry import bound_text

MODULES = ("numpy", "acl")


def milliseconds(module: str) -> float:
    """Of a process that imports it and ends."""
    environment = {**os.environ, "ASCENDCL_RUNTIME": "host"}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=environment)
    return (time.perf_counter() - start) * 1e3


def measure(rounds: int = 20) -> Figures:
    for module in MODULES:
        milliseconds(module)
    times: dict[str, list[float]] = {module: [] for module in MODULES}
    for _ in range(rounds):
        for module in MODULES:
            times[module].append(milliseconds(module))
    more = figure(median_difference, times["acl"], times["numpy"])
    for module, taken in times.items():
        print(f"import {module:8} {statistics.median(taken):7.1f} ms, least {min(taken):.1f}")
    print(f"more             {more.value:7.1f} ms{bound_text('import_time/import')}")
    return {"import": more}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
