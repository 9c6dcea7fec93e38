# SPDX-License-Identifier: Apache-2.0
"""How long ``ascendcl inspect`` takes: python benchmarks/inspect_files.py FILE_OR_FOLDER ...

Each file in a process of its own, as a user starts it, with both pictures; folders are searched for
.om files. Prints seconds, against those of ``python -c "import ascendcl"`` in the same run, and
seconds of processors, which a busy machine does not change; fails where a file could not be read.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ = (0, 1)  # exit codes: the file was read


class Run:
    """One run of Python: seconds on the clock, seconds of processors, and what came of it."""

    def __init__(self, arguments: list[str]) -> None:
        before, start = self._processor(), time.perf_counter()
        self.done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False
        )
        self.seconds = time.perf_counter() - start
        self.processor = self._processor() - before

    @staticmethod
    def _processor() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime


def files_of(paths: list[Path]) -> list[Path]:
    """The files themselves, and those in folders."""
    found = []
    for path in paths:
        found += sorted(path.rglob("*.om")) if path.is_dir() else [path]
    return found


def main() -> int:
    """Print a row for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many is told")
    options = parser.parse_args()
    failed = 0
    head = ("seconds", "import", "ratio", "processor", "exit")
    print(f"{'file':44} {'MB':>7}", *(f"{name:>9}" for name in head))
    with tempfile.TemporaryDirectory() as folder:
        pictures = ["--graph", f"{folder}/g.svg", "--memory-map", f"{folder}/m.html"]
        for path in files_of(options.paths):
            imports, runs = [], []
            for _ in range(options.rounds):
                imports.append(Run(["-c", "import ascendcl"]))
                runs.append(Run(["-m", "ascendcl", "inspect", str(path), *pictures]))
            took, importing = min(r.seconds for r in runs), min(r.seconds for r in imports)
            code = runs[0].done.returncode
            row = (took, importing, took / importing, min(r.processor for r in runs))
            shown = (*(f"{number:9.2f}" for number in row), f"{code:9}")
            print(f"{path.name[-44:]:44} {path.stat().st_size / 1e6:7.2f}", *shown)
            if code not in READ:
                failed += 1
                print(f"    {runs[0].done.stderr.strip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
