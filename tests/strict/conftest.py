# SPDX-License-Identifier: Apache-2.0
"""Strict mode through the C ABI: as the conformance cases, each test in a process of its own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance"))
sys.path.insert(0, str(Path(__file__).parent))

from strict_mode import Strict

import abi

HERE = Path(__file__).parent
CONFORMANCE = HERE.parent / "conformance"


def _conformance() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conformance", CONFORMANCE / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_cases = _conformance()
acl_library = _cases.acl_library
acl = _cases.acl
om = _cases.om


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    return _cases.pytest_pyfunc_call(pyfuncitem)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put these among the first: a fork of a process that has used the runtime is not fresh."""
    items.sort(key=lambda item: not {HERE, CONFORMANCE} & set(item.path.parents))


@pytest.fixture
def strict(acl: abi.Library) -> Strict:
    return Strict(acl)
