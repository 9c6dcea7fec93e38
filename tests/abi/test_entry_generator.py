# SPDX-License-Identifier: Apache-2.0
"""cmake/generate_entries.py: an entry for each function; what the sources leave out is answered."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from acl_headers import INCLUDE, REPOSITORY, compile_text, compiler, declarations, include_lines

SCRIPT = REPOSITORY / "cmake" / "generate_entries.py"
CSRC = REPOSITORY / "csrc"

HEADER = """
// ACL_FUNC_VISIBILITY aclError aclCommented(void);
ACL_FUNC_VISIBILITY aclError aclOne(int32_t value);
ACL_FUNC_VISIBILITY const char *aclName(int32_t (*const callback)(const void *, int32_t),
                                        size_t size);
ACL_FUNC_VISIBILITY void
aclTwo(void);
"""

SOURCE = """
#include "acl/acl.h"
static int helper(int value);
aclError aclDeclaredOnly(int value);
// aclError aclInComment(void) {
/* aclError aclInBlock(void) {
*/
const char *text = R"(
aclError aclInText(void) {)";
aclError aclPlain(void **devPtr, size_t size) {
    return aclCalled(size);
}
const char *aclPointer(void) noexcept { return nullptr; }
aclError
aclBroken(void (*callback)(void *), int value)
{
    if (value) aclCalledToo(value);
    return 0;
}
extern "C" aclError aclLinkage() { return aclMember{}(1); }
ACL_FUNC_VISIBILITY size_t aclVisible(size_t a,
                                      size_t b) {
    return a + b;
}
"""


def test_declarations() -> None:
    functions = declarations.declared_functions(HEADER)
    assert [f.name for f in functions] == ["aclOne", "aclName", "aclTwo"]
    assert functions[1].prototype == (
        "const char *aclName(int32_t (*const callback)(const void *, int32_t), size_t size)"
    )
    assert functions[2].prototype == "void aclTwo(void)"
    assert [f.argument_names for f in functions] == [["value"], ["callback", "size"], []]


def test_every_parameter_has_a_name() -> None:
    for function in declarations.functions_of(INCLUDE):
        names = function.argument_names
        assert len(set(names)) == len(names)
        assert not set(names) & {"void", "int", "const", "char"}, function.name


def test_definitions() -> None:
    assert declarations.defined_functions(SOURCE) == {
        "aclPlain",
        "aclPointer",
        "aclBroken",
        "aclLinkage",
        "aclVisible",
    }


def run(sources: Path, output: Path, headers: Path = INCLUDE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--headers", str(headers)]
    command += ["--sources", str(sources), "--names", str(output.with_name("names.h"))]
    command += ["--output", str(output)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_everything_is_answered_and_nothing_twice(tmp_path: Path) -> None:
    """Builds a library from one source and the generated rest, and calls both parts."""
    sources, output = tmp_path / "sources", tmp_path / "build" / "entries.cpp"
    sources.mkdir()
    (sources / "device.cpp").write_text(
        "\n".join(
            [
                *include_lines(["acl/acl.h"]),
                "aclError aclrtGetDevice(int32_t *deviceId) { return *deviceId = 7, 0; }",
            ]
        ),
        encoding="utf-8",
    )
    result = run(sources, output)
    assert result.returncode == 0, result.stderr
    names = [function.name for function in declarations.functions_of(INCLUDE)]
    assert f"{len(names)} ACL functions declared, {len(names) - 1} answered" in result.stdout

    library = tmp_path / "libascendcl.so"
    command = [compiler("c++"), "-std=c++17", "-shared", "-fPIC"]
    command += ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]
    command += ["-fvisibility=hidden", f"-I{INCLUDE}", f"-I{CSRC}", "-Wl,-z,defs"]
    command += [f"-I{CSRC / 'host' / 'include'}"]
    implementation = tmp_path / "device.o"
    named = ["-include", str(output.with_name("names.h")), "-c", str(sources / "device.cpp")]
    subprocess.run(
        [*(part for part in command if part != "-shared"), *named, "-o", str(implementation)],
        check=True,
    )
    host = CSRC / "host"
    below = [*sorted((host / "checks").glob("*.cpp")), host / "report" / "report.cpp"]
    parts = [str(output), str(implementation), *map(str, below)]
    subprocess.run([*command, "-o", str(library), *parts], check=True)

    loaded = ctypes.CDLL(str(library))
    for name in names:
        assert getattr(loaded, name) is not None
    device = ctypes.c_int32()
    assert loaded.aclrtGetDevice(ctypes.byref(device)) == 0
    assert device.value == 7
    assert loaded.aclrtSetDevice(0) == 200001
    loaded.aclCreateDataBuffer.restype = ctypes.c_void_p
    assert loaded.aclCreateDataBuffer(None, 0) is None


def test_an_unchanged_file_is_left_alone(tmp_path: Path) -> None:
    sources, output = tmp_path / "sources", tmp_path / "entries.cpp"
    sources.mkdir()
    assert run(sources, output).returncode == 0
    before = output.stat().st_mtime_ns
    assert run(sources, output).returncode == 0
    assert output.stat().st_mtime_ns == before


@pytest.mark.parametrize("what", ["headers", "sources"])
def test_wrong_folders_are_refused(tmp_path: Path, what: str) -> None:
    empty = tmp_path / "empty"
    headers = empty if what == "headers" else INCLUDE
    sources = empty if what == "sources" else tmp_path
    result = run(sources, tmp_path / "out.cpp", headers)
    assert result.returncode == 1
    assert str(empty) in result.stderr
    assert not (tmp_path / "out.cpp").exists()


def test_c_callers_compile_against_the_headers(tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    text = '#include "acl/acl.h"\nint main(void) { return aclInit(0) == ACL_SUCCESS ? 0 : 1; }\n'
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{INCLUDE}"]
    assert compile_text(text, tmp_path, flags, "c").returncode == 0
