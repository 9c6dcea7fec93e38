# SPDX-License-Identifier: Apache-2.0
"""Attributes that no compiler writes: refused with the node's name, without arithmetic overflow.

Overflow itself shows under UBSan only (tools/sanitized.sh, tests/fuzz).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import blocked, blocked_input, load, plain

import ascendcl as acl
from ascendcl.om import GraphBuilder, Value
from lifetime.conftest import nothing_is_left  # noqa: F401 - holds for each test here

HUGE = 2**62
SHAPE = (1, 16, 8, 8)


def assert_refused(graph: GraphBuilder, value: Value) -> None:
    graph.output([value])
    with pytest.raises(acl.AclError, match="culprit"):
        load(graph)


def op_on_four_dims(type: str, attrs: dict[str, Any]) -> tuple[GraphBuilder, Value]:
    graph = GraphBuilder("g")
    inputs = [blocked_input(graph, "x", SHAPE)]
    if type != "MaxPoolV3":
        inputs.append(graph.constant("w", np.ones((16, 16, 1, 1)), format="NCHW"))
    return graph, graph.op(type, inputs, blocked(SHAPE), name="culprit", attrs=attrs)


@pytest.mark.parametrize("value", [HUGE, -HUGE])
@pytest.mark.parametrize("name", ["ksize", "strides", "pads"])
def test_pool(name: str, value: int) -> None:
    attrs: dict[str, Any] = {"ksize": [1] * 4, "strides": [1] * 4, "pads": [0] * 4}
    attrs |= {name: [value] * 4, "padding_mode": "CALCULATED", "data_format": "NCHW"}
    assert_refused(*op_on_four_dims("MaxPoolV3", attrs))


@pytest.mark.parametrize("type", ["Conv2D", "Conv2DTransposeD"])
@pytest.mark.parametrize("name", ["strides", "dilations", "pads"])
def test_convolution(type: str, name: str) -> None:
    attrs: dict[str, Any] = {"strides": [1] * 4, "dilations": [1] * 4, "pads": [0] * 4}
    attrs |= {name: [HUGE] * 4, "data_format": "NCHW"}
    if name == "dilations":  # a window of one element has no use for them
        attrs["strides"] = [HUGE] * 4
    assert_refused(*op_on_four_dims(type, attrs))


@pytest.mark.parametrize(
    ("type", "attrs"),
    [
        ("SpaceToBatchNDD", {"block_shape": [HUGE, HUGE], "paddings": [0] * 4}),
        ("SpaceToBatchNDD", {"block_shape": [1, 1], "paddings": [HUGE, -HUGE, 0, 0]}),
        ("BatchToSpaceNDD", {"block_shape": [1, 1], "crops": [0, HUGE, 0, 0]}),
        ("Crop", {"axis": 0, "offsets": [HUGE, 0, -HUGE, 0]}),
        ("Crop", {"axis": HUGE, "offsets": [0]}),
        ("GroupNorm", {"num_groups": HUGE}),
        ("ShuffleChannel", {"group": HUGE}),
        ("LRN", {"depth_radius": HUGE}),
        ("Upsample", {"stride_h": HUGE, "stride_w": -HUGE}),
        ("TileWithAxis", {"axis": 1, "tiles": HUGE}),
        ("Permute", {"order": [0, 1, 2, HUGE]}),
        ("Permute", {"order": [1, 1, 1, 1]}),
        ("ConfusionTransposeD", {"shape": [HUGE, HUGE], "perm": [0, 1]}),
        ("ConfusionTransposeD", {"shape": [128, 8], "perm": [0, -HUGE]}),
        ("ReverseV2D", {"axis": [HUGE]}),
        ("TopKD", {"dim": -HUGE, "k": 1}),
        ("CumsumD", {"axis": HUGE}),
        ("GatherElements", {"dim": HUGE}),
        ("ArgMaxWithValue", {"dimension": HUGE}),
        ("Reduction", {"axis": -HUGE}),
    ],
)
def test_ops_with_positions_and_sizes(type: str, attrs: dict[str, Any]) -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain(SHAPE))
    inputs = [x, x] if type in ("Crop", "GatherElements") else [x]
    outputs = graph.node(type, inputs, [plain(SHAPE)] * 2, name="culprit", attrs=attrs)
    assert_refused(graph, outputs[0])


@pytest.mark.parametrize("size", [2**63 - 1, -(2**63)])
def test_slice(size: int) -> None:
    graph = GraphBuilder("g")
    attrs = {"offsets": [5, 2**63 - 1], "size": [size, size]}
    x = graph.data("x", plain((8, 8)))
    assert_refused(graph, graph.op("SliceD", [x], plain((8, 8)), name="culprit", attrs=attrs))


@pytest.mark.parametrize(
    ("type", "name"),
    [("ConcatD", "concat_dim"), ("DepthToSpace", "block_size"), ("SpaceToDepth", "block_size")],
)
@pytest.mark.parametrize("value", ["a text", [], [1, 1]])
def test_attribute_of_another_kind(type: str, name: str, value: Any) -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1, 8, 2, 2)))
    y = graph.op(type, [x], plain((1, 8, 2, 2)), name="culprit", attrs={name: value})
    assert_refused(graph, y)


def test_dims_of_an_input() -> None:
    graph = GraphBuilder("g")
    x = graph.data("culprit", plain((2, 3)))
    graph.nodes["culprit"].attrs["_dynamic_aipp_input_dims"] = [80, 2**63 - 1]
    assert_refused(graph, graph.op("Relu", [x], plain((2, 3)), name="relu"))
