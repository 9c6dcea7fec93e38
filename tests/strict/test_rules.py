# SPDX-License-Identifier: Apache-2.0
"""Each rule is reported where it is broken, and nothing where it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
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


def test_every_rule_has_both_tests() -> None:
    assert {broken.rule for broken in BROKEN} == set(CORRECT)
