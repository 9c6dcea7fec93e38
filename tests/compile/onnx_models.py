# SPDX-License-Identifier: Apache-2.0
"""Small ONNX files, and what the compiler makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

import ascendcl as acl
from ascendcl.om import CompileOptions, compile

Array = npt.NDArray[Any]
Dims = Sequence[int | str]

F32, F16, F64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE
I32, I64, U8, BOOL = TensorProto.INT32, TensorProto.INT64, TensorProto.UINT8, TensorProto.BOOL

node = helper.make_node


def onnx_file(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, tuple[int, Dims]],
    outputs: Mapping[str, tuple[int, Dims]],
    constants: Mapping[str, Array] | None = None,
    *,
    opset: int = 17,
) -> Path:
    """Write a model; names with types and dims, of which texts are open ones."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info(name, *each) for name, each in inputs.items()],
        [helper.make_tensor_value_info(name, *each) for name, each in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.save(model, path)
    return path


def compiled(source: Path, **options: Any) -> Path:
    """Compile with verification, which onnxruntime does."""
    target = source.with_suffix(".om")
    done = compile(source, target, CompileOptions(**options))
    assert done.reference == "onnxruntime"
    return target


def run(path: Path, *inputs: Array) -> list[Array]:
    with acl.Model.from_file(path) as model:
        return model.run(*inputs)


def floats(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)
