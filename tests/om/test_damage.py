# SPDX-License-Identifier: Apache-2.0
"""Damaged copies of a real file open or raise a named error: no crash, no hang, no huge memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from om_files import real_model

import sanitizers

CODES = {
    "too short",
    "bad magic",
    "encrypted",
    "length mismatch",
    "bad partitions",
    "truncated",
    "trailing bytes",
    "missing model definition",
    "missing tasks",
    "bad model definition",
    "bad tasks",
    "bad kernels",
    "bad in/out info",
    "bad weights",
    "inconsistent",
    "too complex",
    "flow model",
    "bundle",
    "unknown version",
}


def run(name: str, kind: str, count: int) -> dict[str, Any]:
    script = Path(__file__).with_name("damage_run.py")
    command = [sys.executable, str(script), str(real_model(name)), kind, str(count)]
    # Under AddressSanitizer: what is freed must not pile up, it would count as the reader's.
    options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    done = subprocess.run(
        command,
        env={**os.environ, "ASAN_OPTIONS": options},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("lane.om", "cuts", 4096),
        ("lane.om", "flips", 20_000),
        ("nanotrack_backbone127.om", "cuts", 512),
        ("nanotrack_backbone127.om", "flips", 2_000),
    ],
)
def test_damage(name: str, kind: str, count: int) -> None:
    if sanitizers.under("asan"):
        count //= 10  # it takes ten times as long
    result = run(name, kind, count)
    outcomes = result["outcomes"]
    assert set(outcomes) <= CODES | {"opened"}
    assert sum(outcomes.values()) == (2 * count if kind == "cuts" else count)
    if kind == "cuts":
        assert "opened" not in outcomes
        assert "truncated" in outcomes
    else:
        # Most of a file is weights, where every value is a good one; some flips must be noticed.
        assert outcomes["opened"] > count // 2
        assert outcomes["bad model definition"] > 0
    assert result["slowest"] < 1
    assert result["peak"] < 4 * result["size"]
