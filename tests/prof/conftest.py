# SPDX-License-Identifier: Apache-2.0
"""What profiling writes is the host runtime's own: there is nothing to test on another one."""

from __future__ import annotations

from pathlib import Path

import pytest

import ascendcl as acl


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if acl.runtime_info().kind == "host":
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="the host runtime's own format"))
