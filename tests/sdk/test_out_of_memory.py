# SPDX-License-Identifier: Apache-2.0
"""Each allocation of the host runtime fails: no call crashes, lies, or keeps what it had begun."""

import importlib.resources
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import sanitizers

DIGITS = importlib.resources.files("ascendcl") / "data" / "digits.om"
SOURCE = Path(__file__).with_name("out_of_memory_program.cpp")

pytestmark = pytest.mark.skipif(
    sanitizers.under("asan") or sanitizers.under("tsan"),
    reason="the sanitizer's own operator new is in the program's place",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, build: Callable[[Path, Path], None]) -> Path:
    binary = tmp_path_factory.mktemp("memory") / "out_of_memory_program"
    build(SOURCE, binary)
    return binary


@pytest.mark.parametrize("how", ["once", "from then on"])
@pytest.mark.parametrize("scenario", ["streams", "model", "op"])
def test_every_allocation(program: Path, scenario: str, how: str) -> None:
    result = subprocess.run(
        [program, DIGITS, scenario, how],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    tried = re.fullmatch(r"(\d+) allocations, 0 wrong\n", result.stdout)
    assert tried is not None, result.stdout
    assert int(tried[1]) > 15
