# SPDX-License-Identifier: Apache-2.0
"""docs/strict.md says what csrc/host/checks/rules.cpp says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from rule_programs import BROKEN

ROOT = Path(__file__).resolve().parents[2]


def test_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tools" / "strict_rules.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_rule_is_listed_and_can_be_broken() -> None:
    text = (ROOT / "docs" / "strict.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (ACL-\d{3}) \|", text, re.M)
    assert listed == [f"ACL-{number:03}" for number in range(1, len(listed) + 1)]
    assert set(listed) == {broken.rule for broken in BROKEN}
