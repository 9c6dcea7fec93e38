# SPDX-License-Identifier: Apache-2.0
"""The answer of run.py as a table, for a terminal and as docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compare import BUSY_CORES, figures_of
from figures import Figure
from registry import BENCHMARKS, Benchmark, Ratio, ratios, with_unit

HEAD = """\
# Benchmarks

Made by `python benchmarks/run.py --markdown docs/benchmarks.md`; `benchmarks/registry.py` has the
names and bounds. Each figure is taken against its reference in turns, in one process or one run,
so that whatever else the machine does hits both. Other machines have other figures, and no test
of the suite asserts a time.

`--only NAME` measures some of them, `--json out.json` keeps the figures for machines,
`--compare old.json` tells what got worse. The files of `benchmarks/` run by themselves too, with
more rounds: `python benchmarks/lane.py`.
"""

TAIL = """\
## How to read it

- Value: `x` is a ratio, other units are a difference or a time. Noise: the rounds are dealt to five
  hands in turn, and this is half the range of what the hands come to; `once` is without rounds.
- `kept` and `not kept` are said of a bound that the value is further from than the noise; else it
  is `undecided`: this run does not tell. `run.py` ends with 1 where one is not kept.
- `--compare` calls a ratio worse where all five hands lie on the worse side of all hands of the
  older run, and the change is 2 % of the bound or more (5 % where there are no five hands).
  Without a change that happens once in 252 times. Noise that lasts longer than a benchmark is in no
  hand: compare runs of a machine that has nothing else to do.
- A bound that a busy machine does not keep may be kept by a quiet one: `company` says how many
  logical processors other programs kept busy, on average, while this benchmark ran. A logical
  processor is what the system schedules on; two of them may be one core of the chip.
- What is compared with others is what is listed: a few models on one machine, not all models.
"""


def shown(value: float, unit: str) -> str:
    """`1.04x` or `3.1 ms`."""
    digits = f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{digits} {unit}" if unit else f"{digits}x"


def noise_of(hands: list[float]) -> str:
    if len(hands) < 2:
        return "once"
    return f"±{with_unit(float(f'{(max(hands) - min(hands)) / 2:.2g}'), '')}"


def verdict(ratio: Ratio, figure: Figure) -> str:
    """Whether the bound is kept; undecided where the noise is larger than what is between them."""
    if ratio.bound is None:
        return ""
    if (figure.noise or 0.0) > abs(figure.value - ratio.bound):
        return "undecided"
    return "kept" if ratio.kept(figure.value) else "not kept"


def verdicts(answer: Mapping[str, Any]) -> dict[str, str]:
    """That of each ratio that was measured."""
    known = ratios()
    return {
        name: verdict(known[name], measured)
        for name, measured in figures_of(answer).items()
        if name in known
    }


def why_not(benchmark: Benchmark, answer: Mapping[str, Any]) -> str:
    """Why it was not measured."""
    if benchmark.name in answer["not_measured"]:
        return str(answer["not_measured"][benchmark.name])
    return "not asked for"


def rows(answer: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Name, what it is, bound, value, noise, verdict and company of each ratio."""
    said = verdicts(answer)
    for benchmark in BENCHMARKS:
        for ratio in benchmark.ratios:
            name = f"{benchmark.name}/{ratio.name}"
            row = answer["ratios"].get(name)
            if row is None:
                yield name, ratio.what, ratio.bound_text, "-", "-", why_not(benchmark, answer), "-"
                continue
            company = answer["benchmarks"][benchmark.name]["others_cores"]
            yield (
                name,
                ratio.what,
                ratio.bound_text,
                shown(row["value"], ratio.unit),
                noise_of(row["hands"]),
                said[name],
                f"{company:.1f}",
            )


def facts(answer: Mapping[str, Any]) -> list[str]:
    """The machine and its company, in sentences."""
    machine, company = answer["machine"], answer["company"]
    versions = ", ".join(
        f"{name} {version or 'missing'}" for name, version in machine["versions"].items()
    )
    loads = (
        " ".join(f"{load:.1f}" for load in company[when]) for when in ("load_start", "load_end")
    )
    alone = (
        f"**Other programs kept {company['cores']:.1f} of the {machine['cores']} logical "
        "processors busy meanwhile.**"
        if company["cores"] >= BUSY_CORES
        else "Nothing else ran."
    )
    return [
        f"{answer['date']}, {answer['seconds']:.0f} s in all; ascendcl at {answer['commit']}.",
        f"{machine['cores']} logical processors of {machine['cpu']}, Linux {machine['kernel']}.",
        f"{machine['python']}, {versions}.",
        f"Load average at the start {next(loads)}, at the end {next(loads)}. {alone}",
    ]


def markdown(answer: Mapping[str, Any]) -> str:
    """The whole page."""
    lines = [HEAD, "## The last run\n", *(f"- {fact}" for fact in facts(answer)), ""]
    lines.append("| ratio | what | bound | value | noise | | company |")
    lines.append("|---|---|---|---|---|---|---|")
    lines += (f"| {' | '.join(row)} |" for row in rows(answer))
    return "\n".join([*lines, "", TAIL])


def table(answer: Mapping[str, Any]) -> str:
    """For a terminal; what was not asked for is left out."""
    asked = set(answer["ratios"]) | {
        f"{benchmark.name}/{ratio.name}"
        for benchmark in BENCHMARKS
        if benchmark.name in answer["not_measured"]
        for ratio in benchmark.ratios
    }
    cells = [("ratio", "value", "noise", "bound", "")]
    for name, _, bound, value, noise, said, _ in rows(answer):
        if name in asked:
            cells.append((name, value, noise, bound, said))
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    lines = (
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])
        for row in cells
    )
    return "\n".join([*(line.rstrip() for line in lines), "", *facts(answer)])
