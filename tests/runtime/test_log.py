# SPDX-License-Identifier: Apache-2.0
"""Failures are printed for who asked: as CANN prints its logs, by a setting, in strict mode."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys, threading, acl
print(os.getpid(), threading.get_native_id(), flush=True)
acl.init()
acl.init()
acl.rt.get_context()
acl.rt.set_device(0)
assert acl.rt.malloc(0, 0)[1] == 100000
stream, _ = acl.rt.create_stream()
acl.rt.subscribe_report(threading.get_ident(), stream)
assert acl.rt.process_report(1) == 507012
acl.rt.unsubscribe_report(threading.get_ident(), stream)
acl.rt.destroy_stream(stream)
acl.rt.destroy_stream(12345)
"""
FAILURES = ("[100000] aclrtMalloc: ", "[107017] aclrtDestroyStream: ")
LINE = re.compile(
    r"\[(?P<level>ERROR|WARNING)\] ASCENDCL\((?P<pid>\d+),(?P<name>[^)]+)\):"
    r"\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.\d{3}\.\d{3} \[[^]]*:\d+\](?P<tid>\d+) (?P<text>.+)"
)


def run(**settings: str) -> tuple[list[str], list[str]]:
    """What a program prints on standard output and on standard error."""
    known = {
        name: value
        for name, value in os.environ.items()
        if name not in ("ASCEND_SLOG_PRINT_TO_STDOUT", "ASCEND_GLOBAL_LOG_LEVEL", "ASCENDCL_LOG")
    }
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env={**known, **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return result.stdout.splitlines(), result.stderr.splitlines()


@pytest.mark.parametrize("level", [None, "3", "2", "1", "0", "loud", ""])
def test_as_canns_logs(level: str | None) -> None:
    settings = {"ASCEND_SLOG_PRINT_TO_STDOUT": "1"}
    if level is not None:
        settings["ASCEND_GLOBAL_LOG_LEVEL"] = level
    (numbers, *lines), errors = run(**settings)
    assert errors == []
    pid, tid = numbers.split()
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    assert {(one["pid"], one["tid"]) for one in found if one} == {(pid, tid)}
    texts = {one["text"]: one["level"] for one in found if one}
    told = [text for text, its in texts.items() if its == "ERROR"]
    assert len(told) == len(FAILURES)
    assert all(text.startswith(start) for text, start in zip(told, FAILURES, strict=True))
    # What the program asked for and goes on with.
    warnings = [text.split()[1] for text, its in texts.items() if its == "WARNING"]
    answers = ["aclInit:", "aclrtGetCurrentContext:", "aclrtProcessReport:"]
    assert warnings == (answers if level in ("2", "1", "0") else [])


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"ASCEND_SLOG_PRINT_TO_STDOUT": "1", "ASCEND_GLOBAL_LOG_LEVEL": "4"},
        {"ASCEND_SLOG_PRINT_TO_STDOUT": "0", "ASCEND_GLOBAL_LOG_LEVEL": "0"},
        {"ASCEND_GLOBAL_LOG_LEVEL": "0"},
        {"ASCENDCL_LOG": "off"},
        {"ASCENDCL_LOG": ""},
    ],
    ids=str,
)
def test_nobody_asked(settings: dict[str, str]) -> None:
    (_, *lines), errors = run(**settings)
    assert (lines, errors) == ([], [])


@pytest.mark.parametrize("settings", [{"ASCENDCL_LOG": "error"}, {"ASCENDCL_LOG": "loud"}], ids=str)
def test_by_a_setting(settings: dict[str, str]) -> None:
    (_, *lines), errors = run(**settings)
    assert lines == []
    if settings["ASCENDCL_LOG"] == "loud":
        assert errors.pop(0) == 'ASCENDCL_LOG must be error or off, not "loud": taken as error'
    assert len(errors) == len(FAILURES)
    for line, start in zip(errors, FAILURES, strict=True):
        assert line.startswith(f"ascendcl: {start}")


@pytest.mark.parametrize("mode", ["warn", "fail"])
def test_in_strict_mode(mode: str) -> None:
    _, errors = run(ASCENDCL_STRICT=mode)
    for start in FAILURES:
        assert len([line for line in errors if line.startswith(f"ascendcl: {start}")]) == 1
    assert not any("aclrtProcessReport" in line for line in errors if line.startswith("ascendcl: "))


@pytest.mark.parametrize(("to", "other"), [("1", 1), ("0", 0)])
def test_lines_of_the_program(to: str, other: int) -> None:
    code = "import acl\nfor level in range(4): acl.app_log(level, 'a %s line')"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "ASCEND_SLOG_PRINT_TO_STDOUT": to, "ASCEND_GLOBAL_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    texts = (result.stdout, result.stderr)
    assert texts[other] == ""
    found = [LINE.fullmatch(line) for line in texts[1 - other].splitlines()]
    assert [one and one["level"] for one in found] == ["WARNING", "ERROR"]
    assert all(one and one["text"].endswith("a %s line") for one in found)
