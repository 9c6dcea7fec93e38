# SPDX-License-Identifier: Apache-2.0
"""Every ratio that a document names is in the registry, and the page names every one of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from page import markdown
from registry import BENCHMARKS, VERDICTS, Benchmark, Ratio, ratios

ROOT = Path(__file__).parents[2]
BENCHMARK_FILES = {path.stem: path for path in (ROOT / "benchmarks").glob("*.py")}
PAGE = ROOT / "docs" / "benchmarks.md"
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")})

NUMBER = r"(?<![\w.])(\d+(?:\.\d+)?)"
RATIO = re.compile(
    rf"{NUMBER}(?:x|\s?times)\s+(?:faster|slower|as|the|more|less|larger|smaller)\b"
    rf"|{NUMBER}\s?%\s+(?:faster|slower|more|less)\b"
    rf"|at (?:most|least) {NUMBER}x"
)
FILE = re.compile(r"benchmarks/(\w+)\.py")
MADE = {"run"}  # by which the page is made


def by_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def unregistered_ratios(text: str) -> list[str]:
    """What a text states as a ratio without the file whose bound it is, or the test, beside it."""
    bounds = {one.name: {ratio.bound for ratio in one.ratios} for one in BENCHMARKS}
    found = []
    for line in text.splitlines():
        if "pytest tests/" in line:  # asserted there, of sizes and counts
            continue
        known = {bound for name in FILE.findall(line) for bound in bounds.get(name, ())}
        for match in RATIO.finditer(line):
            (number,) = filter(None, match.groups())
            if float(number) not in known:
                found.append(f"{match[0]!r} in {line.strip()[:200]!r}")
    return found


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d != PAGE], ids=by_name)
def test_documents_state_only_bounds_of_the_registry(document: Path) -> None:
    assert unregistered_ratios(document.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "it is 2x faster than a stone",
        "12 % slower than before",
        "at most 1.20x, says benchmarks/lane.py",  # which says something else
        "3.5 times as fast (benchmarks/nowhere.py)",
    ],
)
def test_a_ratio_of_nowhere_is_found(line: str) -> None:
    assert len(unregistered_ratios(line)) == 1


def test_a_bound_of_the_registry_may_be_named_with_its_file() -> None:
    assert unregistered_ratios("at most 1.15x OpenVINO's time (`benchmarks/lane.py`)") == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_documents_name_only_benchmarks_that_are_there(document: Path) -> None:
    known = {one.name for one in BENCHMARKS} | {*VERDICTS, *MADE, "registry", "figures"}
    named = set(FILE.findall(document.read_text(encoding="utf-8")))
    assert named <= known, f"not in benchmarks/registry.py: {sorted(named - known)}"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def page_rows() -> list[tuple[str, str, str]]:
    """Name, what it is and bound of each row of the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("|---|---|---|---|---|---|---|") + 1
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        name, what, bound = cells(line)[:3]
        rows.append((name, what, bound))
    return rows


def test_page_has_every_ratio_with_its_bound() -> None:
    """After a change of the registry: `run.py --use out.json --markdown docs/benchmarks.md`."""
    wanted = [(name, ratio.what, ratio.bound_text) for name, ratio in ratios().items()]
    assert page_rows() == wanted


def test_page_is_as_its_maker_writes_it() -> None:
    """The text around the table and the facts is that of benchmarks/page.py."""
    nothing = {
        **{"date": "", "seconds": 0, "commit": "", "benchmarks": {}, "ratios": {}},
        "machine": {"cores": 0, "cpu": "", "kernel": "", "python": "", "versions": {}},
        "company": {"load_start": [], "load_end": [], "cores": 0},
        "not_measured": {},
    }
    lines, wanted = (
        [line for line in text.splitlines() if not line.startswith("| ")]
        for text in (PAGE.read_text(encoding="utf-8"), markdown(nothing))
    )
    facts = slice(lines.index("## The last run"), lines.index("|---|---|---|---|---|---|---|"))
    of_nothing = slice(
        wanted.index("## The last run"), wanted.index("|---|---|---|---|---|---|---|")
    )
    del lines[facts], wanted[of_nothing]
    assert lines == wanted


def test_names_and_sentences_are_fit_for_a_table() -> None:
    names = [f"{one.name}/{ratio.name}" for one in BENCHMARKS for ratio in one.ratios]
    assert len(names) == len(set(names)) == len(ratios())
    for ratio in ratios().values():
        assert "|" not in ratio.name + ratio.what + ratio.unit


def parsed(name: str) -> ast.Module:
    return ast.parse(BENCHMARK_FILES[name].read_text(encoding="utf-8"))


def measure_of(name: str) -> ast.FunctionDef | None:
    functions = (node for node in parsed(name).body if isinstance(node, ast.FunctionDef))
    return next((node for node in functions if node.name == "measure"), None)


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_each_benchmark_measures_and_runs_by_itself(benchmark: Benchmark) -> None:
    measure = measure_of(benchmark.name)
    assert measure is not None
    parameters = {argument.arg for argument in measure.args.args}
    given = {*benchmark.short, *([benchmark.needs] if benchmark.needs else [])}
    assert given <= parameters
    required = len(measure.args.args) - len(measure.args.defaults)
    assert required == (1 if benchmark.needs else 0)
    assert ast.unparse(parsed(benchmark.name).body[-1]).startswith("if __name__ == '__main__'")


def test_whatever_measures_is_registered() -> None:
    measuring = {name for name in BENCHMARK_FILES if measure_of(name) is not None}
    assert measuring == {one.name for one in BENCHMARKS}
    assert set(VERDICTS) <= set(BENCHMARK_FILES)


@pytest.mark.parametrize("name", sorted({one.name for one in BENCHMARKS}))
def test_benchmarks_state_no_bound_themselves(name: str) -> None:
    """It stands in the registry: a second place would come to say something else."""
    text = BENCHMARK_FILES[name].read_text(encoding="utf-8")
    assert re.findall(r"\bat (?:most|least) \d|[Bb]ound: ?\d|\bBOUND\w* = \d", text) == []


def test_bounds_in_words() -> None:
    assert Ratio("r", "", 1.15).bound_text == "at most 1.15"
    assert Ratio("r", "", 40, unit="ms").bound_text == "at most 40 ms"
    assert Ratio("r", "", 3, is_least=True).bound_text == "at least 3"
    assert Ratio("r", "").bound_text == ""


def test_bounds_are_kept_on_their_own_side() -> None:
    most, least = Ratio("r", "", 2), Ratio("r", "", 2, is_least=True)
    assert [most.kept(value) for value in (1.9, 2, 2.1)] == [True, True, False]
    assert [least.kept(value) for value in (1.9, 2, 2.1)] == [False, True, True]
    assert Ratio("r", "").kept(5) is None
