# SPDX-License-Identifier: Apache-2.0
"""Conformance cases run through the C ABI, each in a process of its own.

The library is the installed package's host runtime, or any other given by
`pytest tests/conformance --acl-library PATH`, such as CANN's on a machine that has it. A case's
process is a fork of this one, which has not used the library yet: the cases go first.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the cases import abi, whatever the import mode

import abi

SECONDS_PER_CASE = 120


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--acl-library", metavar="PATH", help="the libascendcl.so under test")
    parser.addoption("--acl-model", metavar="PATH", help="a static .om that it can run")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "case(number, tag): a case of the behaviour specification and what it is known from"
        " (DOC: documentation, SRC: read in the source; N/E: not established, our choice)",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the cases first: a fork of a process that has used the runtime is not a fresh one."""
    items.sort(key=lambda item: Path(__file__).parent not in item.path.parents)


@pytest.fixture(scope="session")
def acl_library(request: pytest.FixtureRequest) -> str:
    """Path of the library under test."""
    path = request.config.getoption("--acl-library", default=None)
    if path is None:
        ascendcl = pytest.importorskip("ascendcl", reason="neither --acl-library nor the package")
        path = Path(ascendcl.__file__).parent / "_host" / "libascendcl.so"
    if not Path(path).is_file():
        pytest.skip(f"no library at {path}")
    return str(path)


@pytest.fixture
def acl(acl_library: str) -> abi.Library:
    """The library, loaded at the first call and then in this case's process only."""
    return abi.Library(acl_library)


@pytest.fixture(scope="session")
def om(request: pytest.FixtureRequest) -> Path:
    """A static model with inputs of a known size; if not given, the package's digits."""
    path = request.config.getoption("--acl-model", default=None)
    if path is None:
        ascendcl = pytest.importorskip("ascendcl", reason="neither --acl-model nor the package")
        path = Path(ascendcl.__file__).parent / "data" / "digits.om"
    if not Path(path).is_file():
        pytest.skip(f"no model at {path}")
    return Path(path)


def _run_case(item: pytest.Function) -> tuple[str, str]:
    arguments = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}
    try:
        item.obj(**arguments)
    except pytest.skip.Exception as skipped:
        return "skipped", str(skipped)
    except BaseException:
        return "failed", traceback.format_exc()
    return "passed", ""


def _await_outcome(reader: int, child: int) -> tuple[str, str]:
    data = b""
    deadline = time.monotonic() + SECONDS_PER_CASE
    while True:
        ready, _, _ = select.select([reader], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "failed", f"no end after {SECONDS_PER_CASE} s"
        chunk = os.read(reader, 1 << 16)
        if not chunk:
            break
        data += chunk
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "failed", f"the process died of {signal.Signals(os.WTERMSIG(status)).name}"
    return pickle.loads(data)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python warns of forking with threads about; the child keeps clear of what they hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reader)
        outcome = _run_case(pyfuncitem)
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(writer, pickle.dumps(outcome))
        os._exit(0)
    os.close(writer)
    try:
        kind, text = _await_outcome(reader, child)
    finally:
        os.close(reader)
    if kind == "skipped":
        pytest.skip(text)
    if kind == "failed":
        pytest.fail(text, pytrace=False)
    return True
