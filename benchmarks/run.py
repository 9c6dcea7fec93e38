# SPDX-License-Identifier: Apache-2.0
"""Every ratio that the documents name, in one run of some minutes, as a table and as JSON.

    python benchmarks/run.py [--only lane bind] [--json out.json] [--compare old.json]
                             [--markdown docs/benchmarks.md]

Each benchmark runs in a process of its own, in its short form (benchmarks/registry.py), and takes
its figures against its reference in turns. `positions` needs the interpreter of another build
(`--other`), `checks_off` another library (`--baseline`). The exit status is 1 if a bound is not
kept, a benchmark fails or, with `--compare`, a ratio got worse.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compare import changes, remarks
from machine import Company, facts
from page import markdown, table, verdicts
from registry import BENCHMARKS, Benchmark, ratios

LONGEST = 300  # seconds of one benchmark; more is a hang
FORMAT = 1


class NotMeasuredError(Exception):
    """A benchmark cannot run here; says why."""


def measure_here(benchmark: Benchmark, given: dict[str, str], answer: Path) -> None:
    """Run a benchmark in this process; write its figures, or what it misses."""
    module = importlib.import_module(benchmark.name)
    try:
        figures = module.measure(**benchmark.short, **given)
    except (FileNotFoundError, ModuleNotFoundError) as error:
        answer.write_text(json.dumps({"missing": str(error)}), encoding="utf-8")
        return
    found = {name: (figure.value, figure.hands) for name, figure in figures.items()}
    answer.write_text(json.dumps({"figures": found}), encoding="utf-8")


def measure_apart(benchmark: Benchmark, given: dict[str, str], verbose: bool) -> dict[str, Any]:
    """Its rows by full name, of a process of its own."""
    with tempfile.TemporaryDirectory(prefix="ascendcl-benchmark-") as folder:
        path = Path(folder) / "answer.json"
        command = [sys.executable, __file__, "--here", benchmark.name, str(path)]
        for option, value in given.items():
            command += [f"--{option}", value]
        environment = {"ASCENDCL_RUNTIME": "host", **os.environ}
        output = None if verbose else subprocess.PIPE
        try:
            done = subprocess.run(
                command, stdout=output, stderr=output and subprocess.STDOUT, text=True,
                check=False, timeout=LONGEST, env=environment,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise NotMeasuredError(f"failed: no end after {LONGEST} s") from None
        if done.returncode != 0:
            last = (done.stdout or "").strip().splitlines()[-1:] or [f"exit {done.returncode}"]
            raise NotMeasuredError(f"failed: {last[0]}")
        answer = json.loads(path.read_text("utf-8"))
    if "missing" in answer:
        raise NotMeasuredError(f"not here: {answer['missing']}")
    named = {ratio.name for ratio in benchmark.ratios}
    if set(answer["figures"]) != named:
        odd = ", ".join(sorted(named ^ set(answer["figures"])))
        raise NotMeasuredError(f"failed: the registry and its file differ in {odd}")
    return {
        f"{benchmark.name}/{ratio.name}": {
            "value": answer["figures"][ratio.name][0],
            "hands": answer["figures"][ratio.name][1],
            "unit": ratio.unit,
            "bound": ratio.bound,
            "is_least": ratio.is_least,
            "kept": ratio.kept(answer["figures"][ratio.name][0]),
        }
        for ratio in benchmark.ratios
    }


def commit() -> str:
    """Of the tree beside; the installed package may be another's."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown commit"


def run(chosen: Sequence[Benchmark], options: argparse.Namespace) -> dict[str, Any]:
    """Measure them one after another."""
    now = datetime.datetime.now(datetime.timezone.utc)
    answer: dict[str, Any] = {
        "format": FORMAT,
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit(),
        "machine": facts(),
        "company": {"load_start": os.getloadavg()},
        "benchmarks": {},
        "ratios": {},
        "not_measured": {},
    }
    began, company = time.monotonic(), Company()
    for number, benchmark in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {benchmark.name}", file=sys.stderr, flush=True)
        started, beside = time.monotonic(), Company()
        try:
            given = given_of(benchmark, options)
            answer["ratios"] |= measure_apart(benchmark, given, options.verbose)
        except NotMeasuredError as reason:
            answer["not_measured"][benchmark.name] = str(reason)
        answer["benchmarks"][benchmark.name] = {
            "seconds": round(time.monotonic() - started, 2),
            "others_cores": round(beside.cores(), 2),
        }
    answer["seconds"] = round(time.monotonic() - began, 1)
    answer["company"] |= {"load_end": os.getloadavg(), "cores": round(company.cores(), 2)}
    return answer


def given_of(benchmark: Benchmark, options: argparse.Namespace) -> dict[str, str]:
    """The option that it needs, if it needs one."""
    if benchmark.needs is None:
        return {}
    value = getattr(options, benchmark.needs)
    if value is None:
        raise NotMeasuredError(f"needs another build: --{benchmark.needs}")
    return {benchmark.needs: value}


def told_changes(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Print what changed; the number of ratios that got worse."""
    known = ratios()
    found = changes(known, before, after)
    for remark in remarks(before, after):
        print(f"note: {remark}")
    for one in found:
        if known[one.name].of_machine and one.verdict != "as before":
            print(f"note: the machine, {one.text(known[one.name].unit)}")
    counts = {}
    for verdict in ("worse", "better"):
        these = [x for x in found if x.verdict == verdict and not known[x.name].of_machine]
        for one in these:
            print(one.text(known[one.name].unit))
        counts[verdict] = len(these)
    print(
        f"{counts['worse']} worse, {counts['better']} better, "
        f"{len(found) - sum(counts.values())} as before"
    )
    return counts["worse"]


def read_answer(path: Path) -> dict[str, Any]:
    """What `--json` wrote; SystemExit with the reason if it is something else."""
    try:
        answer: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path}: {error}") from None
    if not isinstance(answer, dict) or answer.get("format") != FORMAT:
        raise SystemExit(f"{path}: not the JSON of this run.py (format {FORMAT})")
    return answer


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=names, help=", ".join(names))
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    parser.add_argument("--compare", type=Path, help="JSON of an earlier run")
    parser.add_argument("--use", type=Path, help="measure nothing: take the figures of this JSON")
    parser.add_argument("--other", help="interpreter with a build that looks at no index")
    parser.add_argument("--baseline", help="libascendcl.so of a build without the checks")
    parser.add_argument("--verbose", action="store_true", help="show what the benchmarks print")
    parser.add_argument("--here", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    by_name = {benchmark.name: benchmark for benchmark in BENCHMARKS}
    if options.here:
        benchmark = by_name[options.here[0]]
        measure_here(benchmark, given_of(benchmark, options), Path(options.here[1]))
        return 0
    # Before the minutes that would be lost by it.
    before = read_answer(options.compare) if options.compare else None
    chosen = [by_name[name] for name in by_name if not options.only or name in options.only]
    answer = read_answer(options.use) if options.use else run(chosen, options)
    print(table(answer))
    if options.json:
        options.json.write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text(markdown(answer), encoding="utf-8")
    worse = told_changes(before, answer) if before else 0
    broken = "not kept" in verdicts(answer).values()
    failed = any(reason.startswith("failed") for reason in answer["not_measured"].values())
    return 1 if worse or broken or failed else 0


if __name__ == "__main__":
    sys.exit(main())
