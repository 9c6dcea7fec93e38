# SPDX-License-Identifier: Apache-2.0
"""An import in a subinterpreter is refused, where it would deadlock."""

from __future__ import annotations

import subprocess
import sys

import pytest

NAME = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
CREATE = {
    "legacy": "create('legacy')" if sys.version_info >= (3, 13) else "create(isolated=False)",
    "isolated": "create()",
}
SUB = """
try: import {name}
except ImportError as error: print(type(error).__name__, error, flush=True)
"""


@pytest.mark.parametrize("before", ["", "import {name}"])
@pytest.mark.parametrize("how", CREATE)
@pytest.mark.parametrize("name", ["acl", "ascendcl"])
def test_import(name: str, how: str, before: str) -> None:
    code = (
        f"import {NAME} as interpreters\n"
        + before.format(name=name)
        + f"\nsub = interpreters.{CREATE[how]}\n"
        + f"failed = interpreters.run_string(sub, {SUB.format(name=name)!r})\n"
        + "assert not failed, failed\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("ImportError ascendcl cannot be imported in a subinterpreter")
    assert "WSGIApplicationGroup" in result.stdout
