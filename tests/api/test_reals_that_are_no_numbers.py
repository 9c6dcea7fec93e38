# SPDX-License-Identifier: Apache-2.0
"""ASCENDCL_HOST_CHECK refuses executions whose reals are NaN, or not finite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import acl
from ascendcl.data import DIGITS_MODEL
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

Array = np.ndarray[Any, np.dtype[Any]]
CHECK = "ASCENDCL_HOST_CHECK"

pytestmark = pytest.mark.skipif(acl.runtime_info().kind != "host", reason="the host runtime's own")


def model_of(type: str, dtype: str) -> acl.Model:
    """One op of 5000 elements."""
    spec = TensorSpec((5000,), dtype, "ND")
    graph = GraphBuilder("g")
    graph.output([graph.op(type, [graph.data("picture", spec)], spec)])
    return acl.Model.from_bytes(ModelBuilder(graph).to_bytes())


@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
@pytest.mark.parametrize(
    ("word", "value", "name"),
    [
        ("nan", np.nan, "nan"),
        ("nan", -np.nan, "nan"),
        ("finite", np.nan, "nan"),
        ("finite", np.inf, "inf"),
        ("finite", -np.inf, "-inf"),
    ],
)
def test_the_first_of_an_input_is_named(
    word: str, value: float, name: str, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHECK, word)
    x = np.full(5000, -3, dtype)
    x[4321:] = value
    with model_of("Abs", dtype) as model:
        with pytest.raises(acl.AclError) as error:
            model.run(x)
        assert f"input 0 ('picture') is {name} at element 4321, and {CHECK}={word}" in str(
            error.value
        )
        x[4321:] = np.finfo(dtype).max
        np.testing.assert_array_equal(model.run(x)[0], np.abs(x))


def test_infinities_are_numbers_to_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHECK, "nan")
    x = np.full(5000, -np.inf, np.float32)
    with model_of("Abs", "float32") as model:
        np.testing.assert_array_equal(model.run(x)[0], np.abs(x))


def test_an_output_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHECK, "nan")
    x = np.ones(5000, np.float32)
    x[7] = -1
    with model_of("Log", "float32") as model, pytest.raises(acl.AclError) as error:
        model.run(x)
    assert "output 0" in str(error.value)
    assert "is nan at element 7" in str(error.value)


def test_a_picture_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said of NaN in docs/host.md: unchecked, the probabilities are numbers."""
    picture = np.full((1, 1, 8, 8), np.nan, np.float32)
    with acl.Model.from_file(DIGITS_MODEL) as model:
        model(picture)
    monkeypatch.setenv(CHECK, "nan")
    with acl.Model.from_file(DIGITS_MODEL) as model:
        with pytest.raises(acl.AclError, match="is nan at element 0"):
            model(picture)
        model(np.zeros_like(picture))


def test_another_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHECK, "nans")
    with pytest.raises(acl.AclError, match="ASCENDCL_HOST_CHECK='nans' is not known"):
        acl.Model.from_file(DIGITS_MODEL)
