# SPDX-License-Identifier: Apache-2.0
"""Flat Python programs that misuse handles and memory, in each mode in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

RUN = Path(__file__).parent / "misuse" / "run.py"


def results(mode: str) -> list[dict[str, Any]]:
    command = [sys.executable, str(RUN), mode]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def told(one: dict[str, Any]) -> str:
    return f"{one['name']}: {one['status']} {one['answer']} {one['message']} {one['stderr']}"


def test_in_mode_fail_none_crashes_and_each_is_refused() -> None:
    programs = results("fail")
    print(f"{len(programs)} misuse programs")
    assert len({one["name"] for one in programs}) == len(programs) >= 60
    for one in programs:
        assert one["status"] == 0, told(one)
        assert one["rule"] in (one["message"] or ""), told(one)
        assert one["code"] is None or one["answer"] == one["code"], told(one)


def test_in_mode_warn_the_report_comes_before_the_crash() -> None:
    for one in results("warn"):
        assert one["status"] <= 0, told(one)  # at its end, or by a signal; no exception of Python's
        assert f"StrictWarning: {one['rule']}" in one["stderr"], told(one)


def test_off_nothing_is_reported() -> None:
    for one in results("off"):
        assert "ACL-0" not in f"{one['stderr']}{one['message']}", told(one)
