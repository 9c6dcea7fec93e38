# SPDX-License-Identifier: Apache-2.0
"""AIPP's pixels, compiled once a session; lets the tests of this folder import what they share."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from pixels import Pixels


@pytest.fixture(scope="session")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Pixels:
    return Pixels(tmp_path_factory.mktemp("pixels"))
