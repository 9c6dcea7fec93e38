# SPDX-License-Identifier: Apache-2.0
"""Every case of the behaviour specification is tested, but for the listed deviations."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPECIFICATION = HERE.parents[2] / "shared" / "spec" / "acl_behaviour.md"
CASES = 181
# The list may only shrink; with it, this number.
MOST_DEVIATIONS = 1


def deviations() -> set[int]:
    with (HERE / "deviations.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert all(row["why"] and row["what the host runtime does"] for row in rows)
    return {int(row["case"]) for row in rows}


def cases_tested() -> set[int]:
    """Marks are numbers, or "142-143 gears", "134, 136"; others name a part of the text."""
    numbers: set[int] = set()
    for path in HERE.glob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for mark in re.findall(r"\bmark\.case\(\s*\"?([\d\s,-]+)(?!\.)\b", text):
            for first, last in re.findall(r"(\d+)(?:-(\d+))?", mark):
                numbers |= set(range(int(first), int(last or first) + 1))
    return numbers - {0}


def test_every_case_is_tested_or_a_listed_deviation() -> None:
    assert cases_tested() | deviations() == set(range(1, CASES + 1))


def test_the_deviations_only_shrink() -> None:
    assert len(deviations()) <= MOST_DEVIATIONS
    assert not deviations() & cases_tested()


def test_the_cases_are_those_of_the_specification() -> None:
    if not SPECIFICATION.exists():
        pytest.skip(f"{SPECIFICATION} is not there")
    text = SPECIFICATION.read_text(encoding="utf-8")
    part_7 = text[text.index("# Part 7") :]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", part_7, re.MULTILINE)]
    assert sorted(numbers) == list(range(1, CASES + 1))
