# SPDX-License-Identifier: Apache-2.0
"""Runs numbered cases in child processes, so that a case that kills its process is only a finding.

A child runs many cases. It says in shared memory which one it is at; when it dies, or stays at one
for too long, that case is the finding, and another child goes on behind it.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

WORKER = Path(__file__).parent / "worker.py"
PROGRESS = struct.Struct("<qdq")  # number of the case, when it began, bytes of its file behind
MOST_FILE = 1 << 23
IDLE = -1
CASES_OF_A_CHILD = 20_000  # then another begins: what a library keeps for each load adds up
LONGEST_START = 120.0  # seconds, on a busy machine


@dataclass
class Finding:
    case: int
    what: str
    output: str = ""
    file: bytes = b""


@dataclass
class Report:
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    cases: int = 0
    slowest: float = 0.0
    peak: int = 0  # bytes that a child grew by at most

    @property
    def tried(self) -> int:
        """Loads and executions."""
        return self.outcomes.total()

    def add(self, line: str) -> None:
        """Take a child's line: kind of the outcome or figure, and its number."""
        name, _, number = line.partition("\t")
        if name == "peak":
            self.peak = max(self.peak, int(number))
        elif name == "slowest":
            self.slowest = max(self.slowest, float(number))
        else:
            self.outcomes[name] += int(number)


@contextmanager
def shared_progress() -> Iterator[tuple[Path, mmap.mmap]]:
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(PROGRESS.size + MOST_FILE)
        with mmap.mmap(file.fileno(), 0) as memory:
            memory[: PROGRESS.size] = PROGRESS.pack(IDLE, 0, 0)
            yield Path(file.name), memory


def show(memory: mmap.mmap, case: int, data: bytes) -> None:
    """Say from a child which case it is at."""
    data = data[:MOST_FILE]
    memory[PROGRESS.size : PROGRESS.size + len(data)] = data
    memory[: PROGRESS.size] = PROGRESS.pack(case, time.monotonic(), len(data))


def _ended(process: subprocess.Popen[str], memory: mmap.mmap, limit: float) -> str:
    """Wait for the child: how it died, or nothing where it ended well."""
    started = time.monotonic()
    while True:
        try:
            code = process.wait(0.05)
        except subprocess.TimeoutExpired:
            case, began, _ = PROGRESS.unpack(memory[: PROGRESS.size])
            late = time.monotonic() - (began if case != IDLE else started)
            if late > (limit if case != IDLE else LONGEST_START):
                process.kill()
                process.wait()
                return f"stays at it for {late:.1f} s"
        else:
            if code == 0:
                return ""
            return signal.Signals(-code).name if code < 0 else f"ends with {code}"


def _child(report: Report, arguments: Sequence[object], limit: float) -> Finding | None:
    """Run the cases of one child, and add what it says; answer what it died of."""
    with shared_progress() as (path, memory), tempfile.TemporaryFile("w+") as output:
        with subprocess.Popen(
            [sys.executable, *map(str, arguments), str(path)],
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            env={**os.environ, "ASCENDCL_RUNTIME": "host", "ASCENDCL_HOST_THREADS": "1"},
        ) as process:
            died = _ended(process, memory, limit)
            assert process.stdout is not None
            for line in process.stdout:
                report.add(line)
        if not died:
            return None
        output.seek(0)
        said = output.read()[-2000:]
        case, _, size = PROGRESS.unpack(memory[: PROGRESS.size])
        if case == IDLE:
            raise RuntimeError(f"a child {died} before its first case: {said}")
        return Finding(case, died, said, memory[PROGRESS.size : PROGRESS.size + size])


def run(
    kind: str,
    seed: int,
    first: int,
    count: int,
    *,
    limit: float = 2.0,
    progress: bool = False,
    most_findings: int = 50,
    worker: Path = WORKER,
) -> Report:
    """Run `count` cases of a kind (see worker.py), each within `limit` seconds."""
    report = Report()
    following, end = first, first + count
    began = time.monotonic()
    while following < end and len(report.findings) < most_findings:
        until = min(end, following + CASES_OF_A_CHILD)
        found = _child(report, (worker, kind, seed, following, until), limit)
        if found is not None:
            report.findings.append(found)
            print(f"finding: {kind} seed {seed} case {found.case}: {found.what}", file=sys.stderr)
            until = found.case + 1
        following = until
        report.cases = following - first
        if progress:
            spent = time.monotonic() - began
            print(
                f"{kind}: {report.cases} of {count}, {spent:.0f} s, "
                f"{1e3 * spent / max(1, report.tried):.2f} ms for each of {report.tried} "
                f"loads and executions, {len(report.findings)} findings",
                file=sys.stderr,
                flush=True,
            )
    return report
