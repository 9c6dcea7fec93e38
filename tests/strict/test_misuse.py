# SPDX-License-Identifier: Apache-2.0
"""Flat Python programs that misuse handles and memory, in each mode in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).parent / "misuse" / "run.py"


@cache
def results(mode: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, str(RUN), mode], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def wrong(mode: str, is_right: Any) -> list[str]:
    return [
        f"{one['name']}: status {one['status']}, answer {one['answer']}, {one['message']}, "
        f"{one['stderr'][-600:]}"
        for one in results(mode)
        if not is_right(one)
    ]


def test_there_are_enough_of_them() -> None:
    names = [one["name"] for one in results("fail")]
    print(f"{len(names)} misuse programs")
    assert len(names) == len(set(names)) >= 60


def test_in_mode_fail_none_crashes_and_each_is_refused() -> None:
    def is_right(one: dict[str, Any]) -> bool:
        is_answered = one["code"] is None or one["answer"] == one["code"]
        return one["status"] == 0 and is_answered and one["rule"] in (one["message"] or "")

    assert wrong("fail", is_right) == []


def test_in_mode_warn_the_report_comes_before_the_crash() -> None:
    def is_right(one: dict[str, Any]) -> bool:
        ends = one["status"] <= 0  # by itself, or by a signal; not by an exception of Python's
        return ends and f"StrictWarning: {one['rule']}" in one["stderr"]

    assert wrong("warn", is_right) == []


def test_off_nothing_is_reported() -> None:
    if "ACL-0" in "".join(one["stderr"] for one in results("off")):
        pytest.fail("a report while the mode is off")
