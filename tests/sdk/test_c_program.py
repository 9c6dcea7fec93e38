# SPDX-License-Identifier: Apache-2.0
"""C and C++ programs compile against the package's headers and library and run with no NPU."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ascendcl

PROGRAM = """
#include <stdio.h>
#include "acl/acl.h"

int main(void) {
    void *memory = NULL;
    if (aclInit(NULL) != ACL_SUCCESS || aclrtSetDevice(0) != ACL_SUCCESS) return 1;
    if (aclrtMalloc(&memory, 4096, ACL_MEM_MALLOC_HUGE_FIRST) != ACL_SUCCESS) return 2;
    if (aclrtFree(memory) != ACL_SUCCESS) return 3;
    printf("%s\\n", aclrtGetSocName());
    if (aclrtResetDevice(0) != ACL_SUCCESS) return 4;
    return aclFinalize();
}
"""

CMAKE_LISTS = """
cmake_minimum_required(VERSION 3.24)
project(sample LANGUAGES C)
find_package(ascendcl REQUIRED)
add_executable(sample sample.c)
target_link_libraries(sample PRIVATE ascendcl::ascendcl)
"""


@pytest.mark.parametrize("suffix", ["c", "cpp"])
def test_a_program_compiles_and_runs(
    tmp_path: Path, suffix: str, build: Callable[[Path, Path], None]
) -> None:
    source = tmp_path / f"sample.{suffix}"
    source.write_text(PROGRAM)
    build(source, tmp_path / "sample")
    run = subprocess.run([tmp_path / "sample"], check=True, capture_output=True, text=True)
    assert run.stdout == "Host\n"


def test_find_package(tmp_path: Path) -> None:
    (tmp_path / "sample.c").write_text(PROGRAM)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_LISTS)
    config = subprocess.run(
        [sys.executable, "-m", "ascendcl", "config", "--cmakedir"],
        check=True,
        capture_output=True,
        text=True,
    )
    build = tmp_path / "build"
    configure = ["cmake", "-S", tmp_path, "-B", build, f"-Dascendcl_DIR={config.stdout.strip()}"]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    run = subprocess.run([build / "sample"], check=True, capture_output=True, text=True)
    assert run.stdout == "Host\n"


def test_only_the_interface_is_exported() -> None:
    """`nm` shows the functions of the headers and nothing else."""
    declared = {
        name
        for header in Path(ascendcl.get_include()).rglob("*.h")
        for name in re.findall(
            r"^ACL_FUNC_VISIBILITY[^;(]*?(\w+)\(", header.read_text(), re.MULTILINE
        )
    }
    assert len(declared) > 600
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", Path(ascendcl.get_library_dir()) / "libascendcl.so"],
        check=True,
        capture_output=True,
        text=True,
    )
    exported = {line.split()[-1] for line in listing.stdout.splitlines()}
    assert exported == declared
