# SPDX-License-Identifier: Apache-2.0
"""Programs written as pyACL's users write them: right results, and nothing left at the end.

Each file beside this one that is neither a test nor run_client is such a program. It knows nothing
but flat functions and bare numbers. Two families are missing, because the host runtime lacks what
they need: single operators, profiling.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import acl
from ascendcl.data import digits_held_out

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    "program",
    [
        "sync_inference",
        "async_callback",
        "threads_one_context",
        "load_from_memory",
        "config_handle",
        "shared_memory",
        "dynamic_batch",
    ],
)
def test_client(program: str, tmp_path: Path) -> None:
    results = tmp_path / "results.npy"
    path = os.pathsep.join([str(HERE), str(HERE.parent), *filter(None, sys.path)])
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-W", "error", "-m", "run_client", program, results],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    held_out = digits_held_out()
    probabilities = np.load(results).reshape(held_out.probabilities.shape)
    np.testing.assert_allclose(probabilities, held_out.probabilities, rtol=1e-4, atol=1e-5)
    if acl.runtime_info().kind == "host":
        [alive] = json.loads(run.stdout)
        assert not any(alive.values()), f"alive before acl.finalize: {alive}"
