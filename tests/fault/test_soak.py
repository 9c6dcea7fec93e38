# SPDX-License-Identifier: Apache-2.0
"""The soak of benchmarks/soak.py, for as long as there is time in the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_soak() -> None:
    """No wrong result, no failure that was not injected, nothing left: it says so and ends well."""
    result = subprocess.run(
        [sys.executable, "-W", "error", SOAK, "--seconds", "5"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stderr == ""
    assert "0 wrong, 0 failures not injected, left: nothing" in result.stdout
