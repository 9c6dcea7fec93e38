# SPDX-License-Identifier: Apache-2.0
"""A program ends cleanly while its threads load models, which OpenVINO compiles."""

import importlib.resources
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

DIGITS = importlib.resources.files("ascendcl") / "data" / "digits.om"
SOURCE = Path(__file__).with_name("exit_program.cpp")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, build: Callable[[Path, Path], None]) -> Path:
    binary = tmp_path_factory.mktemp("exit") / "exit_program"
    build(SOURCE, binary)
    return binary


def run(program: Path, ending: str, milliseconds: int = 0) -> str:
    command = [program, DIGITS, ending, str(milliseconds)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.parametrize("milliseconds", range(20, 140, 15))
def test_main_returns(program: Path, milliseconds: int) -> None:
    run(program, "return of main", milliseconds)


@pytest.mark.parametrize("ending", ["exit of another thread", "main thread ends first"])
def test_exit_of_another_thread(program: Path, ending: str) -> None:
    for _ in range(3):
        run(program, ending)


def test_a_forked_child_does_not_wait_for_its_parents_threads(program: Path) -> None:
    for milliseconds in range(20, 120, 20):
        run(program, "exit of a child", milliseconds)


def test_what_is_compiled_can_be_executed_to_the_end(program: Path) -> None:
    assert run(program, "static pipeline") == "executions: 0\n"


def test_nothing_is_compiled_at_exit(program: Path) -> None:
    output = run(program, "load in a handler")
    assert output.startswith("load: 500002")
    assert "the process is exiting" in output
