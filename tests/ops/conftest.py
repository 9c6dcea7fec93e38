# SPDX-License-Identifier: Apache-2.0
"""Single ops run on device 0 of the runtime under test, and nothing is left of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "conformance")]

import acl  # noqa: E402
from lifetime.conftest import runtime_counts  # noqa: E402


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261122)


@pytest.fixture(autouse=True)
def device() -> Iterator[None]:
    """A device for the test; afterwards as many objects and bytes as before."""
    is_host = acl.runtime_info().kind == "host"
    assert acl.rt.set_device(0) == 0
    assert acl.rt.synchronize_stream(0) == 0  # there is a default stream from now on
    before = runtime_counts() if is_host else None
    yield
    if is_host:
        assert runtime_counts() == before
    assert acl.rt.reset_device(0) == 0


@pytest.fixture
def stream() -> Iterator[int]:
    handle, ret = acl.rt.create_stream()
    assert ret == 0
    yield handle
    assert acl.rt.destroy_stream(handle) == 0
