# SPDX-License-Identifier: Apache-2.0
"""Each rule is reported where it is broken, and nothing where it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import runtime_programs as runtime
from model_programs import share_work_after, share_work_within
from rule_programs import BROKEN, CORRECT, Broken
from strict_mode import Strict

from abi import Library

broken_rules = pytest.mark.parametrize(
    "broken", BROKEN, ids=[f"{broken.rule} {broken.program.__name__}" for broken in BROKEN]
)


@broken_rules
def test_a_broken_rule_is_reported(acl: Library, strict: Strict, om: Path, broken: Broken) -> None:
    strict.on("warn")
    broken.program(acl, om)
    assert strict.rules() == [broken.rule]


@broken_rules
def test_the_call_fails(acl: Library, strict: Strict, om: Path, broken: Broken) -> None:
    strict.on("fail")
    assert broken.program(acl, om) == broken.code
    assert broken.rule in acl.message()
    assert strict.reports == []


@pytest.mark.parametrize("rule", CORRECT)
@pytest.mark.parametrize("mode", ["warn", "fail"])
def test_correct_use_is_silent(
    acl: Library, strict: Strict, om: Path, rule: str, mode: str
) -> None:
    strict.on(mode)
    CORRECT[rule](acl, om)
    assert strict.reports == []


@pytest.mark.parametrize("on_stream", [False, True], ids=["thread", "stream"])
@pytest.mark.parametrize("wait", ["stream", "query", "event", "callback"])
def test_work_is_free_once_the_end_may_be_known(
    acl: Library, strict: Strict, om: Path, wait: str, on_stream: bool
) -> None:
    strict.on("warn")
    assert share_work_after(acl, om, wait, on_stream) == 0
    assert strict.reports == []


def test_work_is_free_after_an_execution_that_waits(acl: Library, strict: Strict, om: Path) -> None:
    strict.on("warn")
    assert share_work_within(acl, om) == 0
    assert strict.reports == []


@pytest.mark.parametrize("mode", ["warn", "fail"])
@pytest.mark.parametrize(
    "give_up",
    [
        runtime.abort_a_stream_that_waits,
        runtime.destroy_a_stream_that_waits,
        runtime.destroy_a_context_that_waits,
    ],
    ids=lambda program: program.__name__,
)
def test_a_wait_that_is_given_up_is_told_once(
    acl: Library, strict: Strict, give_up: Callable[[Library], None], mode: str
) -> None:
    strict.on(mode)
    give_up(acl)
    (report,) = strict.reports
    assert report.startswith("ACL-016: the wait for event")


def test_what_is_no_function_is_not_called(acl: Library, strict: Strict, om: Path) -> None:
    strict.on("fail")
    assert runtime.launch_what_is_no_function(acl, om) == 107000
    assert "ACL-018: fn, 0x" in acl.message()


def test_every_rule_has_both_tests() -> None:
    assert {broken.rule for broken in BROKEN} == set(CORRECT)
