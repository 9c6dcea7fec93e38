# SPDX-License-Identifier: Apache-2.0
"""Core calls no C function that it has not made sure of: with an older CANN some are null."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[1] / "csrc" / "core"
SOURCES = sorted(CORE.glob("*.cpp"))
CALL = re.compile(r"\b(acl[a-z]*[A-Z]\w*)\(")


def checked_at_start() -> set[str]:
    text = (CORE / "process.cpp").read_text(encoding="utf-8")
    return set(re.findall(r"ASCENDCL_FUNCTION\((acl\w+)\)", text))


def test_list_names_functions() -> None:
    assert len(checked_at_start()) > 50


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_calls_only_what_is_there(source: Path) -> None:
    text = re.sub(r"//[^\n]*", "", source.read_text(encoding="utf-8"))
    checked_here = set(re.findall(r"(acl\w+) [!=]= nullptr", text))
    assert set(CALL.findall(text)) - checked_at_start() - checked_here == set()
