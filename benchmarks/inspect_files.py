# SPDX-License-Identifier: Apache-2.0
"""How long ``ascendcl inspect`` takes: python benchmarks/inspect_files.py FILE_OR_FOLDER ...

Each file in a process of its own, as a user starts it, with both pictures; folders are searched for
.om files. Prints seconds, against those of ``python -c "import ascendcl"``; fails where a file
could not be inspected.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READ = (0, 1)  # exit codes: the file was read


def seconds(arguments: list[str]) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Run Python once."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    return time.perf_counter() - start, done


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
    print(f"{'file':44} {'MB':>7} {'seconds':>8} {'import':>7} {'ratio':>6}  exit")
    with tempfile.TemporaryDirectory() as folder:
        pictures = ["--graph", f"{folder}/g.svg", "--memory-map", f"{folder}/m.html"]
        for path in files_of(options.paths):
            runs = []
            for _ in range(options.rounds):
                importing, _ = seconds(["-c", "import ascendcl"])
                took, done = seconds(["-m", "ascendcl", "inspect", str(path), *pictures])
                runs.append((took, importing, done))
            took, importing = min(run[0] for run in runs), min(run[1] for run in runs)
            code = runs[0][2].returncode
            size = path.stat().st_size / 1e6
            name = path.name[-44:]
            ratio = took / importing
            print(f"{name:44} {size:7.2f} {took:8.2f} {importing:7.2f} {ratio:6.1f}  {code}")
            if code not in READ:
                failed += 1
                print(f"    {runs[0][2].stderr.strip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
