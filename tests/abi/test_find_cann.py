# SPDX-License-Identifier: Apache-2.0
"""FindCANN.cmake takes an SDK that is new enough, else the bundled headers."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from acl_headers import INCLUDE, REPOSITORY

PROJECT = """
cmake_minimum_required(VERSION 3.24)
project(find_cann LANGUAGES CXX)
list(APPEND CMAKE_MODULE_PATH "{modules}")
find_package(CANN MODULE REQUIRED)
get_target_property(headers CANN::headers INTERFACE_INCLUDE_DIRECTORIES)
if(TARGET CANN::ascendcl)
  get_target_property(library CANN::ascendcl IMPORTED_LOCATION)
endif()
file(WRITE "${{CMAKE_BINARY_DIR}}/answer" "${{CANN_FOUND_SDK}};${{headers}};${{library}}")
"""


def sdk(root: Path, *, newest: bool = True, library: bool = True) -> Path:
    """A folder that looks like an SDK; an old one lacks a function."""
    shutil.copytree(INCLUDE, root / "include")
    if not newest:
        header = root / "include" / "acl" / "acl_rt.h"
        text = header.read_text(encoding="utf-8")
        assert "aclsysGetVersionStr" in text
        header.write_text(text.replace("aclsysGetVersionStr", "aclsysOther"), encoding="utf-8")
    if library:
        (root / "lib64").mkdir()
        (root / "lib64" / "libascendcl.so").touch()
    return root


def configure(folder: Path, *options: str, **variables: str) -> tuple[list[str], str]:
    """CANN_FOUND_SDK, the include directory and the library; and what CMake said."""
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("no cmake")
    source, build = folder / "project", folder / "build"
    source.mkdir(exist_ok=True)
    text = PROJECT.format(modules=(REPOSITORY / "cmake").as_posix())
    (source / "CMakeLists.txt").write_text(text, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ASCEND_")} | variables
    result = subprocess.run(
        [cmake, "-S", str(source), "-B", str(build), *options],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return (build / "answer").read_text(encoding="utf-8").split(";"), result.stdout


def test_bundled_headers_without_an_sdk(tmp_path: Path) -> None:
    answer, said = configure(tmp_path)
    assert answer == ["FALSE", str(INCLUDE), ""]
    assert "bundled headers" in said


def test_sdk_from_the_environment(tmp_path: Path) -> None:
    root = sdk(tmp_path / "toolkit")
    other = sdk(tmp_path / "other")
    answer, _ = configure(tmp_path, ASCEND_TOOLKIT_HOME=str(root), ASCEND_HOME_PATH=str(other))
    assert answer == ["TRUE", str(root / "include"), str(root / "lib64" / "libascendcl.so")]


def test_sdk_from_a_variable_and_its_architecture_folder(tmp_path: Path) -> None:
    root = sdk(tmp_path / "home" / f"{platform.machine()}-linux")
    answer, _ = configure(tmp_path, f"-DASCEND_HOME_PATH={tmp_path / 'home'}")
    assert answer == ["TRUE", str(root / "include"), str(root / "lib64" / "libascendcl.so")]


def test_an_old_sdk_is_passed_over(tmp_path: Path) -> None:
    old, new = sdk(tmp_path / "old", newest=False), sdk(tmp_path / "new")
    answer, said = configure(tmp_path, ASCEND_TOOLKIT_HOME=str(old))
    assert answer == ["FALSE", str(INCLUDE), str(old / "lib64" / "libascendcl.so")]
    assert f"the SDK in {old} is too old" in said
    # The second place is looked at too, and the cached answer belongs to the first one alone.
    answer, _ = configure(tmp_path, ASCEND_TOOLKIT_HOME=str(old), ASCEND_HOME_PATH=str(new))
    assert answer == ["TRUE", str(new / "include"), str(new / "lib64" / "libascendcl.so")]


def test_an_sdk_without_the_library_is_passed_over(tmp_path: Path) -> None:
    root = sdk(tmp_path / "headers_only", library=False)
    answer, said = configure(tmp_path, ASCEND_TOOLKIT_HOME=str(root))
    assert answer[0] == "FALSE"
    assert "no acl/acl.h with a libascendcl.so" in said


def test_the_bundled_headers_can_be_demanded(tmp_path: Path) -> None:
    root = sdk(tmp_path / "toolkit")
    answer, _ = configure(tmp_path, "-DCANN_FORCE_BUNDLED=ON", ASCEND_TOOLKIT_HOME=str(root))
    assert answer[:2] == ["FALSE", str(INCLUDE)]
