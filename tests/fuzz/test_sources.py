# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets still compile: only CI's fuzz job builds them, with a compiler few have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parents[1]
INCLUDES = tuple(
    PROJECT / folder
    for folder in ("csrc", "csrc/host/include", "third_party/cann/include", "tests")
)
# Clang is what builds them; it knows for one no sized delete, which GCC takes.
CLANG = shutil.which("clang++")
COMPILER = CLANG or shutil.which("c++")


@pytest.mark.skipif(COMPILER is None, reason="no C++ compiler")
@pytest.mark.parametrize("source", sorted(FOLDER.glob("*.cpp")), ids=lambda path: path.stem)
def test_compiles(source: Path) -> None:
    assert COMPILER is not None
    if CLANG is None and "<sanitizer/" in source.read_text():
        pytest.skip("the sanitizers' headers come with Clang")
    includes = [f"-I{folder}" for folder in INCLUDES]
    command = [COMPILER, "-std=c++17", "-fsyntax-only", *includes, str(source)]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stderr
