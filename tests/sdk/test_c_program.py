# SPDX-License-Identifier: Apache-2.0
"""C and C++ programs compile against the package's headers and library and run with no NPU."""

import importlib.metadata
import os
import re
import shutil
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
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_LISTS)
    build = configured(tmp_path)
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


def configured(tmp_path: Path, *options: str) -> Path:
    (tmp_path / "sample.c").write_text(PROGRAM)
    build = tmp_path / "build"
    (folder,) = ascendcl_config("--cmakedir")
    configure = ["cmake", "-S", tmp_path, "-B", build, f"-Dascendcl_DIR={folder}", *options]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    return build


def ascendcl_config(*questions: str) -> list[str]:
    command = [sys.executable, "-m", "ascendcl", "config", *questions]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_an_installed_program_finds_the_library(tmp_path: Path) -> None:
    install = "install(TARGETS sample)\n"
    version = CMAKE_LISTS.replace("ascendcl REQUIRED", "ascendcl 0.1 REQUIRED")
    (tmp_path / "CMakeLists.txt").write_text(version + install)
    build = configured(tmp_path)
    prefix = tmp_path / "installed"
    subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True)
    run = subprocess.run([prefix / "bin/sample"], check=True, capture_output=True, text=True)
    assert run.stdout == "Host\n"


def test_another_version_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "CMakeLists.txt").write_text(
        CMAKE_LISTS.replace("ascendcl REQUIRED", "ascendcl 0.2 QUIET")
        + 'message(FATAL_ERROR "found ${ascendcl_FOUND} of ${ascendcl_CONSIDERED_VERSIONS}")\n'
    )
    with pytest.raises(subprocess.CalledProcessError) as refused:
        configured(tmp_path)
    version = importlib.metadata.version("ascendcl")
    assert f"found 0 of {version}" in refused.value.stderr.decode()


@pytest.mark.skipif(shutil.which("pkg-config") is None, reason="no pkg-config")
def test_pkg_config(tmp_path: Path) -> None:
    (tmp_path / "sample.c").write_text(PROGRAM)
    (folder,) = ascendcl_config("--pkgconfigdir")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "ascendcl >= 0.1"],
        env={**os.environ, "PKG_CONFIG_PATH": folder},
        check=True,
        capture_output=True,
        text=True,
    )
    program = tmp_path / "sample"
    subprocess.run(["cc", tmp_path / "sample.c", *flags.stdout.split(), "-o", program], check=True)
    assert subprocess.run([program], check=True, capture_output=True).stdout == b"Host\n"


PYPROJECT = """
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
[project]
name = "sample"
version = "1"
"""


def test_scikit_build_core_finds_it(tmp_path: Path) -> None:
    pytest.importorskip("scikit_build_core", reason="scikit-build-core is not installed")
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "sample.c").write_text(PROGRAM)
    (tmp_path / "CMakeLists.txt").write_text(CMAKE_LISTS + "install(TARGETS sample)\n")
    pip = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-w"]
    subprocess.run([*pip, tmp_path / "wheels", tmp_path], check=True, capture_output=True)
    assert len(list((tmp_path / "wheels").glob("sample-1-*.whl"))) == 1


@pytest.mark.parametrize("choice", [{}, {"ASCENDCL_RUNTIME": "host"}, {"LD_LIBRARY_PATH": "its"}])
def test_it_says_once_that_it_is_no_npu(
    tmp_path: Path, choice: dict[str, str], build: Callable[[Path, Path], None]
) -> None:
    source = tmp_path / "sample.c"
    source.write_text(PROGRAM.replace("return aclFinalize();", "aclFinalize(); return aclInit(0);"))
    build(source, tmp_path / "sample")
    unset = ("ASCENDCL_RUNTIME", "LD_LIBRARY_PATH")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    its = {"its": str(ascendcl.get_library_dir())}
    environment |= {name: its.get(value, value) for name, value in choice.items()}
    run = subprocess.run(
        [tmp_path / "sample"], check=True, capture_output=True, text=True, env=environment
    )
    if choice:
        assert run.stderr == ""
    else:
        assert run.stderr.count("models run on the CPU with the host runtime") == 1
        assert len(run.stderr.splitlines()) == 1
