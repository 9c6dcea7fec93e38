# SPDX-License-Identifier: Apache-2.0
"""A trained text recogniser with gears: each call gives the bits of the static model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import acl
from ascendcl.om.compiler import CompileOptions, compile

CALLS = 200
HEIGHT = 48
WIDTHS = (64, 160, 320)


@pytest.mark.parametrize(
    ("gears", "shapes"),
    [
        (
            CompileOptions(input_shape={"x": (-1, 3, HEIGHT, 64)}, dynamic_batch_size=(1, 2, 4, 8)),
            [(batch, 3, HEIGHT, 64) for batch in (1, 2, 4, 8)],
        ),
        (
            CompileOptions(
                input_shape={"x": (1, 3, HEIGHT, -1)},
                dynamic_dims=[(width,) for width in WIDTHS],
            ),
            [(1, 3, HEIGHT, width) for width in WIDTHS],
        ),
    ],
    ids=["batches", "widths"],
)
def test_identical_bits(
    gears: CompileOptions,
    shapes: list[tuple[int, ...]],
    source: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    original = source("ocr_rec_v6")
    compiled = compile(original, tmp_path / "gears.om", gears)
    assert compiled.gears == len(shapes)
    generator = np.random.default_rng(0)
    inputs = {shape: generator.random(shape, dtype=np.float32) for shape in shapes}
    answers = {}
    for number, shape in enumerate(shapes):
        static = tmp_path / f"static_{number}.om"
        compile(original, static, CompileOptions(input_shape={"x": shape}, verify=False))
        with acl.Model.from_file(static) as model:
            answers[shape] = model(inputs[shape])
    need = acl.query_size(compiled.path)
    with (
        acl.DeviceBuffer(need.work) as work,
        acl.DeviceBuffer(need.weight) as weight,
        acl.Model.from_file(compiled.path, work=work, weight=weight) as model,
    ):
        assert {gear.inputs[0] for gear in model.gears} == set(shapes)
        for chosen in generator.integers(len(shapes), size=CALLS):
            shape = shapes[chosen]
            found = model(inputs[shape])
            assert found.shape == answers[shape].shape
            assert found.tobytes() == answers[shape].tobytes()
