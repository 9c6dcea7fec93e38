# SPDX-License-Identifier: Apache-2.0
"""Graphs that OpenVINO's CPU plugin compiles to wrong code unless it is kept from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import acl
from ascendcl.om.compiler import CompileOptions, compile
from onnx_oracle import run_onnx

SIZE = 15


def _attention(heads: int, tokens: int) -> onnx.ModelProto:
    """Heads are joined by a Transpose, which is dropped where there are as many of them."""
    shape = [1, heads, tokens, SIZE]
    nodes = [helper.make_node("Relu", [name], [f"{name}_"]) for name in "qkv"]
    nodes += [
        helper.make_node("Transpose", ["k_"], ["kt"], perm=[0, 1, 3, 2]),
        helper.make_node("MatMul", ["q_", "kt"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["weights"], axis=-1),
        helper.make_node("MatMul", ["weights", "v_"], ["context"]),
        helper.make_node("Transpose", ["context"], ["y"], perm=[0, 2, 1, 3]),
    ]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "qkv"]
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, tokens, heads, SIZE])
    graph = helper.make_graph(nodes, "attention", ports, [out])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(("heads", "tokens"), [(8, 8), (12, 12), (8, 9)])
def test_as_many_heads_as_tokens(heads: int, tokens: int, tmp_path: Path) -> None:
    model = _attention(heads, tokens)
    onnx.save(model, tmp_path / "attention.onnx")
    options = CompileOptions(verify=False)
    compiled = compile(tmp_path / "attention.onnx", tmp_path / "attention.om", options)
    rng = np.random.default_rng(0)
    inputs = {
        name: rng.standard_normal((1, heads, tokens, SIZE)).astype(np.float32) for name in "qkv"
    }
    with acl.Model.from_file(compiled.path) as loaded:
        found = loaded(*inputs.values())
    np.testing.assert_allclose(found, run_onnx(model, inputs)[0], rtol=1e-4, atol=1e-6)
