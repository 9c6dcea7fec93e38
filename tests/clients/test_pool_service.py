# SPDX-License-Identifier: Apache-2.0
"""The service beside this file: it works, and type checkers accept it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from acl.data import DIGITS_MODEL, digits_held_out

import acl

SERVICE = Path(__file__).with_name("pool_service.py")


def test_answers() -> None:
    spec = importlib.util.spec_from_file_location("pool_service", SERVICE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pool_service"] = module
    try:
        spec.loader.exec_module(module)
        held_out = digits_held_out()
        images = [image.astype(np.float32) for image in held_out.images[:40, None]]
        found = module.classify_all(str(DIGITS_MODEL), images)
    finally:
        del sys.modules["pool_service"]
    np.testing.assert_allclose(found, held_out.probabilities[:40], rtol=1e-4, atol=1e-5)
    assert issubclass(acl.QueueFull, acl.AclError)


@pytest.mark.parametrize("checker", [["mypy", "--strict"], ["pyright"]], ids=lambda c: c[0])
def test_type_checkers(checker: list[str], tmp_path: Path) -> None:
    name, *options = checker
    pytest.importorskip(name)
    if name == "mypy":
        options += ["--config-file", os.devnull, "--cache-dir", str(tmp_path)]
    else:
        options += ["--pythonpath", sys.executable]
    result = subprocess.run(
        [sys.executable, "-m", name, *options, str(SERVICE)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=tmp_path,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
