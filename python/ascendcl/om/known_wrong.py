# SPDX-License-Identifier: Apache-2.0
"""ONNX nodes that OpenVINO's front end reads without a word, and wrongly: mostly by dropping an
attribute. One row each, found by onnx.backend.test against onnxruntime (OpenVINO 2026.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import openvino as ov

from .onnx_model import OnnxModel, OnnxNode

_ALL_OPSETS = range(1, 1 << 16)


@dataclass(frozen=True)
class KnownWrong:
    """What comes out wrong: nodes of `operator` for which `applies` is true, in `opsets`."""

    operator: str
    reason: str
    applies: Callable[[OnnxNode], bool]
    confirms: Callable[[ov.Model], bool] = lambda _: True  # by what was read of the whole model
    opsets: range = _ALL_OPSETS


def _given(node: OnnxNode, slot: int) -> bool:
    return len(node.inputs) > slot and node.inputs[slot] != ""


def _scales_to_no_whole_size(node: ov.Node) -> bool:
    attributes = node.get_attributes()
    if (
        node.get_type_name() != "Interpolate"
        or attributes["coordinate_transformation_mode"] != "align_corners"
        or attributes["shape_calculation_mode"] != "scales"
    ):
        return False
    shape = node.input_value(0).get_partial_shape()
    values = [node.input_value(i).get_node() for i in range(1, node.get_input_size())]
    if any(value.get_type_name() != "Constant" for value in values):
        return True
    scales = values[0].get_data()
    axes = values[1].get_data() if len(values) > 1 else range(len(scales))
    for scale, axis in zip(scales, axes, strict=True):
        if float(scale).is_integer():
            continue
        dim = shape[int(axis)] if shape.rank.is_static else None
        if dim is None or dim.is_dynamic or not float(scale * dim.get_length()).is_integer():
            return True
    return False


_DOMAINS = ("", "ai.onnx")  # ONNX's own, by both of its names
_WINDOW = ("left_window_size", "right_window_size")
_RECURRENT = ("LSTM", "GRU", "RNN")
_OVER_ALL_AXES = ("ReduceL1", "ReduceLogSum", "ReduceLogSumExp")

TABLE = (
    *(
        KnownWrong(
            operator,
            "layout=1 (batch first) is ignored",
            lambda node: node.attributes.get("layout", 0) == 1,
        )
        for operator in _RECURRENT
    ),
    *(
        KnownWrong(
            operator,
            "axes are ignored in opsets 13 to 17",
            lambda node: bool(node.attributes.get("axes")),
            opsets=range(13, 18),
        )
        for operator in _OVER_ALL_AXES
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
        "BitShift",
        "shifts to the left saturate where they should drop bits",
        lambda node: node.attributes.get("direction") == "LEFT",
    ),
    KnownWrong(
        "SpaceToDepth",
        "mode=CRD is ignored",
        lambda node: node.attributes.get("mode", "DCR") != "DCR",
    ),
    KnownWrong(
        "Attention",
        "a local window is ignored",
        lambda node: any(node.attributes.get(side, -1) not in (-1, None) for side in _WINDOW),
    ),
    KnownWrong(
        "Resize",
        "align_corners is not what ONNX defines where the scales give no whole size",
        lambda node: (
            node.attributes.get("coordinate_transformation_mode") == "align_corners"
            and not _given(node, 3)
        ),
        lambda model: any(map(_scales_to_no_whole_size, model.get_ordered_ops())),
    ),
    KnownWrong(
        "RoiAlign",
        "mode=max is not what ONNX defines",
        lambda node: node.attributes.get("mode") == "max",
    ),
)


def known_wrong(model: OnnxModel, read: ov.Model) -> list[tuple[OnnxNode, KnownWrong]]:
    """Answer the model's nodes that are known to come out wrong, with the reason."""
    opset = next((model.opsets[name] for name in _DOMAINS if name in model.opsets), 1)
    return [
        (node, row)
        for node in model.nodes
        if node.domain in _DOMAINS
        for row in TABLE
        if row.operator == node.op_type
        and opset in row.opsets
        and row.applies(node)
        and row.confirms(read)
    ]
