# SPDX-License-Identifier: Apache-2.0
"""Compiled models: where the corpus comes from, and what the tests of this folder share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sanitizers

with sanitizers.leaks_allowed():  # its import loses four objects
    import openvino  # noqa: F401

sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[2] / "tools"))

from corpus import CORPUS, NotFetchedError, path_of


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The ONNX file of a model of the corpus; skips where its package is not there."""
    folder = tmp_path_factory.mktemp("corpus")

    def find(name: str) -> Path:
        try:
            return path_of(CORPUS[name], folder)
        except NotFetchedError as error:
            pytest.skip(str(error))

    return find
