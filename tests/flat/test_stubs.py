# SPDX-License-Identifier: Apache-2.0
"""The stubs of the flat modules say what the extension has."""

from __future__ import annotations

import subprocess
import sys

MODULES = ("rt", "mdl", "op", "util", "prof", "blas", "fv", "media", "constants")


def test_stubtest() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", *(f"ascendcl._acl.{name}" for name in MODULES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
