# SPDX-License-Identifier: Apache-2.0
"""benchmarks/getters.py writes C of whatever getters there are: it compiles, and each is called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GETTERS = Path(__file__).parents[2] / "benchmarks" / "getters.py"


def test_every_getter_has_one_by_hand() -> None:
    done = subprocess.run(
        [sys.executable, str(GETTERS), "--calls", "10", "--rounds", "1"],
        capture_output=True,
        text=True,
        env={**os.environ, "ASCENDCL_RUNTIME": "host"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "media.dvpp_get_pic_desc_data" in done.stdout  # of another header than acl.h
