# SPDX-License-Identifier: Apache-2.0
"""What a file does not hold is refused with the node's name, never computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import blocked, blocked_input, finish, load, plain

import ascendcl as acl
from ascendcl.om import Fusion, GraphBuilder, ModelBuilder, TensorSpec, Value, fixpipe_inputs
from lifetime.conftest import nothing_is_left  # noqa: F401 - holds for each test here

SHAPE = (1, 16, 5, 6)


def _assert_refused(graph: GraphBuilder, *values: Value, reason: str) -> None:
    finish(graph, *values)
    with pytest.raises(acl.AclError) as failure, load(graph) as model:
        model.run(*(np.zeros(info.shape, info.dtype) for info in model.inputs))
    text = str(failure.value)
    assert "culprit" in text
    assert reason in text


def _filter(graph: GraphBuilder, size: int = 3) -> Value:
    return graph.constant("w", np.ones((16, 16, size, size)), format="NCHW", layout="FRACTAL_Z")


def test_memory_of_the_user_is_free_after_a_refusal() -> None:
    """Nothing holds it, and it serves the next model."""
    x = np.ones((2, 3), np.float32)
    models = []
    for type in ("FancyNewOp", "Relu"):
        graph = GraphBuilder("g")
        finish(graph, graph.op(type, [graph.data("x", plain(x.shape))], plain(x.shape)))
        models.append(ModelBuilder(graph).to_bytes())
    with acl.DeviceBuffer(1 << 16) as work, acl.DeviceBuffer(1 << 16) as weight:
        with pytest.raises(acl.AclError, match="FancyNewOp"):
            acl.Model.from_bytes(models[0], work=work, weight=weight)
        with acl.Model.from_bytes(models[1], work=work, weight=weight) as model:
            np.testing.assert_array_equal(model.run(x)[0], x)


def test_unknown_op() -> None:
    graph = GraphBuilder("g")
    y = graph.op("FancyNewOp", [graph.data("x", plain((2, 3)))], plain((2, 3)), name="culprit")
    _assert_refused(graph, y, reason="FancyNewOp")


def test_unknown_tensorflow_op() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "FrameworkOp",
        [graph.data("x", plain((2, 3)))],
        plain((2, 3)),
        name="culprit",
        attrs={"original_type": "NonMaxSuppressionV9"},
    )
    _assert_refused(graph, y, reason="NonMaxSuppressionV9")


def test_geometry_that_fits_nothing() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [blocked_input(graph, "x", SHAPE), _filter(graph)],
        blocked((1, 16, 9, 9)),
        name="culprit",
        fusion=Fusion(["a", "b"], ["Relu"], ["conv2d", "relu"]),
    )
    _assert_refused(graph, y, reason="geometry")


def test_attributes_that_contradict_the_shapes() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [blocked_input(graph, "x", SHAPE), _filter(graph)],
        blocked(SHAPE),
        name="culprit",
        attrs={
            "strides": [1, 1, 1, 1],
            "pads": [0, 0, 0, 0],
            "data_format": "NCHW",
            "dilations": [1, 1, 1, 1],
            "groups": 1,
        },
    )
    _assert_refused(graph, y, reason="5x6")


def test_groups_that_contradict_the_channels() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        [blocked_input(graph, "x", SHAPE), _filter(graph, 1)],
        blocked(SHAPE),
        name="culprit",
        attrs={
            "strides": [1, 1, 1, 1],
            "pads": [0, 0, 0, 0],
            "data_format": "NCHW",
            "dilations": [1, 1, 1, 1],
            "groups": 4,
        },
    )
    _assert_refused(graph, y, reason="groups")


def _chain(
    tokens: list[str], inputs: int, same: bool = False, type: str = "AutomaticBufferFusionOp"
) -> tuple[GraphBuilder, Value]:
    graph = GraphBuilder("g")
    values = [graph.data(f"x{i}", plain((2, 3))) for i in range(inputs)]
    if same:
        values[2] = values[0]
    y = graph.op(
        type,
        values,
        plain((2, 3)),
        name="culprit",
        fusion=Fusion([f"s{i}" for i in range(len(tokens))], tokens=tokens),
    )
    return graph, y


@pytest.mark.parametrize(
    ("tokens", "inputs", "same", "reason"),
    [
        (["relu", "mul", "mul", "add"], 4, True, "enters the fusion twice"),
        (["mul", "mul", "add"], 4, False, "may branch"),
        (["add", "sub"], 3, False, "operand order"),
        (["add", "mystery"], 2, False, "mystery"),
        (["add", "add"], 5, False, "5 inputs"),
        (["add", "leaky_relu"], 2, False, "slope"),
        (["add", "softmax_v2"], 2, False, "softmax_v2"),
        (["add", "exp", "log", "mul"], 2, False, "which of several values"),
        (["add", "softplus", "tanh", "add"], 2, False, "which of several values"),
    ],
)
def test_fusions(tokens: list[str], inputs: int, same: bool, reason: str) -> None:
    graph, y = _chain(tokens, inputs, same)
    _assert_refused(graph, y, reason=reason)


def test_swapped_bounds_of_a_fused_clip() -> None:
    """A sign that inputs were told apart wrongly: x * clip(x + 3, 0, 6) behind a bias."""
    graph = GraphBuilder("g")
    values = [blocked_input(graph, "x", SHAPE), _filter(graph, 1), graph.constant("b", np.ones(16))]
    values += [graph.constant(f"c{i}", v) for i, v in enumerate((3, 0, 6))]
    y = graph.op(
        "Conv2D",
        values,
        blocked(SHAPE),
        name="culprit",
        fusion=Fusion(list("abcd"), tokens=["conv2d", "add", "clip_by_value", "mul"]),
    )
    _assert_refused(graph, y, reason="swapped")


@pytest.mark.parametrize("names", [["Conv_1", "res2a"], ["Conv_1", "swish_2"]])
def test_fixpipe_whose_sources_are_not_told(names: list[str]) -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        fixpipe_inputs(blocked_input(graph, "x", SHAPE), _filter(graph, 1)),
        blocked(SHAPE),
        name="culprit",
        fusion=Fusion(names, tokens=["conv2d", "fix_pipe"]),
    )
    _assert_refused(graph, y, reason=f"'{names[1]}' was")


def test_fusion_without_a_name() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "AutomaticBufferFusionOp",
        [graph.data("x", plain((2, 3)))],
        plain((2, 3)),
        name="culprit",
        fusion=Fusion(["a", "b"], ["Relu", "Abs"]),
    )
    _assert_refused(graph, y, reason="does not list its ops")


def test_fusion_with_several_outputs() -> None:
    graph = GraphBuilder("g")
    parts = graph.node(
        "AutomaticBufferFusionOp",
        [graph.data("x", plain((2, 3)))],
        [plain((2, 3))] * 2,
        name="culprit",
        fusion=Fusion(["a", "b"], tokens=["relu", "abs"]),
    )
    _assert_refused(graph, *parts, reason="2 outputs")


def test_square_matmul_of_unknown_source() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "MatMulV2",
        [graph.data("x", plain((3, 16))), graph.constant("w", np.eye(16))],
        plain((3, 16)),
        name="culprit",
        fusion=Fusion(["dense", "act"], ["Relu"], ["mat_mul_v2", "relu"]),
    )
    _assert_refused(graph, y, reason="square")


Slots = Callable[[GraphBuilder], dict[str, Any]]


@pytest.mark.parametrize(
    ("types", "slots", "reason"),
    [
        (["Relu", "Add"], lambda g: {"x2": blocked_input(g, "e", SHAPE)}, "before or after"),
        (["Sub"], lambda g: {"x2": blocked_input(g, "e", SHAPE)}, "operand order"),
        (["Add"], lambda g: {}, "no second operand"),
        (["Relu"], lambda g: {"x2": blocked_input(g, "e", SHAPE)}, "no elementwise op"),
        (["PRelu"], lambda g: {}, "no slope"),
        (["Relu"], lambda g: {"relu_weight_0": g.constant("s", [0.5])}, "no PRelu"),
        (["BatchNorm"], lambda g: {"clip_value_0": g.constant("c", [0.5])}, "clip"),
        (["Sigmoid"], lambda g: {}, "Sigmoid"),
        (
            ["Add"],
            lambda g: {
                "x2": blocked_input(g, "e", SHAPE),
                "anti_quant_offset": g.constant("o", [1]),
            },
            "anti-quantisation",
        ),
        (["Relu"], lambda g: {"offset_w": g.constant("o", np.ones(16), dtype="int8")}, "offset_w"),
        (
            ["Relu6"],
            lambda g: {"clip_value_0": g.constant("c", np.ones(16), dtype="float32")},
            "clip value per channel",
        ),
        (["Relu", "Relu6"], lambda g: {}, "which activation comes first"),
        (["Relu", "Relu", "Relu"], lambda g: {}, "more than two activations"),
        (
            ["Add", "Mul"],
            lambda g: {"x2": blocked_input(g, "e", SHAPE)},
            "two elementwise ops",
        ),
        (
            ["Relu"],
            lambda g: {"anti_quant_scale": g.constant("s", [1], dtype="float32")},
            "no second operand",
        ),
        (
            ["Relu"],
            lambda g: {"quant_scale_0": g.constant("q", [1], dtype="int32")},
            "has type int32",
        ),
        (
            ["Relu"],
            lambda g: {"quant_scale_0": g.constant("q", [1 << 40], dtype="uint64")},
            "more than a scale",
        ),
    ],
)
def test_fixpipe(types: list[str], slots: Slots, reason: str) -> None:
    graph = GraphBuilder("g")
    x = blocked_input(graph, "x", SHAPE)
    inputs = fixpipe_inputs(x, _filter(graph, 1), **slots(graph))
    y = graph.op(
        "Conv2D",
        inputs,
        blocked(SHAPE),
        name="culprit",
        fusion=Fusion(["a", "b"], types, ["conv2d", "fix_pipe"]),
    )
    _assert_refused(graph, y, reason=reason)


def test_fixpipe_that_quantises_its_output() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "Conv2D",
        fixpipe_inputs(blocked_input(graph, "x", SHAPE), _filter(graph, 1)),
        TensorSpec(SHAPE, "int8", "NCHW", "NC1HWC0"),
        name="culprit",
        fusion=Fusion(["a", "b"], ["Relu"], ["conv2d", "fix_pipe"]),
    )
    _assert_refused(graph, y, reason="quantises its output")


@pytest.mark.parametrize("slot", ["offset_w", "offset_x"])
def test_offsets_of_a_quantised_convolution(slot: str) -> None:
    graph = GraphBuilder("g")
    inputs: list[Value | None] = [blocked_input(graph, "x", SHAPE), _filter(graph, 1), None]
    attrs: dict[str, Any] = {"strides": [1] * 4, "pads": [0] * 4, "data_format": "NCHW"}
    if slot == "offset_w":
        inputs.append(graph.constant("o", np.ones(16), dtype="int8"))
    else:
        attrs["offset_x"] = 3
    y = graph.op("Conv2D", inputs, blocked(SHAPE), name="culprit", attrs=attrs)
    _assert_refused(graph, y, reason=slot)


def test_bn_inference_of_another_form() -> None:
    graph = GraphBuilder("g")
    vectors = [graph.constant(f"c{i}", np.ones(16)) for i in range(4)]
    y = graph.op(
        "BNInferenceD", [blocked_input(graph, "x", SHAPE), *vectors], blocked(SHAPE), name="culprit"
    )
    _assert_refused(graph, y, reason="5 inputs")


def test_edge_that_changes_the_number_of_elements() -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((2, 3)))
    y = graph.op("Relu", [x.viewed_as(shape=(2, 4))], plain((2, 4)), name="culprit")
    _assert_refused(graph, y, reason="[2,3] where [2,4]")


def test_declared_shape_that_cannot_be() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "TransposeD",
        [graph.data("x", plain((2, 3)))],
        plain((2, 3)),
        name="culprit",
        attrs={"perm": [1, 0]},
    )
    _assert_refused(graph, y, reason="declares [2,3]")


def test_aipp() -> None:
    graph = GraphBuilder("g")
    x = graph.data(
        "culprit",
        TensorSpec((1, 3, 8, 8), "float32"),
        attrs={"_data_related_aipp_mode": "static_aipp"},
    )
    _assert_refused(graph, graph.op("Relu", [x], plain((1, 3, 8, 8))), reason="AIPP")


def test_resize_attributes_that_exclude_each_other() -> None:
    graph = GraphBuilder("g")
    y = graph.op(
        "ResizeBilinearV2D",
        [graph.data("x", plain((1, 3, 4, 4)))],
        plain((1, 3, 8, 8)),
        name="culprit",
        attrs={"size": [8, 8], "align_corners": True, "half_pixel_centers": True},
    )
    _assert_refused(graph, y, reason="both set")


@pytest.mark.parametrize("shape", [(), (0,), (0, 8)])
def test_weights_that_are_no_matrix(shape: tuple[int, ...]) -> None:
    """Weights without dims were read as if they had some."""
    graph = GraphBuilder("g")
    x = graph.data("x", plain((2, 1)))
    w = graph.data("w", plain(shape))
    graph.output([graph.op("FullyConnection", [x, w], plain((2, 1)), name="culprit")])
    with pytest.raises(acl.AclError, match="culprit"):
        load(graph)
