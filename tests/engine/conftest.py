# SPDX-License-Identifier: Apache-2.0
"""Lets the tests of this folder import their helpers, and runs them on the host runtime."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parent
COMPLETENESS = FOLDER / "test_every_op_is_tested.py"
sys.path.insert(0, str(FOLDER))
_deselected: list[pytest.Item] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the test of completeness come last: it looks at what the others ran."""
    items.sort(key=lambda item: item.path == COMPLETENESS)


def pytest_deselected(items: list[pytest.Item]) -> None:
    _deselected.extend(items)


@pytest.fixture
def whole_folder(request: pytest.FixtureRequest) -> None:
    """Skip the test unless all tests of this folder run."""
    collected = {item.path for item in request.session.items}
    if (
        not collected.issuperset(FOLDER.glob("test_*.py"))
        or any(FOLDER in item.path.parents for item in _deselected)
        or any("::" in arg for arg in request.config.args)
    ):
        pytest.skip("looks at all tests of the folder, of which only some run")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261122)
