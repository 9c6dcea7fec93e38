# SPDX-License-Identifier: Apache-2.0
"""ONNX nodes that OpenVINO's front end reads without a word, and wrongly: mostly by dropping an
attribute. One row each, found by onnx.backend.test against onnxruntime (OpenVINO 2026.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .onnx_model import OnnxModel, OnnxNode


@dataclass(frozen=True)
class KnownWrong:
    """What comes out wrong: nodes of `operator` for which `applies` is true."""

    operator: str
    reason: str
    applies: Callable[[OnnxNode], bool]


def _given(node: OnnxNode, slot: int) -> bool:
    return len(node.inputs) > slot and node.inputs[slot] != ""


_RECURRENT = ("LSTM", "GRU", "RNN")

TABLE = (
    *(
        KnownWrong(
            operator,
            "layout=1 (batch first) is ignored",
            lambda node: node.attributes.get("layout", 0) == 1,
        )
        for operator in _RECURRENT
    ),
    KnownWrong("LSTM", "peepholes (input P) are ignored", lambda node: _given(node, 7)),
    KnownWrong(
        "Resize",
        "antialias=1 is ignored",
        lambda node: node.attributes.get("antialias", 0) == 1,
    ),
    KnownWrong(
        "Resize",
        "exclude_outside=1 is ignored",
        lambda node: node.attributes.get("exclude_outside", 0) == 1,
    ),
    KnownWrong(
        "Resize",
        "keep_aspect_ratio_policy is ignored",
        lambda node: node.attributes.get("keep_aspect_ratio_policy", "stretch") != "stretch",
    ),
    KnownWrong(
        "RoiAlign",
        "mode=max is not what ONNX defines",
        lambda node: node.attributes.get("mode") == "max",
    ),
)


def known_wrong(model: OnnxModel) -> list[tuple[OnnxNode, KnownWrong]]:
    """Answer the model's nodes that are known to come out wrong, with the reason."""
    return [
        (node, row)
        for node in model.nodes
        if node.domain in ("", "ai.onnx")
        for row in TABLE
        if row.operator == node.op_type and row.applies(node)
    ]
