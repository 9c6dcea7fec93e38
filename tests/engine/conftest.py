# SPDX-License-Identifier: Apache-2.0
"""Lets the tests of this folder import their helpers, and runs them on the host runtime."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261122)
