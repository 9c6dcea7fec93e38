# SPDX-License-Identifier: Apache-2.0
"""What `import acl` costs beside `import numpy`, in new processes in turns.

The statement by itself, and the whole process: a package costs something at the exit, too.

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
TIMED = """\
import time
start = time.perf_counter()
import {module}
print(time.perf_counter() - start)
"""


def milliseconds(module: str) -> tuple[float, float]:
    """Of the import, and of a process that does nothing else."""
    command = [sys.executable, "-c", TIMED.format(module=module)]
    environment = {**os.environ, "ASCENDCL_RUNTIME": "host"}
    start = time.perf_counter()
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)
    return float(done.stdout) * 1e3, (time.perf_counter() - start) * 1e3


def measure(rounds: int = 20) -> Figures:
    for module in MODULES:
        milliseconds(module)
    imports: dict[str, list[float]] = {module: [] for module in MODULES}
    processes: dict[str, list[float]] = {module: [] for module in MODULES}
    for _ in range(rounds):
        for module in MODULES:
            of_import, of_process = milliseconds(module)
            imports[module].append(of_import)
            processes[module].append(of_process)
    figures = {
        name: figure(median_difference, taken["acl"], taken["numpy"])
        for name, taken in (("import", imports), ("process", processes))
    }
    for name, taken in (("import", imports), ("process", processes)):
        medians = ", ".join(
            f"{module} {statistics.median(times):.1f} ms (least {min(times):.1f})"
            for module, times in taken.items()
        )
        more = f"{figures[name].value:+.1f} ms{bound_text(f'import_time/{name}')}"
        print(f"{name:8} {medians}: {more}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
