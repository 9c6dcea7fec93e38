# SPDX-License-Identifier: Apache-2.0
"""Traces are written by the host runtime: there is nothing to test on another one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the tests import traces, whatever the import mode

import ascendcl as acl


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if acl.runtime_info().kind == "host":
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="only the host runtime writes traces"))
