# SPDX-License-Identifier: Apache-2.0
"""docs/onnx.md was written with what is installed, and its numbers agree with each other."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "onnx.md"


def _rows(columns: int) -> list[list[str]]:
    """Rows of the tables that have so many columns, without heads."""
    rows = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = re.split(r"(?<!\\)\|", line.strip())[1:-1]
        if line.startswith("|") and len(cells) == columns:
            rows.append([cell.strip() for cell in cells])
    return [row for row in rows if any(cell.isdigit() for cell in row)]


def _counts() -> dict[str, int]:
    return {row[0]: int(row[1]) for row in _rows(2)}


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "openvino"])
def test_it_was_written_with_the_installed_release(package: str) -> None:
    """A release that came after the page says nothing of it; the sums are checked always."""
    told = re.search(
        rf"\b{package} ([0-9.]+[0-9])", PAGE.read_text(encoding="utf-8"), re.IGNORECASE
    )
    assert told is not None
    installed = re.match(r"\d+\.\d+\.\d+", version(package))
    assert installed is not None
    if _numbers(installed[0]) > _numbers(told[1]):
        pytest.skip(f"the page is of {package} {told[1]}, {installed[0]} is installed")
    assert told[1] == installed[0], "run tools/onnx_sweep.py"


def _numbers(release: str) -> list[int]:
    return [int(number) for number in release.split(".")]


def test_what_became_of_the_tests_adds_up() -> None:
    counts = _counts()
    told = re.search(r"(\d+) of (\d+) are right", PAGE.read_text(encoding="utf-8"))
    assert told is not None
    assert counts["right"] == int(told[1])
    assert sum(counts.values()) == int(told[2])


def test_none_is_wrong_and_written_and_none_died() -> None:
    assert _counts()["WRONG AND WRITTEN"] == 0
    assert _counts()["DIED"] == 0


def test_the_rows_by_operator_are_those_of_the_summary() -> None:
    by_operator: Counter[str] = Counter()
    for _, became, tests, _ in _rows(4):
        by_operator[became] += int(tests)
    summary = {name: count for name, count in _counts().items() if count and name != "right"}
    assert dict(by_operator) == summary
