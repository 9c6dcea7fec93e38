# SPDX-License-Identifier: Apache-2.0
"""A device for acl.media, and the look for what a test has left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import acl
from ascendcl._testing import alive, fail_for_more_than

sys.path.insert(0, str(Path(__file__).parent))  # what several tests here use


@pytest.fixture(autouse=True)
def device() -> Iterator[int]:
    """Device 0 in use, given back at the end."""
    assert acl.rt.set_device(0) == 0
    before = alive()
    yield 0
    fail_for_more_than(before)
    assert acl.rt.reset_device(0) == 0
