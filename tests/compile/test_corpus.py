# SPDX-License-Identifier: Apache-2.0
"""Trained models, compiled and run in the user's memory: what onnxruntime answers, or refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from corpus import CORPUS
from corpus_run import (
    COSINE,
    COSINE_INT8,
    Both,
    by_a_rounding,
    cosine,
    expected,
    made_up,
    session_of,
)

from ascendcl.om.compiler import Compiled, CompileError, CompileOptions, compile

Source = Callable[[str], Path]


def _compiled(name: str, source: Path, target: Path, *, is_open: bool) -> Compiled:
    model = CORPUS[name]
    shapes = {
        key: (port.open if is_open and port.open else port.shape)
        for key, port in model.inputs.items()
    }
    given = {key: np.array(port.values) for key, port in model.inputs.items() if port.values}
    options = CompileOptions(input_shape=shapes, input_value=model.constants, verify_input=given)
    return compile(source, target, options)


def _check(name: str, source: Path, compiled: Path, *, shapes: int) -> None:
    model = CORPUS[name]
    session = session_of(source)
    bound = COSINE_INT8 if model.int8 else COSINE
    with Both(compiled) as both:
        for number in range(shapes):
            inputs = made_up(session, model, other=number > 0)
            found = both.run(list(inputs.values()))
            wanted = expected(session, model, inputs)
            for i, (value, reference) in enumerate(zip(found, wanted, strict=True)):
                if cosine(value, reference) >= bound:
                    continue
                # A detector that sees nothing, whose map is a sigmoid's tail: onnxruntime's own
                # answer is further off when the input changes by a rounding.
                moved = expected(session, model, by_a_rounding(inputs))[i]
                assert cosine(value, reference) >= cosine(moved, reference) >= 0.999


@pytest.mark.parametrize("name", [name for name, model in CORPUS.items() if not model.refused])
def test_one_shape(name: str, source: Source, tmp_path: Path) -> None:
    original = source(name)
    compiled = _compiled(name, original, tmp_path / "model.om", is_open=False)
    assert compiled.reference == "onnxruntime"
    _check(name, original, compiled.path, shapes=1)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, model in CORPUS.items()
        if not model.refused and any(port.open for port in model.inputs.values())
    ],
)
def test_open_shapes(name: str, source: Source, tmp_path: Path) -> None:
    original = source(name)
    compiled = _compiled(name, original, tmp_path / "model.om", is_open=True)
    assert compiled.work == 0
    _check(name, original, compiled.path, shapes=2)


@pytest.mark.parametrize("name", [name for name, model in CORPUS.items() if model.refused])
def test_refused(name: str, source: Source, tmp_path: Path) -> None:
    """The error names the operators that the front end has no rule for, and nothing is written."""
    with pytest.raises(
        CompileError, match=rf"cannot convert \d of its nodes:\n  .*{CORPUS[name].refused}"
    ):
        _compiled(name, source(name), tmp_path / "model.om", is_open=False)
    assert not list(tmp_path.iterdir())
