# SPDX-License-Identifier: Apache-2.0
"""A short and always equal run of the mutations that go through OpenVINO (tests/fuzz/whole)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "whole"
sys.path.append(str(FOLDER))

from isolation import run  # noqa: E402

SLOW = 60.0  # seconds: a machine may be busy, and a hang is longer


@pytest.mark.parametrize(
    ("kind", "cases", "least"),
    [("ops", 200, 200), ("each", 249, 50), ("models", 100, 200), ("digits", 20, 25)],
)
def test_nothing_kills_the_process(kind: str, cases: int, least: int) -> None:
    report = run(kind, 14, 0, cases, limit=SLOW)
    assert report.findings == []
    assert report.cases == cases
    assert report.outcomes["executed"] > least // 2
    assert report.outcomes["refused"] > 0


def test_nothing_kills_a_process_that_is_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its models have one stream, here of one thread: what failed there was run once more."""
    monkeypatch.setenv("ASCENDCL_TRACE", str(tmp_path / "trace.json"))
    assert run("models", 14, 0, 100, limit=SLOW).findings == []


DYING = """
import mmap, os, signal, sys, time
sys.path.append({folder!r})
from isolation import show
first, end = int(sys.argv[3]), int(sys.argv[4])
with open(sys.argv[5], "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
    for case in range(first, end):
        show(memory, case, b"case %d" % case)
        if case == 1:
            os.kill(os.getpid(), signal.SIGSEGV)
        if case == 3:
            print("its last words", file=sys.stderr, flush=True)
            sys.exit(3)
        if case == 4:
            time.sleep(600)
        print("executed\\t1", flush=True)
"""


def test_a_case_that_dies_or_hangs_is_a_finding_and_the_others_run(tmp_path: Path) -> None:
    worker = tmp_path / "dying.py"
    worker.write_text(DYING.format(folder=str(FOLDER)))
    report = run("dying", 1, 0, 7, limit=2.0, worker=worker)
    assert [(found.case, found.file) for found in report.findings] == [
        (1, b"case 1"),
        (3, b"case 3"),
        (4, b"case 4"),
    ]
    segfault, end, hang = (found.what for found in report.findings)
    assert segfault == "SIGSEGV"
    assert end == "ends with 3"
    assert "its last words" in report.findings[1].output
    assert hang.startswith("stays at it for")
    assert report.outcomes["executed"] == 4
