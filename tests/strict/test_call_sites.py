# SPDX-License-Identifier: Apache-2.0
"""A report says where: in a C++ program by its functions, in Python by file and line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import textwrap
from pathlib import Path

import pytest

import ascendcl

CPP = """
#include <cstdio>
#include <cstring>
#include "acl/acl.h"
#include "ascendcl/strict.h"

__attribute__((noinline)) void release_first(void *memory) { aclrtFree(memory); std::puts(""); }
__attribute__((noinline)) int release_again(void *memory) { return aclrtFree(memory) + 0; }

int main(int count, char **) {
    if (count > 1) ascendclSetStrictMode(ASCENDCL_STRICT_FAIL);
    void *memory = nullptr;
    aclInit(nullptr);
    aclrtSetDevice(0);
    aclrtMalloc(&memory, 4096, ACL_MEM_MALLOC_HUGE_FIRST);
    release_first(memory);
    const int code = release_again(memory);
    const char *message = aclGetRecentErrMsg();
    std::printf("%d %d\\n%s\\n", code, ascendclGetStrictMode(), message ? message : "");
    return 0;
}
"""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that frees memory twice."""
    folder = tmp_path_factory.mktemp("strict")
    source, binary = folder / "twice.cpp", folder / "twice"
    source.write_text(CPP)
    compiler = (sysconfig.get_config_var("CXX") or "c++").split()[0]
    library = ascendcl.get_library_dir()
    command = [compiler, "-O1", "-rdynamic", "-Wall", "-Wextra", "-Werror", source, "-o", binary]
    use = [f"-I{ascendcl.get_include()}", f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
    subprocess.run([*command, *use], check=True)
    return binary


def run(program: Path, mode: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ASCENDCL_STRICT": mode, "ASCENDCL_LOG": "off"}
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, env=environment, check=False
    )


def assert_names_both_places(report: str) -> None:
    here, earlier = re.split(r"^it was freed or destroyed here:$", report, flags=re.M)
    assert "ACL-011" in here
    assert re.search(r"here:\n  aclrtFree\n    release_again\(void\*\)\+0x", here)
    assert "main+0x" in here
    assert re.match(r"\n  aclrtFree\n    release_first\(void\*\)\+0x", earlier)
    assert "how to fix it: " in earlier


@pytest.mark.parametrize("mode", ["1", "warn"])
def test_a_program_that_is_warned(program: Path, mode: str) -> None:
    done = run(program, mode)
    assert done.returncode == 0
    assert_names_both_places(done.stderr)
    assert done.stdout.split()[:2] == ["107000", "1"]
    assert "ACL-" not in done.stdout


@pytest.mark.parametrize(("mode", "arguments"), [("fail", ()), ("", ("by call",)), ("0", ("x",))])
def test_a_program_whose_call_fails(program: Path, mode: str, arguments: tuple[str, ...]) -> None:
    done = run(program, mode, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[:2] == ["107000", "2"]
    assert_names_both_places(done.stdout)


def test_a_program_that_is_aborted(program: Path) -> None:
    done = run(program, "abort")
    assert done.returncode == -6
    assert_names_both_places(done.stderr)


@pytest.mark.parametrize("mode", ["", "0", "off"])
def test_off_a_program_hears_nothing(program: Path, mode: str) -> None:
    done = run(program, mode)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ACL-" not in done.stdout


def test_a_mode_that_is_none(program: Path) -> None:
    done = run(program, "strict")
    assert 'not "strict"' in done.stderr
    assert "ACL-011" in done.stderr


SCRIPT = """
import sys, warnings
import ascendcl as acl

def allocate():
    return acl.rt.malloc(64, 0)[0]

def release(memory):
    return acl.rt.free(memory)

def release_again(memory):
    return acl.rt.free(memory)

acl.init()
acl.rt.set_device(0)
memory = allocate()
release(memory)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(release_again(memory))
for warning in caught:
    print(warning.category.__name__, warning.filename, warning.lineno)
    print(warning.message)
if not caught:
    print(acl.get_recent_err_msg())
"""


def run_script(tmp_path: Path, script: str, mode: str) -> subprocess.CompletedProcess[str]:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(script))
    return subprocess.run(
        [sys.executable, path],
        capture_output=True,
        text=True,
        env={**os.environ, "ASCENDCL_STRICT": mode, "ASCENDCL_LOG": "off"},
        check=False,
    )


@pytest.mark.parametrize("mode", ["warn", "fail"])
def test_python_frames(tmp_path: Path, mode: str) -> None:
    done = run_script(tmp_path, SCRIPT, mode)
    assert (done.returncode, done.stderr) == (0, "")
    path = str(tmp_path / "script.py")
    lines = SCRIPT.splitlines()
    again = lines.index("def release_again(memory):") + 2
    first = lines.index("def release(memory):") + 2
    output = done.stdout.splitlines()
    assert output[0] == "107000"
    if mode == "warn":
        assert output[1] == f"StrictWarning {path} {again}"
    places = [line.strip() for line in output if line.strip().startswith(path)]
    assert f"{path}:{again} in release_again" in places
    assert f"{path}:{first} in release" in places


def test_a_thread_of_no_language(tmp_path: Path) -> None:
    """A stream's worker breaks no rule by itself, and what it frees is known all the same."""
    done = run_script(
        tmp_path,
        """
        import threading
        import ascendcl as acl

        acl.init()
        acl.rt.set_device(0)
        context, _ = acl.rt.get_context()
        memory, _ = acl.rt.malloc(64, 0)
        acl.rt.free(memory)

        def again(_):
            acl.rt.set_context(context)
            acl.rt.free(memory)

        thread, ret = acl.util.start_thread(again, [0])
        acl.util.stop_thread(thread)
        """,
        "warn",
    )
    assert done.returncode == 0
    assert "StrictWarning: ACL-011" in done.stderr
    assert "in again" in done.stderr
