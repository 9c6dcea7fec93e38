# SPDX-License-Identifier: Apache-2.0
"""How long ``ascendcl inspect`` takes: python benchmarks/inspect_files.py [FILE_OR_FOLDER ...]

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
from collections.abc import Sequence
from pathlib import Path

from figures import Figures, figure
from registry import bound_text

SHARED = Path(__file__).parents[2] / "shared" / "models"
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


def slowest(*files: Sequence[float]) -> float:
    """Seconds of the file that takes longest, the quickest round of each."""
    return max(map(min, files))


def measure(rounds: int = 3, paths: Sequence[Path] = (SHARED,)) -> Figures:
    """Print a row for each file; SystemExit where one could not be read."""
    files = files_of(list(paths))
    if not files:
        raise FileNotFoundError(f"no .om file in {', '.join(map(str, paths))}")
    failed = []
    columns: list[list[float]] = []
    head = ("seconds", "import", "ratio", "processor", "exit")
    print(f"{'file':44} {'MB':>7}", *(f"{name:>9}" for name in head))
    with tempfile.TemporaryDirectory() as folder:
        pictures = ["--graph", f"{folder}/g.svg", "--memory-map", f"{folder}/m.html"]
        for path in files:
            imports, runs = [], []
            for _ in range(rounds):
                imports.append(Run(["-c", "import ascendcl"]))
                runs.append(Run(["-m", "ascendcl", "inspect", str(path), *pictures]))
            columns.append([run.seconds for run in runs])
            took, importing = min(columns[-1]), min(r.seconds for r in imports)
            code = runs[0].done.returncode
            row = (took, importing, took / importing, min(r.processor for r in runs))
            shown = (*(f"{number:9.2f}" for number in row), f"{code:9}")
            print(f"{path.name[-44:]:44} {path.stat().st_size / 1e6:7.2f}", *shown)
            if code not in READ:
                failed.append(f"{path}: {runs[0].done.stderr.strip()}")
    if failed:
        raise SystemExit("\n".join(failed))
    found = figure(slowest, *columns)
    print(f"slowest {found.value:.2f} s{bound_text('inspect_files/slowest')}")
    return {"slowest": found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[SHARED])
    parser.add_argument("--rounds", type=int, default=3, help="the least of so many is told")
    options = parser.parse_args()
    measure(options.rounds, options.paths)


if __name__ == "__main__":
    main()
