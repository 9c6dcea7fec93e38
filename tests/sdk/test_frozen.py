# SPDX-License-Identifier: Apache-2.0
"""`pyinstaller app.py` makes an app that runs models, without another word."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

APP = """
import acl
from ascendcl.data import DIGITS_MODEL, digits_held_out

held_out = digits_held_out()
with acl.Model.from_file(DIGITS_MODEL) as model:
    found = model(held_out.images[:1])
print(found.argmax() == held_out.probabilities[0].argmax(), acl.runtime_info().library)
"""


def test_the_hook_is_found() -> None:
    """What PyInstaller asks an installed package for."""
    points = importlib.metadata.entry_points(group="pyinstaller40", name="hook-dirs")
    (ours,) = (point for point in points if point.value.startswith("ascendcl."))
    assert [(Path(folder) / "hook-ascendcl.py").is_file() for folder in ours.load()()] == [True]


def test_app(tmp_path: Path) -> None:
    """Half a minute, and only where PyInstaller is installed; the test extra does not bring it."""
    pytest.importorskip("PyInstaller", reason="PyInstaller is not installed")
    (tmp_path / "app.py").write_text(APP)
    command = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", "app.py"]
    subprocess.run(command, check=True, cwd=tmp_path)
    app = tmp_path / "dist" / "app"
    environment = {**os.environ, "ASCENDCL_RUNTIME": "host"}
    run = subprocess.run(
        [app / "app"], check=True, capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    library = app / "_internal" / "ascendcl" / "_host" / "libascendcl.so"
    assert run.stdout == f"True {library}\n"
