# SPDX-License-Identifier: Apache-2.0
"""benchmarks/run.py on made-up figures, and with one benchmark that takes no time.

Nothing here looks at how large a figure is: the machine may be busy.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page import markdown, table
from registry import BENCHMARKS, ratios

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"


def made_up() -> dict[str, Any]:
    """An answer of run.py in which each bound is kept, with a noise of 1 %."""
    found = {}
    for name, ratio in ratios().items():
        value = (ratio.bound or 1.0) * (1.2 if ratio.is_least else 0.8)
        hands = [value * (1 + hand / 100) for hand in (-1, -0.5, 0, 0.5, 1)]
        about = {"unit": ratio.unit, "bound": ratio.bound, "is_least": ratio.is_least}
        found[name] = {"value": value, "hands": hands, **about, "kept": ratio.kept(value)}
    return {
        "format": 1,
        "date": "2026-11-28 10:00 UTC",
        "commit": "0123abc",
        "machine": {
            **{"cpu": "A CPU", "cores": 2, "kernel": "6.1", "python": "CPython 3.11.7"},
            "versions": {"ascendcl": "0.1.0", "numpy": "2.4.6", "onnxruntime": None},
        },
        "company": {"load_start": [0.1, 0.2, 0.3], "load_end": [1.1, 0.7, 0.4], "cores": 0.05},
        "benchmarks": {one.name: {"seconds": 1.5, "others_cores": 0.0} for one in BENCHMARKS},
        "ratios": found,
        "not_measured": {},
        "seconds": 432.1,
    }


def scaled(answer: dict[str, Any], name: str, by: float) -> dict[str, Any]:
    """The same with one figure other than it was."""
    changed = copy.deepcopy(answer)
    row = changed["ratios"][name]
    row["value"] *= by
    row["hands"] = [hand * by for hand in row["hands"]]
    row["kept"] = ratios()[name].kept(row["value"])
    return changed


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", RUN, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(answer: object, name: str = "old.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(answer), encoding="utf-8")
        return path

    return write


def test_nothing_changed(written: Any) -> None:
    path = written(made_up())
    done = run("--use", path, "--compare", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"0 worse, 0 better, {len(ratios())} as before\n")


def test_what_got_worse_is_told_with_how_much(written: Any) -> None:
    old = made_up()
    new = scaled(scaled(old, "lane/openvino", 1.1), "threads/lane", 1.1)
    done = run("--use", written(new, "new.json"), "--compare", written(old))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-3:] == [
        "lane/openvino: 0.92 -> 1.012, 8.0% worse (noise +-0.0092 and 0.0101)",
        "threads/lane: 2.16 -> 2.376, 12.0% better (noise +-0.0216 and 0.0238)",
        f"1 worse, 1 better, {len(ratios()) - 2} as before",
    ]


def test_what_is_the_machines_own_is_a_note(written: Any) -> None:
    old = made_up()
    new = scaled(old, "pool/sha256", 0.5)
    done = run("--use", written(new, "new.json"), "--compare", written(old))
    assert done.returncode == 0
    assert "note: the machine, pool/sha256: 1.2 -> 0.6, 50.0% worse" in done.stdout
    assert done.stdout.endswith(f"0 worse, 0 better, {len(ratios())} as before\n")


def test_what_is_better_is_no_failure(written: Any) -> None:
    old = made_up()
    new = scaled(old, "lane/openvino", 0.5)
    done = run("--use", written(new, "new.json"), "--compare", written(old))
    assert done.returncode == 0


def test_a_bound_that_is_not_kept_fails(written: Any) -> None:
    done = run("--use", written(scaled(made_up(), "pool/ModelPool", 0.5)))
    assert done.returncode == 1
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("pool/ModelPool")]
    assert row.endswith("not kept")


def noisy(name: str, value: float, noise: float) -> dict[str, Any]:
    """A run in which one figure, of its bound, has this noise."""
    answer = made_up()
    row, bound = answer["ratios"][name], ratios()[name].bound
    assert bound is not None
    row["value"] = value * bound
    row["hands"] = [(value + noise * hand) * bound for hand in (-1, -0.5, 0, 0.5, 1)]
    row["kept"] = ratios()[name].kept(row["value"])
    return answer


@pytest.mark.parametrize("name", ["lane/openvino", "pool/ModelPool"])  # at most, at least
@pytest.mark.parametrize("value", [0.9, 1.1])
@pytest.mark.parametrize(("noise", "is_decided"), [(0.05, True), (0.15, False)])
def test_what_the_noise_hides_is_undecided(
    written: Any, name: str, value: float, noise: float, is_decided: bool
) -> None:
    done = run("--use", written(noisy(name, value, noise)))
    (row,) = [line for line in done.stdout.splitlines() if line.startswith(name)]
    is_kept = (value > 1) == ratios()[name].is_least
    said = ("kept" if is_kept else "not kept") if is_decided else "undecided"
    assert row.endswith(f"  {said}")
    assert done.returncode == (1 if said == "not kept" else 0)


def test_what_was_measured_once_is_decided(written: Any) -> None:
    answer = noisy("cycles/resident", 1.001, 0)
    answer["ratios"]["cycles/resident"]["hands"] = [1.001]
    done = run("--use", written(answer))
    (row,) = [line for line in done.stdout.splitlines() if line.startswith("cycles/resident")]
    assert row.endswith("not kept")


def test_why_two_runs_may_not_be_comparable(written: Any) -> None:
    old, new = made_up(), made_up()
    new["machine"]["cores"] = 64
    new["company"]["cores"] = 1.4
    del new["ratios"]["cycles/resident"]
    done = run("--use", written(new, "new.json"), "--compare", written(old))
    notes = [line for line in done.stdout.splitlines() if line.startswith("note: ")]
    assert notes == [
        "note: another cores: 2 before, 64 now",
        "note: now others kept 1.4 logical processors busy",
        "note: measured only before: cycles/resident",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}'])
def test_what_is_no_answer_is_refused_before_measuring(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    done = run("--only", "import_time", "--compare", path)
    assert done.returncode == 1
    assert str(path) in done.stderr
    assert "Traceback" not in done.stderr
    assert "[1/1]" not in done.stderr


def test_no_such_file_is_told(tmp_path: Path) -> None:
    done = run("--only", "import_time", "--compare", tmp_path / "none.json")
    assert done.returncode == 1
    assert "none.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_names_are_refused() -> None:
    done = run("--only", "nothing")
    assert done.returncode == 2
    assert "nothing" in done.stderr


def test_table_and_page_tell_all() -> None:
    answer = made_up()
    answer["not_measured"] = {"positions": "needs another build: --other"}
    answer["ratios"] = {
        name: row for name, row in answer["ratios"].items() if not name.startswith("positions/")
    }
    for text in (table(answer), markdown(answer)):
        for name in answer["ratios"]:
            assert name in text
        assert "A CPU" in text
        assert "onnxruntime missing" in text
        assert "Nothing else ran." in text
    assert markdown(answer).count("| needs another build: --other |") == 5


def test_company_is_told() -> None:
    answer = made_up()
    answer["company"]["cores"] = 1.2
    assert "Other programs kept 1.2 of the 2 logical processors busy" in markdown(answer)
    assert "Nothing else ran." not in markdown(answer)


def test_what_was_not_asked_for_is_not_in_the_table() -> None:
    answer = made_up()
    answer["ratios"] = {"lane/openvino": answer["ratios"]["lane/openvino"]}
    assert "threads/lane" not in table(answer)
    assert "threads/lane" in markdown(answer)


def test_a_cheap_benchmark_from_end_to_end(tmp_path: Path) -> None:
    first, page = tmp_path / "first.json", tmp_path / "page.md"
    done = run("--only", "dlpack", "checks_off", "--json", first, "--markdown", page)
    answer = json.loads(first.read_text("utf-8"))
    assert set(answer["ratios"]) == {"dlpack/from_dlpack", "dlpack/ndarray"}, done.stderr
    assert answer["not_measured"] == {"checks_off": "needs another build: --baseline"}
    row = answer["ratios"]["dlpack/from_dlpack"]
    assert row["value"] == min(row["hands"]) > 0
    assert len(row["hands"]) == 5
    said = {line.split()[0]: line for line in done.stdout.splitlines() if line}[
        "dlpack/from_dlpack"
    ]
    assert done.returncode == (1 if said.endswith("not kept") else 0)
    assert answer["machine"]["cores"] >= 1
    assert answer["company"]["cores"] >= 0
    assert "dlpack/from_dlpack" in page.read_text("utf-8")
    again = run("--use", first, "--compare", first)
    assert again.stdout.endswith("0 worse, 0 better, 2 as before\n")


def test_a_benchmark_that_fails_is_told(tmp_path: Path) -> None:
    """The others go on."""
    path = tmp_path / "out.json"
    done = run("--only", "positions", "dlpack", "--other", "/bin/false", "--json", path)
    answer = json.loads(path.read_text("utf-8"))
    assert done.returncode == 1
    assert answer["not_measured"]["positions"].startswith("failed: ")
    assert len(answer["ratios"]) == 2
