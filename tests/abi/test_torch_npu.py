# SPDX-License-Identifier: Apache-2.0
"""Our C interface against the headers that the torch-npu wheel carries.

The wheel is downloaded to a cache outside the repository (`ASCENDCL_TEST_CACHE`, else
`~/.cache/ascendcl-tests`). Its headers are only ever read by the compiler: one translation unit
includes them and asserts types, numbers and layouts taken from our headers' text.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from acl_headers import (
    INCLUDE,
    compile_text,
    compiler,
    constants,
    declarations,
    enumerator_check,
    enumerators,
    header_names,
    header_text,
    include_lines,
    structs,
    texts,
)

WHEEL_INCLUDE = "torch_npu/include/"


def cache() -> Path:
    configured = os.environ.get("ASCENDCL_TEST_CACHE")
    return Path(configured) if configured else Path.home() / ".cache" / "ascendcl-tests"


def download(folder: Path) -> Path:
    """The wheel, from the cache or the index. Skips where neither has it."""
    folder.mkdir(parents=True, exist_ok=True)
    reason = ""
    # The second try serves Pythons and machines for which there is no wheel: headers are headers.
    for options in ([], ["--python-version=3.11", "--platform=manylinux_2_28_x86_64"]):
        wheels = sorted(folder.glob("torch_npu-*.whl"))
        if wheels:
            return wheels[-1]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "torch-npu"]
        command += ["--disable-pip-version-check", "--only-binary=:all:", f"--dest={folder}"]
        try:
            result = subprocess.run(
                [*command, *options], capture_output=True, text=True, timeout=600, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip("the download of the torch-npu wheel takes too long")
        reason = (result.stderr.strip().splitlines() or ["no message"])[-1]
    wheels = sorted(folder.glob("torch_npu-*.whl"))
    if not wheels:
        pytest.skip(f"no torch-npu wheel to be had: {reason}")
    return wheels[-1]


@pytest.fixture(scope="module")
def their_include() -> Path:
    wheel = download(cache())
    target = cache() / wheel.stem
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(WHEEL_INCLUDE + "acl/")]
        assert names, f"{wheel.name} carries no ACL headers"
        for name in names:
            if not (target / name).exists():
                archive.extract(name, target)
    return target / WHEEL_INCLUDE


class Theirs:
    """The headers of the wheel as a program sees them."""

    def __init__(self, include: Path, folder: Path) -> None:
        self.folder = folder
        self.flags = ["-std=c++17", "-w", f"-I{include}", "-fmax-errors=0"]
        self.headers = [name for name in header_names() if (include / name).is_file()]
        self.prologue = ["#include <cstddef>", "#include <type_traits>"]
        self.prologue += include_lines(self.headers)
        self.words = set(re.findall(r"\w+", self._preprocess("-E", "-P")))
        self.macros = set(re.findall(r"#define (\w+)", self._preprocess("-E", "-dM")))

    def _preprocess(self, *flags: str) -> str:
        source = self.folder / "theirs.cpp"
        source.write_text("\n".join(self.prologue) + "\n", encoding="utf-8")
        return subprocess.run(
            [compiler("c++"), *self.flags, *flags, str(source)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def knows(self, name: str) -> bool:
        return name in self.words or name in self.macros

    def failures(self, assertions: dict[str, str]) -> list[str]:
        """The names whose assertion does not hold, and whatever else the compiler rejects."""
        lines = [*self.prologue, *assertions.values()]
        result = compile_text("\n".join(lines) + "\n", self.folder, self.flags)
        errors = [line for line in result.stderr.splitlines() if "error:" in line]
        assert result.returncode == 0 or errors, result.stderr
        return [re.sub(r"^.*?error: ", "", line) for line in errors]


@pytest.fixture(scope="module")
def theirs(their_include: Path, tmp_path_factory: pytest.TempPathFactory) -> Theirs:
    return Theirs(their_include, tmp_path_factory.mktemp("torch_npu"))


def report(what: str, compared: int, absent: list[str]) -> None:
    print(f"{what}: {compared} compared with torch-npu's headers, {len(absent)} not in them")
    for name in absent:
        print(f"  not in them: {name}")


def all_text() -> str:
    return "\n".join(header_text(name) for name in header_names())


def test_most_headers_are_there(theirs: Theirs) -> None:
    print("not in the wheel:", sorted(set(header_names()) - set(theirs.headers)))
    assert len(theirs.headers) > 10


def test_functions(theirs: Theirs) -> None:
    functions = declarations.functions_of(INCLUDE)
    assertions = {
        f.name: f'static_assert(std::is_same_v<decltype(&{f.name}), {f.pointer_type}>, "{f.name}");'
        for f in functions
        if theirs.knows(f.name)
    }
    report("functions", len(assertions), [f.name for f in functions if f.name not in assertions])
    assert len(assertions) > 500
    assert theirs.failures(assertions) == []


def test_enumerators_and_constants(theirs: Theirs) -> None:
    values, numbers = enumerators(all_text()), constants(all_text())
    checks = {name: enumerator_check(enum, name, value) for name, (enum, value) in values.items()}
    checks |= {n: f'static_assert({n} == {value}, "{n}");' for n, value in numbers.items()}
    checks |= {
        name: f'static_assert(__builtin_strcmp({name}, {value}) == 0, "{name}");'
        for name, value in texts().items()
    }
    assertions = {name: check for name, check in checks.items() if theirs.knows(name)}
    absent = [name for name in checks if name not in assertions]
    report(f"{len(values)} enumerators and {len(numbers)} constants", len(assertions), absent)
    assert len(assertions) > 800
    assert theirs.failures(assertions) == []


def test_structures(theirs: Theirs, tmp_path: Path) -> None:
    known = [struct for struct in structs(all_text()) if theirs.knows(struct.name)]
    layout = [
        (f"{struct.name}.{field}", f"offsetof({struct.name}, {field})")
        for struct in known
        for field in struct.fields
    ]
    layout += [(struct.name, f"sizeof({struct.name})") for struct in known]

    # Our numbers, measured by a program built from our headers.
    program = ["#include <cstddef>", "#include <cstdio>", *include_lines(header_names())]
    program += ["int main() {"]
    program += [f'std::printf("%zu\\n", {expression});' for _, expression in layout] + ["}"]
    source, binary = tmp_path / "ours.cpp", tmp_path / "ours"
    source.write_text("\n".join(program) + "\n", encoding="utf-8")
    command = [compiler("c++"), "-std=c++17", "-w", f"-I{INCLUDE}", str(source), "-o", str(binary)]
    subprocess.run(command, check=True)
    measured = subprocess.run([str(binary)], capture_output=True, text=True, check=True)

    sizes = measured.stdout.split()
    assert len(sizes) == len(layout)
    assertions = {
        name: f'static_assert({expression} == {size}, "{name}");'
        for (name, expression), size in zip(layout, sizes, strict=True)
    }
    absent = [struct.name for struct in structs(all_text()) if struct not in known]
    report(f"fields and sizes of {len(known)} structures", len(assertions), absent)
    assert len(known) > 50
    assert len(assertions) > 250
    assert theirs.failures(assertions) == []
