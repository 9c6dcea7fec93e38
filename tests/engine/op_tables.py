# SPDX-License-Identifier: Apache-2.0
"""The engine's tables of ops, read from the one place where they stand: its sources."""

from __future__ import annotations

import re
from pathlib import Path

LOWER = Path(__file__).parents[2] / "csrc" / "host" / "engine" / "lower"


def entries(struct: str) -> list[tuple[str, ...]]:
    """Answer the texts that begin each entry of the tables of one struct."""
    pattern = re.compile(struct + r'\{\s*"([^"]+)"(?:,\s*"([^"]+)")?')
    return [m.groups() for path in LOWER.glob("*.cpp") for m in pattern.finditer(path.read_text())]


def elementwise_types() -> dict[str, str]:
    """Answer the type of each fused elementwise op, by its name in a kernel's."""
    return {token: type for type, token in entries("ElementwiseName")}
