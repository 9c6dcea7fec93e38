# SPDX-License-Identifier: Apache-2.0
"""AIPP's pixels, compiled once a session; lets the tests of this folder import what they share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sanitizers

with sanitizers.leaks_allowed():  # its import loses four objects
    import openvino  # noqa: F401

sys.path.insert(0, str(Path(__file__).parent))

from pixels import Pixels


@pytest.fixture(scope="session")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Pixels:
    return Pixels(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(scope="module", autouse=True)
def device() -> Iterator[None]:
    """For flat calls; `acl.Model` has its own context. Other folders find it as it was."""
    import acl

    assert acl.init() in (0, 100002)  # another test may have been first
    assert acl.rt.set_device(0) == 0
    yield
    assert acl.rt.reset_device(0) == 0
