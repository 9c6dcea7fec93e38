# SPDX-License-Identifier: Apache-2.0
"""Runs programs with ASCENDCL_TRACE and reads what they wrote as a viewer would."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclasses.dataclass(frozen=True)
class Slice:
    """A complete event; times in nanoseconds."""

    process: str
    thread: str
    category: str
    name: str
    begin: int
    end: int
    args: dict[str, Any]

    def holds(self, other: Slice) -> bool:
        return self.begin <= other.begin and other.end <= self.end


class Trace:
    """A trace file, strictly read: complete JSON, known kinds of events, named tracks."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text, parse_float=Decimal)
        assert document.keys() == {"displayTimeUnit", "traceEvents"}
        events = document["traceEvents"]
        processes: dict[int, str] = {}
        threads: dict[tuple[int, int], str] = {}
        for event in events:
            if event["ph"] == "M" and event["name"] == "process_name":
                processes[event["pid"]] = event["args"]["name"]
            elif event["ph"] == "M":
                assert event["name"] == "thread_name"
                threads[event["pid"], event["tid"]] = event["args"]["name"]
        self.pids = set(processes)
        self.slices: list[Slice] = []
        self.instants: list[Slice] = []
        for event in events:
            if event["ph"] == "M":
                continue
            assert event["ph"] in {"X", "i"}
            begin, length = int(event["ts"] * 1000), int(event.get("dur", 0) * 1000)
            assert begin > 0
            assert length >= 0
            one = Slice(
                processes[event["pid"]],
                threads[event["pid"], event["tid"]] + f" [{event['tid']}]",
                event["cat"],
                event["name"],
                begin,
                begin + length,
                event["args"],
            )
            (self.slices if event["ph"] == "X" else self.instants).append(one)
        self._check_nesting()

    def _check_nesting(self) -> None:
        """Slices of a track lie in or beside each other, as a stack of calls does."""
        tracks: dict[tuple[str, str], list[Slice]] = {}
        for one in self.slices:
            tracks.setdefault((one.process, one.thread), []).append(one)
        for slices in tracks.values():
            stack: list[Slice] = []
            for one in sorted(slices, key=lambda s: (s.begin, -s.end)):
                while stack and stack[-1].end <= one.begin:
                    stack.pop()
                assert not stack or stack[-1].holds(one), f"{one} overlaps {stack[-1]}"
                stack.append(one)

    def named(self, name: str) -> list[Slice]:
        return [one for one in self.slices if one.name == name]

    def of_category(self, category: str) -> list[Slice]:
        return [one for one in self.slices if one.category == category]

    def on_stream(self, category: str) -> Iterator[Slice]:
        for one in self.of_category(category):
            if one.process.startswith("device "):
                assert one.thread.startswith("stream ")
                yield one


def run_traced(
    program: str, trace: str | Path, folder: Path, *, returncode: int = 0, stderr: str = ""
) -> str:
    """Run a Python program in a folder; what it printed."""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "ASCENDCL_TRACE": str(trace)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == returncode, run.stderr
    if stderr:
        assert stderr in run.stderr
    elif returncode == 0:
        assert run.stderr == ""
    return run.stdout
