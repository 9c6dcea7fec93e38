# SPDX-License-Identifier: Apache-2.0
"""docs/support.md says what the sources say, and what the runtime does."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

import acl

ROOT = Path(__file__).resolve().parent.parent


def test_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools" / "support_table.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(acl.runtime_info().kind != "host", reason="it is about the host runtime")
def test_the_runtime_refuses_what_is_not_supported() -> None:
    """All that answer whatever they are given; the others would need a call that is right."""
    text = (ROOT / "docs" / "support.md").read_text(encoding="utf-8")
    names = re.findall(r"\| `(acl\w+)`[^|]*\| no \|  \|", text)
    total = re.search(r"^\| no \| not supported \| (\d+) \|$", text, re.MULTILINE)
    assert total is not None
    assert len(re.findall(r"^\| `\w+` \|[^|]*\| no \|", text, re.MULTILINE)) == int(total[1])
    assert names
    library = ctypes.CDLL(str(acl.runtime_info().library))
    zeros = [ctypes.c_void_p()] * 20
    for name in names:
        getattr(library, name)(*zeros)
        message = str(acl.get_recent_err_msg())
        assert message == f"[200001] {name} is not supported by the host runtime"
