# SPDX-License-Identifier: Apache-2.0
"""``python -m ascendcl doctor`` and ``config``, as a user or a build calls them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from terminal import Terminal

import ascendcl as acl
from ascendcl.cli import table


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_doctor_names_what_is_in_use() -> None:
    done = command("doctor")
    info = acl.runtime_info()
    assert done.returncode == (0 if info.kind == "cann" or info.engine else 1), done.stdout
    for text in (str(info.library), str(Path(acl.__file__).parent), sys.version.split()[0]):
        assert text in done.stdout


def test_doctor_names_a_setting_that_is_wrong(tmp_path: Path) -> None:
    """OpenVINO may well be installed: pip would not help."""
    if acl.runtime_info().kind == "cann":
        pytest.skip("of the host runtime")
    done = command("doctor", ASCENDCL_OPENVINO_LIBS=str(tmp_path))
    assert done.returncode == 1
    problems = [line for line in done.stdout.splitlines() if line.startswith("problem: ")]
    assert len(problems) == 1
    assert f"ASCENDCL_OPENVINO_LIBS='{tmp_path}'" in problems[0]
    assert "pip" not in problems[0]
    (tmp_path / "libopenvino.so.2641").touch()
    done = command("doctor", ASCENDCL_OPENVINO_LIBS=str(tmp_path))
    assert f"OpenVINO in {tmp_path}" in done.stdout


def test_doctor_sees_another_acl(tmp_path: Path) -> None:
    (tmp_path / "acl.py").touch()
    done = command("doctor", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert "`import acl` is not this package's" in done.stdout
    assert str(tmp_path) in done.stdout


def test_config_builds_a_c_program(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source = tmp_path / "version.c"
    source.write_text(
        "#include <acl/acl.h>\n#include <stdio.h>\n"
        'int main(void) { int a, b, c; printf("%d\\n", aclrtGetVersion(&a, &b, &c)); }\n'
    )
    flags = shlex.split(command("config", "--cflags", "--libs").stdout)
    program = tmp_path / "version"
    subprocess.run([compiler, source, "-o", program, *flags], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def test_config_cmakedir_holds_the_package_file() -> None:
    folder = Path(command("config", "--cmakedir").stdout.rstrip("\n"))
    assert (folder / "ascendclConfig.cmake").is_file()


def test_config_answers_in_the_order_of_the_question() -> None:
    flags = ["--libs", "--cflags"]
    assert command("config", *flags).stdout.split() == [
        word for flag in flags for word in command("config", flag).stdout.split()
    ]


@pytest.mark.parametrize("arguments", [[], ["config"], ["unknown"], ["config", "--unknown"]])
def test_usage_errors(arguments: list[str]) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: ascendcl")


@pytest.mark.parametrize("has_rich", [True, False])
def test_table_with_and_without_rich(monkeypatch: pytest.MonkeyPatch, has_rich: bool) -> None:
    if has_rich:
        pytest.importorskip("rich")
    else:
        monkeypatch.setattr(table.importlib.util, "find_spec", lambda _: None)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    table.print_table("title", [("name", "[value]"), ("longer name", "x")])
    assert "title" in terminal.text
    assert "[value]" in terminal.text
    assert ("\x1b[" in terminal.text) == has_rich
