# SPDX-License-Identifier: Apache-2.0
"""What was measured, for people and for machines."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascendcl._whole_files import written_whole
from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.bench.contest import OURS, Contest
from ascendcl.bench.load_run import LoadRun
from ascendcl.bench.loaded import Management
from ascendcl.bench.memory_held import MemoryHeld
from ascendcl.bench.operators import RUNS, OperatorTime
from ascendcl.bench.summary import Summary, percentile
from ascendcl.cli.columns import print_columns
from ascendcl.cli.feeding import described_inputs
from ascendcl.cli.table import print_table
from ascendcl.info import runtime_info

if TYPE_CHECKING:
    from ascendcl.feeds import Run

_DIGITS = 4
_FINEST = 6  # digits behind the point: of milliseconds, nanoseconds


@dataclass(frozen=True)
class Report:
    """What was measured, and of what.

    Attributes
    ----------
    compute_threads : int or None
        Of one execution on the host; None where the runtime chose.
    percents : tuple of float
        Percentiles that are told besides the usual ones.
    """

    model: str
    device: int
    management: Management
    is_pinned: bool
    compute_threads: int | None
    warm_up: int
    runs: tuple[Run, ...]
    step_names: tuple[str, ...]
    load: LoadRun
    before: MemoryHeld
    after: MemoryHeld
    percents: tuple[float, ...] = ()
    operators: tuple[OperatorTime, ...] | None = None
    contest: Contest | None = None

    @property
    def batch(self) -> int | None:
        """The first axis, where all inputs have the same in all runs."""
        sizes = {shape[:1] for run in self.runs for shape in run.shapes}
        return next(iter(sizes))[0] if len(sizes) == 1 and sizes != {()} else None

    def steps(self) -> list[tuple[str, Summary]]:
        """Latency, then each step of it where it has several."""
        found = [("latency", Summary.of(self.load.latencies))]
        if len(self.step_names) > 1:
            columns = self.load.nanoseconds.T
            found += [
                (name, Summary.of(column))
                for name, column in zip(self.step_names, columns, strict=True)
            ]
        return found

    def problems(self, bound: float) -> list[str]:
        """Say which outputs are further from the others' than the bound."""
        if self.contest is None:
            return []
        return [
            f"output {row.name!r} is off by {row.relative_l2:.3g} (relative L2) from {name}'s, "
            f"and the bound is {bound:g}"
            for name, rows in self.contest.differences.items()
            for row in rows
            if not row.relative_l2 <= bound
        ]


def facts_of(report: Report) -> list[tuple[str, str]]:
    """Answer names and values, of all but the tables."""
    load, after, before = report.load, report.after, report.before
    runtime = runtime_info()
    chosen = report.compute_threads
    rows = [
        ("runtime", f"{runtime.kind} ({runtime.soc or 'unknown chip'}), device {report.device}"),
        ("threads", _threads(report)),
        ("threads of an execution", "the runtime's choice" if chosen is None else str(chosen)),
    ]
    rows += [
        ("input", f"{each['name']}: {each['dtype']}{each['shape']} from {each['source']}")
        for each in described_inputs(report.runs[0])
    ]
    if len(report.runs) > 1:
        rows.append(("sets of inputs", f"{len(report.runs)}, in turns"))
    rows += [
        ("runs", f"{len(load.nanoseconds)} in {load.seconds:.3f} s, {report.warm_up} before"),
        ("throughput", f"{load.throughput:.2f} runs per second"),
    ]
    if report.batch is not None:
        each = load.throughput * report.batch
        rows.append(("", f"{each:.2f} items per second, {report.batch} in a run"))
    rows += [
        (f"p{percent:g}", f"{percentile(load.latencies, percent) / 1e6:.4g} ms")
        for percent in report.percents
    ]
    rows += [
        ("memory is", f"the {report.management}'s" + ("; pinned" if report.is_pinned else "")),
        ("device memory", _device_memory(before, after)),
    ]
    if after.resident is not None and before.resident is not None and after.peak is not None:
        resident = f"{_bytes(after.resident)}, {_bytes(before.resident)} before"
        rows.append(("resident memory", f"{resident}; {_bytes(after.peak)} at most"))
    return rows


def _device_memory(before: MemoryHeld, after: MemoryHeld) -> str:
    more = after.device_used - before.device_used
    return (
        f"{_bytes(more)} more in use than before: the model's work {_bytes(after.work)}, weights "
        f"{_bytes(after.weight)}, inputs and outputs of its own {_bytes(after.io)}; the inputs and "
        f"outputs of this measurement {_bytes(after.arrays)}"
    )


def _threads(report: Report) -> str:
    counts = report.load.runs_of_threads
    if len(counts) == 1:
        return "1"
    return f"{len(counts)}, with {min(counts)} to {max(counts)} runs each"


def _bytes(count: int) -> str:
    for unit, size in (("MiB", 2**20), ("KiB", 2**10)):
        if abs(count) >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def in_digits(value: float) -> str:
    """Answer it with four significant digits and no exponent; nothing is below a nanosecond."""
    digits = _DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{min(max(digits, 0), _FINEST)}f}"


def print_report(report: Report) -> None:
    """Print it as tables."""
    print_table(report.model, facts_of(report))
    steps = report.steps()
    _print_summaries("milliseconds", steps)
    for note in _notes(report):
        print(f"note: {note}")
    if report.operators is not None:
        _print_operators(report.operators)
    if report.contest is not None:
        _print_contest(report.contest)


def _notes(report: Report) -> list[str]:
    notes = []
    count = len(report.load.nanoseconds)
    if count < 100:
        notes.append(f"of {count} runs p99 is the longest one")
    if len(report.step_names) == 1 and report.step_names != ("compute",):
        notes.append("with dynamic shapes the runtime copies inside of its call: no split")
    if report.contest is not None:
        notes += [f"{name} is not installed" for name in report.contest.missing]
    return notes


def _print_summaries(title: str, rows: Sequence[tuple[str, Summary]]) -> None:
    heads = ("mean", "min", "p50", "p90", "p99", "max")
    print_columns(
        title,
        ("", *heads),
        [(name, *(in_digits(getattr(each, head)) for head in heads)) for name, each in rows],
    )


def _print_operators(operators: Sequence[OperatorTime]) -> None:
    print_columns(
        f"operators, means of {RUNS} runs of their own",
        ("operator", "type", "ms", "share"),
        [
            (each.name, each.type, in_digits(each.milliseconds), f"{each.share:.1%}")
            for each in operators
        ],
        texts=2,
    )


def _print_contest(contest: Contest) -> None:
    ours = contest.times[OURS].p50
    heads = ("mean", "min", "p50", "p90", "p99", "max")
    print_columns(
        f"milliseconds, in turns with {contest.source}, {contest.threads} threads each",
        ("", *heads, "p50 / ours"),
        [
            (name, *(in_digits(getattr(each, head)) for head in heads), f"{each.p50 / ours:.2f}")
            for name, each in contest.times.items()
        ],
    )
    print_columns(
        "our outputs against theirs",
        ("output", "of", "relative L2", "max abs", "cosine"),
        [
            (
                row.name + (f" ({row.note})" if row.note else ""),
                name,
                f"{row.relative_l2:.3g}",
                f"{row.max_abs:.3g}",
                f"{row.cosine:.7f}",
            )
            for name, rows in contest.differences.items()
            for row in rows
        ],
        texts=2,
    )


def as_json(report: Report) -> dict[str, Any]:
    """Answer it as plain values: times in milliseconds, memory in bytes."""
    load, runtime = report.load, runtime_info()
    found: dict[str, Any] = {
        "model": report.model,
        "runtime": runtime.kind,
        "soc": runtime.soc,
        "engine": runtime.engine,
        "device": report.device,
        "threads": len(load.runs_of_threads),
        "compute_threads": report.compute_threads,
        "management": report.management,
        "pinned": report.is_pinned,
        "inputs": described_inputs(report.runs[0]),
        "sets": len(report.runs),
        "warmup": report.warm_up,
        "runs": len(load.nanoseconds),
        "seconds": load.seconds,
        "throughput": load.throughput,
        "batch": report.batch,
        "milliseconds": {name: asdict(summary) for name, summary in report.steps()},
        "percentiles": {
            f"{percent:g}": percentile(load.latencies, percent) / 1e6 for percent in report.percents
        },
        "memory": {"before": asdict(report.before), "after": asdict(report.after)},
    }
    if report.operators is not None:
        found["operators"] = [asdict(each) for each in report.operators]
    if report.contest is not None:
        found["compare"] = _contest_as_json(report.contest)
    return found


def _contest_as_json(contest: Contest) -> dict[str, Any]:
    return {
        "source": contest.source,
        "threads": contest.threads,
        "missing": list(contest.missing),
        "milliseconds": {name: asdict(each) for name, each in contest.times.items()},
        "differences": {
            name: [
                {
                    "output": row.name,
                    "relative_l2": row.relative_l2,
                    "max_abs": row.max_abs,
                    "cosine": row.cosine,
                    "note": row.note,
                }
                for row in rows
            ]
            for name, rows in contest.differences.items()
        },
    }


def check_times_file(path: Path) -> None:
    """Refuse what cannot be written, before anything is measured.

    Raises
    ------
    WrongArgumentsError
        The ending is another than .csv: it may be the model.
    OSError
        There is no such folder, or it is one itself.
    """
    if path.suffix != ".csv":
        raise WrongArgumentsError(f"--times {path}: what is written is .csv")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"--times {path}: there is no folder for such a file")


def write_times(path: Path, report: Report) -> None:
    """Write a line per run: nanoseconds of each step, and of all."""
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        names = [f"{name.replace(' ', '_')}_ns" for name in report.step_names]
        writer.writerow([*names, "latency_ns"])
        for steps, latency in zip(report.load.nanoseconds, report.load.latencies, strict=True):
            writer.writerow([*map(int, steps), int(latency)])
