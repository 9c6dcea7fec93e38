# SPDX-License-Identifier: Apache-2.0
"""What is alive, asked of the host runtime itself, and scripts in processes of their own."""

from __future__ import annotations

import gc
import importlib.resources
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ascendcl as acl
from ascendcl import _acl, _testing

DIGITS = Path(str(importlib.resources.files("ascendcl") / "data" / "digits.om"))


def runtime_counts() -> dict[str, int]:
    """Live objects and bytes by the runtime's own count."""
    counts = _testing.runtime_counts()
    assert counts is not None
    return counts


@pytest.fixture
def digits() -> Path:
    return DIGITS


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test the runtime has what it had before it: no object and no byte more."""
    if acl.runtime_info().kind != "host":
        yield
        return
    gc.collect()
    before = runtime_counts(), _acl.core.live_counts()
    yield
    gc.collect()
    assert (runtime_counts(), _acl.core.live_counts()) == before


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script in a new interpreter, with `acl`, `np`, `DIGITS` and `image` defined."""

    def run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "script.py"
        preamble = (
            "import numpy as np, ascendcl as acl\n"
            f"DIGITS = {str(DIGITS)!r}\n"
            "image = np.ones((1, 1, 8, 8), np.float32)\n"
        )
        path.write_text(preamble + textwrap.dedent(script))
        return subprocess.run(
            [sys.executable, "-X", "faulthandler", *options, path],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
