# SPDX-License-Identifier: Apache-2.0
"""Models to run, and random inputs for them."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

# These tests are about the Python API: the CPU will do, unless somebody chose otherwise.
import ascendcl as acl

REAL_MODELS = Path(__file__).parents[2].parent / "shared" / "models"


@pytest.fixture(scope="session")
def digits() -> Path:
    """A small model that is part of the package."""
    return Path(str(importlib.resources.files("ascendcl") / "data" / "digits.om"))


@pytest.fixture(scope="session")
def held_out(digits: Path) -> dict[str, np.ndarray]:
    """Digits that the model was not trained with, and what numpy computes for them."""
    with np.load(digits.with_name("digits_held_out.npz")) as data:
        return dict(data)


@pytest.fixture(scope="session", params=["digits", "nanotrack_backbone127", "lane"])
def any_model(request: pytest.FixtureRequest, digits: Path) -> Path:
    """Each model that there is, the real ones where they are to be had."""
    if request.param == "digits":
        return digits
    path = REAL_MODELS / f"{request.param}.om"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


@pytest.fixture(scope="session")
def random_inputs() -> Callable[[acl.Model], list[np.ndarray]]:
    def make(model: acl.Model) -> list[np.ndarray]:
        generator = np.random.default_rng(20261122)
        return [generator.random(info.shape).astype(info.dtype) for info in model.inputs]

    return make
