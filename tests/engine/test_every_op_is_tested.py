# SPDX-License-Identifier: Apache-2.0
"""Every op type and every fused op that the engine's tables name ran in a test of this folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphs import ran_tokens, ran_types

LOWER = Path(__file__).parents[2] / "csrc" / "host" / "engine" / "lower"


def _entries(struct: str) -> list[tuple[str, ...]]:
    """Answer the texts that begin each entry of the tables of one struct."""
    pattern = re.compile(struct + r'\{\s*"([^"]+)"(?:,\s*"([^"]+)")?')
    return [
        match.groups()
        for path in LOWER.glob("*.cpp")
        for match in pattern.finditer(path.read_text())
    ]


@pytest.mark.usefixtures("whole_folder")
def test_every_op_type_ran() -> None:
    types = {entry[0] for entry in [*_entries("OpEntry"), *_entries("ElementwiseName")]}
    assert len(types) > 150
    assert sorted(types - ran_types) == []


@pytest.mark.usefixtures("whole_folder")
def test_every_fused_op_ran() -> None:
    tokens = {entry[0] for entry in _entries("Token")}
    tokens |= {entry[1] for entry in _entries("ElementwiseName")}
    assert len(tokens) > 70
    assert sorted(tokens - ran_tokens) == []
