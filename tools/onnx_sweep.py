#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile and run every node test of the installed onnx, and write docs/onnx.md.

python tools/onnx_sweep.py [--only PART] [--names FILE] [--workers N] [--json FILE]

Each test is run by a worker that is started anew where it died. Ends with 1 if a test came out
wrong though it was written, or a process died. The page is written where all tests were run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import backend_cases as cases
from backend_cases import Outcome

TARGET = Path(__file__).resolve().parent.parent / "docs" / "onnx.md"
_PACKAGES = {"openvino": "openvino", "onnx": "onnx", "ort": "onnxruntime"}
_TIMEOUT = 300.0  # seconds for one test


def _work(connection: Connection, kept: str, in_process: bool) -> None:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_LOG"] = "off"
    if in_process:
        cases.verify_here()
    with tempfile.TemporaryDirectory() as folder:
        while (name := connection.recv()) is not None:
            connection.send(cases.outcome_of(cases.load(Path(kept), name), Path(folder)))


class Worker:
    """A process that runs tests, one after another."""

    def __init__(self, kept: Path, *, in_process: bool) -> None:
        self._arguments = (str(kept), in_process)
        self._process: Any = None

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, *self._arguments), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, name: str, operator: str) -> Outcome:
        """Run one test; a process that dies is an outcome."""
        if self._process is None:
            self._start()
        try:
            self._connection.send(name)
            if not self._connection.poll(_TIMEOUT):
                self._process.kill()
                raise EOFError
            found: Outcome = self._connection.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            how, self._process = f"exit code {self._process.exitcode}", None
            return Outcome(name, operator, cases.DIED, how)
        return found

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._connection.send(None)
            self._process.join()


def sweep(chosen: list[cases.Case], kept: Path, workers: int) -> list[Outcome]:
    """Run all, some at a time."""
    cases.save(chosen, kept)
    left: Iterator[cases.Case] = iter(chosen)
    lock = threading.Lock()
    found: dict[str, Outcome] = {}

    def serve() -> None:
        worker = Worker(kept, in_process=True)
        alone = Worker(kept, in_process=False)
        while True:
            with lock:
                case = next(left, None)
                number = len(found)
            if case is None:
                break
            outcome = worker.run(case.name, case.operator)
            if outcome.kind == cases.DIED:
                # As users have it: the verification is a process of its own.
                outcome = alone.run(case.name, case.operator)
            found[case.name] = outcome
            if outcome.kind in (cases.WRONG, cases.DIED):
                print(f"{outcome.kind}: {case.name}: {outcome.reason}", file=sys.stderr)
            if number % 100 == 0:
                print(f"{number} of {len(chosen)} ...", file=sys.stderr)
        worker.end()
        alone.end()

    threads = [threading.Thread(target=serve) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[case.name] for case in chosen]


HEAD = """\
# ONNX operators that can be compiled

Written by `tools/onnx_sweep.py`; do not edit. OpenVINO {openvino}, onnx {onnx}, onnxruntime {ort}.

Every node test of `onnx.backend.test` whose tensors have types that the runtime has, compiled by
`ascendcl compile` with verification, and run on the test's own inputs against its own outputs
within onnx's tolerance: {right} of {all} are right ({share:.1f} %). {other} tests are not counted:
their tensors are bfloat16, text, sequences and the like.

| what became of it | tests |
|---|--:|
{totals}

{given} of those that are right take inputs that cannot be made up, as shapes and scales: the test's
own were given (`--verify-input`), or made constants (`--input_value`).

## Not right, by operator

| operator | what became of it | tests | reason |
|---|---|--:|---|
"""


def page(outcomes: list[Outcome], other: int) -> str:
    """The text of docs/onnx.md."""
    kinds = Counter(each.kind for each in outcomes)
    rows: dict[tuple[str, str, str], int] = Counter(
        (each.operator, each.kind, _short(each)) for each in outcomes if each.kind != cases.RIGHT
    )
    shown = kinds.most_common()
    shown += [(kind, 0) for kind in (cases.WRONG, cases.DIED) if kind not in kinds]
    text = HEAD.format(
        **{name: version(package) for name, package in _PACKAGES.items()},
        right=kinds[cases.RIGHT],
        all=len(outcomes),
        share=100 * kinds[cases.RIGHT] / len(outcomes),
        other=other,
        totals="\n".join(f"| {kind} | {count} |" for kind, count in shown),
        given=sum(each.given for each in outcomes if each.kind == cases.RIGHT),
    )
    for (operator, kind, reason), count in sorted(rows.items()):
        text += f"| {operator} | {kind} | {count} | {reason} |\n"
    right = Counter(each.operator for each in outcomes if each.kind == cases.RIGHT)
    text += "\n## Right, by operator\n\n"
    return text + ", ".join(f"{name} ({right[name]})" for name in sorted(right)) + "\n"


def _short(outcome: Outcome) -> str:
    """A reason without what differs from test to test."""
    text = outcome.reason
    if outcome.kind == cases.CAUGHT:
        shape = re.search(r"shape .* instead of .*?\)(?=;|$)", text)
        text = "another shape" if shape else "other values"
    elif outcome.kind == cases.NO_REFERENCE:
        text = "onnxruntime takes no input that was tried"
    elif outcome.kind == cases.NOT_RUN:
        text = text.rpartition("aclmdlExecute: ")[2]
    elif outcome.kind in (cases.ROUNDING, cases.TOLD):
        text = text if outcome.case in cases.ON_THE_EDGE else ""
    elif outcome.kind == cases.NO_RULE:
        text = ""
    text = re.sub(r"'[^']*'", "an output", text.splitlines()[0] if text else "")
    return text.replace("|", "\\|")[:160]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="tests with this in their names")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", type=Path, help="write the outcomes here, too")
    parser.add_argument("--names", type=Path, help="a file of tests to run")
    arguments = parser.parse_args()
    chosen, counts = cases.all_cases()
    chosen = [case for case in chosen if arguments.only in case.name]
    if arguments.names:
        names = set(arguments.names.read_text(encoding="utf-8").split())
        chosen = [case for case in chosen if case.name in names]
    with tempfile.TemporaryDirectory() as kept:
        outcomes = sweep(chosen, Path(kept), arguments.workers)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(each) for each in outcomes], indent=1))
    if len(outcomes) + counts["other types"] == counts["all"]:
        TARGET.write_text(page(outcomes, counts["other types"]), encoding="utf-8")
    kinds = [each.kind for each in outcomes]
    for kind in sorted(set(kinds), key=kinds.count, reverse=True):
        print(f"{kinds.count(kind):5} {kind}")
    return int(cases.WRONG in kinds or cases.DIED in kinds)


if __name__ == "__main__":
    sys.exit(main())
