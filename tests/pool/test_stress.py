# SPDX-License-Identifier: Apache-2.0
"""The stress of benchmarks/stress*.py, for as long as there is time in the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ascendcl as acl

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.skipif(acl.runtime_info().kind != "host", reason="only the host runtime has faults")
@pytest.mark.parametrize("script", ["stress.py", "stress_models.py"])
def test_stress(script: str) -> None:
    """No wrong, lost or doubled answer, nothing that was not injected, nothing left."""
    result = subprocess.run(
        [sys.executable, "-W", "error", BENCHMARKS / script, "--seconds", "10"],
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    assert "0 lost, 0 wrong, 0 failures not injected" in result.stdout
