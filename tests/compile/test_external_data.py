# SPDX-License-Identifier: Apache-2.0
"""ONNX models whose weights are files of their own, as those above 2 GiB have to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx_models import F32, compiled, floats, node, onnx_file, run

import ascendcl as acl
from ascendcl.om import CompileError, compile

W = floats(64, 32)


@pytest.fixture
def external(tmp_path: Path) -> Path:
    inside = onnx_file(
        tmp_path / "inside.onnx",
        [node("MatMul", ["x", "W"], ["product"]), node("Relu", ["product"], ["y"])],
        {"x": (F32, [2, 64])},
        {"y": (F32, [2, 32])},
        {"W": W},
    )
    path = tmp_path / "external.onnx"
    onnx.save_model(
        onnx.load(inside),
        path,
        save_as_external_data=True,
        location="weights.bin",
        size_threshold=0,
    )
    assert (tmp_path / "weights.bin").stat().st_size >= W.nbytes
    assert path.stat().st_size < W.nbytes
    return path


def test_the_weights_come_into_the_file(external: Path) -> None:
    path = compiled(external)
    (external.parent / "weights.bin").unlink()  # not needed any more
    assert acl.query_size(path).weight >= W.nbytes
    x = floats(2, 64, seed=1)
    np.testing.assert_allclose(run(path, x)[0], np.maximum(x @ W, 0), rtol=1e-5, atol=1e-5)


def test_other_outputs_are_verified_too(external: Path) -> None:
    x = floats(2, 64, seed=1)
    found = run(compiled(external, out_nodes=["product"]), x)[0]
    np.testing.assert_allclose(found, x @ W, rtol=1e-5, atol=1e-5)


def test_weights_that_are_missing_or_too_short(external: Path) -> None:
    weights = external.parent / "weights.bin"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(CompileError, match="external"):
        compile(external, external.with_suffix(".om"))
    weights.unlink()
    with pytest.raises(CompileError, match="external"):
        compile(external, external.with_suffix(".om"))
    assert not external.with_suffix(".om").exists()
