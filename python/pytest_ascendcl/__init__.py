# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: a service that uses ascendcl, tested on the host runtime where no NPU is.

Installing ascendcl is enough; docs/pytest.md tells of the fixtures. It is a package of its own, for
pytest imports it in every session: neither ascendcl nor a runtime is, before a test asks for one of
the fixtures.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ascendcl import Device
    from ascendcl._testing import FaultCounts

__all__ = ["acl_device", "acl_faults", "acl_no_leaks", "acl_strict"]

_HAS_FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Settings of the plugin."""
    # pytest would rewrite the assertions of all that is installed with a plugin: names of its own
    # in every module of ascendcl, and a slower first import.
    hook = getattr(pluginmanager, "rewrite_hook", None)
    getattr(hook, "_must_rewrite", set()).difference_update({"ascendcl", "acl"})
    parser.addini(
        "acl_runtime",
        "the runtime of the tests where ASCENDCL_RUNTIME does not say it: host, cann or auto",
        default="",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the runtime, and tell of the marker."""
    if runtime := config.getini("acl_runtime"):
        os.environ.setdefault("ASCENDCL_RUNTIME", runtime)
    config.addinivalue_line(
        "markers",
        "acl_faults(rules): calls of the runtime that fail during the test, such as "
        "'aclrtMalloc:3:207001' (ascendcl's docs/fault.md)",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with the marker has the fixture, whether it names it or not."""
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is None or item.get_closest_marker("acl_faults") is None:
            continue
        if "acl_faults" not in names:
            names.append("acl_faults")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Keep whether the test has failed; the report is others' to make."""
    if call.excinfo is not None:
        item.stash[_HAS_FAILED] = True


@pytest.fixture
def acl_no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test fails where it leaves an object, or a byte on device 0, that was not there before.

    Not looked at after a failure: its traceback keeps what the test had.
    """
    from ascendcl import _testing

    before = _testing.alive()
    yield
    if not request.node.stash.get(_HAS_FAILED, False):
        _testing.fail_for_more_than(before)


@pytest.fixture
def acl_device(acl_no_leaks: None) -> Iterator[Device]:
    """Device 0. What the test has neither closed nor dropped at its end fails it."""
    from ascendcl import Device

    with Device(0) as device:
        yield device


@pytest.fixture
def acl_strict() -> Iterator[None]:
    """Strict mode: a call that breaks a documented rule fails, with the report of where.

    Skips the test on another runtime, which has no such mode.
    """
    from ascendcl import _testing, strict

    _testing.skip_unless_host("strict mode")
    with strict("fail"):
        yield


@pytest.fixture
def acl_faults(
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[str], AbstractContextManager[FaultCounts]]]:
    """A function of fault rules that makes a context in which they hold; it gives the counts.

    With the marker ``acl_faults(rules)`` those rules hold for the whole test. Skips the test on
    another runtime, where nothing fails on request.
    """
    from ascendcl import _testing

    _testing.skip_unless_host("fault injection")
    marker = request.node.get_closest_marker("acl_faults")
    if marker is None:
        yield _testing.faults
        return
    (rules,) = marker.args
    with _testing.faults(rules):
        yield _testing.faults
