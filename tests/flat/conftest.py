# SPDX-License-Identifier: Apache-2.0
"""Foreign runtimes: libraries named libascendcl.so that are neither CANN's nor ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

Run = Callable[[Path, str], "subprocess.CompletedProcess[str]"]


def build_library(folder: Path, *sources: Path, options: tuple[str, ...] = ()) -> Path:
    """A folder with a libascendcl.so made of the sources."""
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("no C++ compiler")
    command = [compiler, "-shared", "-fPIC", "-w", *options, *map(str, sources)]
    command += ["-Wl,-soname,libascendcl.so", "-o", str(folder / "libascendcl.so")]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def compile_library() -> Callable[..., Path]:
    return build_library


@pytest.fixture(scope="session")
def failing_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every function exists, does nothing and answers 200001, 0 or null."""
    folder = tmp_path_factory.mktemp("failing")
    (folder / "c_api").mkdir()
    generated = folder / "entries.cpp"
    headers = ROOT / "third_party" / "cann" / "include"
    command = [sys.executable, str(ROOT / "cmake" / "generate_entries.py")]
    command += ["--headers", str(headers), "--sources", str(folder / "c_api")]
    command += ["--names", str(folder / "names.h"), "--output", str(generated)]
    subprocess.run(command, check=True, capture_output=True)
    host = ROOT / "csrc" / "host"
    below = ("checks", "report")
    sources = [source for name in below for source in sorted((host / name).glob("*.cpp"))]
    includes = [headers, ROOT / "csrc", host / "include"]
    options = (*(f"-I{folder}" for folder in includes), "-std=c++17", "-pthread")
    return build_library(folder, generated, *sources, options=options)


@pytest.fixture(scope="session")
def old_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A runtime with three functions."""
    folder = tmp_path_factory.mktemp("old")
    source = folder / "old.c"
    source.write_text(
        "int aclInit(const char *path) { return 0; }\n"
        "int aclFinalize(void) { return 0; }\n"
        "int aclrtGetVersion(int *major, int *minor, int *patch) {\n"
        "    *major = 1; *minor = 2; *patch = 3; return 0;\n"
        "}\n"
    )
    return build_library(folder, source, options=("-x", "c"))


@pytest.fixture
def run() -> Run:
    """Runs Python code on a foreign runtime."""

    def run_code(library: Path, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(library),
            "ASCENDCL_RUNTIME": "cann",
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)]),
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_code
