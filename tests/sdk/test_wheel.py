# SPDX-License-Identifier: Apache-2.0
"""What a wheel of the installed files would be told by tools/check_wheel.py."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "ascendcl.whl"
    files = importlib.metadata.files("ascendcl") or []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            if file.suffix != ".pyc" and ".." not in file.parts:
                archive.write(str(file.locate()), str(file))
    return path


def checked(wheel: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools" / "check_wheel.py", "--any-system", wheel]
    return subprocess.run(command, capture_output=True, text=True, check=False)


needs_binutils = pytest.mark.skipif(
    shutil.which("nm") is None or shutil.which("readelf") is None, reason="no binutils"
)


@needs_binutils
def test_it_is_small_and_shows_the_interface_alone(wheel: Path) -> None:
    done = checked(wheel)
    assert (done.returncode, done.stderr) == (0, "")


@needs_binutils
def test_what_does_not_belong_there_is_told(wheel: Path) -> None:
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.write(sys.executable, "ascendcl/_host/libpython3.so")
    done = checked(wheel)
    assert done.returncode == 1
    assert "libpython3.so is no library of ours" in done.stderr
