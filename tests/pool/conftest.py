# SPDX-License-Identifier: Apache-2.0
"""Models behind queues, and a way to stop their workers in the middle of a run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL, digits_held_out
from lifetime.conftest import nothing_is_left, run_script  # noqa: F401
from rebatched import model_with_batches

# Modules beside the tests, whatever the import mode: gate, faults.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "fault")]

from gate import Gate  # noqa: E402


@pytest.fixture(scope="session")
def digits() -> Path:
    return Path(DIGITS_MODEL)


@pytest.fixture(scope="session")
def images() -> list[np.ndarray]:
    """Different ones, each as the model takes it."""
    return list(digits_held_out().images[:64, None].astype(np.float32))


@pytest.fixture(scope="session")
def expected(digits: Path, images: list[np.ndarray]) -> list[np.ndarray]:
    with acl.Model.from_file(digits) as model:
        return [model(image) for image in images]


@pytest.fixture(scope="session")
def geared(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model with batches of 1, 2, 4 and 8."""
    path = tmp_path_factory.mktemp("geared") / "digits.om"
    path.write_bytes(model_with_batches(digits, (1, 2, 4, 8)))
    return path


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    run: Callable[..., Any] = acl.Model.run

    def gated(self: acl.Model, *inputs: Any, **options: Any) -> Any:
        made.pass_through(self, inputs)
        return run(self, *inputs, **options)

    monkeypatch.setattr(acl.Model, "run", gated)
    yield made
    made.open()
