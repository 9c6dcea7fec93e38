# SPDX-License-Identifier: Apache-2.0
"""Executions that are profiled run a program of their own: it computes what the other one does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from backend_cases import all_cases, verdict_here

import acl
import ascendcl
from ascendcl.om.compiler import compile

TASK_TIME, NO_METRICS = 0x2, 0xFF


# What OpenVINO's plugin makes of these is another model once it is written and read again.
@pytest.mark.parametrize("name", ["test_rotary_embedding", "test_rotary_embedding_interleaved"])
def test_fused_ops(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascendcl.om.compiler.verify", verdict_here)
    case = next(each for each in all_cases()[0] if each.name == name)
    source = tmp_path / "model.onnx"
    source.write_bytes(case.model)
    compile(source, tmp_path / "model.om")
    random = np.random.default_rng(1)
    with ascendcl.Device(0) as device, ascendcl.Model.from_file(tmp_path / "model.om") as model:
        device.set_current()
        inputs = [
            np.zeros(each.shape, each.dtype)
            if each.dtype.kind == "i"
            else random.normal(size=each.shape).astype(each.dtype)
            for each in model.inputs
        ]
        expected = model.run(*inputs)
        assert acl.prof.init(str(tmp_path)) == 0
        try:
            config = acl.prof.create_config([0], NO_METRICS, 0, TASK_TIME)
            assert acl.prof.start(config) == 0
            profiled = model.run(*inputs)
            assert acl.prof.stop(config) == 0
        finally:
            assert acl.prof.finalize() == 0
    for was, now in zip(expected, profiled, strict=True):
        np.testing.assert_array_equal(now, was)
