# SPDX-License-Identifier: Apache-2.0
"""Compiled models of real networks against ONNX Runtime on the models they were compiled from."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from graphs import Array, blocked, blocked_input, finish, onnx_op, relative_error, run
from onnx import numpy_helper

import ascendcl as acl
from ascendcl import om
from ascendcl.om import Fusion, GraphBuilder, conv_kernel
from onnx_oracle import run_onnx

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
pytestmark = pytest.mark.skipif(not MODELS.is_dir(), reason=f"{MODELS} is not there")

LANE_SHAPE = (1, 3, 256, 512)


def _waves(x: Array, y: Array, phase: int) -> Array:
    return 0.5 + 0.5 * np.sin(x / 17 + phase) * np.cos(y / (11 + phase)) + 0.3 * (y > 128)


def _lane_inputs() -> dict[str, Array]:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:256, 0:512].astype(np.float32)
    return {
        "noise": rng.random(LANE_SHAPE, np.float32),
        "gradients": np.stack([x / 511, y / 255, (x + y) / 766])[None],
        "zeros": np.zeros(LANE_SHAPE, np.float32),
        "bytes": rng.random(LANE_SHAPE, np.float32) * 255,
        "image": np.stack([_waves(x, y, phase) for phase in range(3)])[None].astype(np.float32),
    }


@pytest.fixture(scope="module")
def lane() -> acl.Model:
    with acl.Model.from_file(MODELS / "lane.om") as model:
        yield model


@pytest.fixture(scope="module")
def lane_onnx() -> onnx.ModelProto:
    """The source, with the resize mode that the compiler put into the compiled file."""
    model = onnx.load(MODELS / "lane.onnx")
    modes = [
        attr
        for node in model.graph.node
        if node.op_type == "Resize"
        for attr in node.attribute
        if attr.name == "coordinate_transformation_mode"
    ]
    assert len(modes) == 4
    for mode in modes:
        mode.s = b"asymmetric"
    return model


@pytest.mark.parametrize("name", _lane_inputs())
def test_lane(name: str, lane: acl.Model, lane_onnx: onnx.ModelProto) -> None:
    x = _lane_inputs()[name]
    for actual, expected in zip(lane.run(x), run_onnx(lane_onnx, {"input_image": x}), strict=True):
        assert actual.shape == expected.shape
        a, b = actual.ravel().astype(np.float64), expected.ravel().astype(np.float64)
        assert a @ b / np.sqrt((a @ a) * (b @ b)) >= 0.99999


def test_the_file_not_its_source_decides_how_to_resize(lane: acl.Model) -> None:
    x = _lane_inputs()["bytes"]
    unmodified = run_onnx(onnx.load(MODELS / "lane.onnx"), {"input_image": x})
    assert relative_error(lane.run(x)[0], unmodified[0]) > 1e-2


def _with_stored_weights(name: str) -> onnx.ModelProto:
    """The source, with weights rounded as a compiled file keeps them."""
    source = onnx.load(MODELS / name)
    for weight in source.graph.initializer:
        array = numpy_helper.to_array(weight)
        if array.dtype == np.float32:
            rounded = array.astype(np.float16).astype(np.float32)
            weight.CopyFrom(numpy_helper.from_array(rounded, weight.name))
    return source


def _resize(model: onnx.ModelProto, shape: tuple[int, ...]) -> None:
    """Let a network without fixed sizes inside take an input of that shape."""
    dims = model.graph.input[0].type.tensor_type.shape.dim
    for dim, size in zip(dims, shape, strict=True):
        dim.dim_value = size
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]


@pytest.mark.parametrize(
    ("compiled", "source", "size"),
    [
        ("nanotrack_backbone127", "nanotrack_backbone127", 127),
        # Split over two cores, whose kernels do not show the first one's pads.
        ("nanotrack_v3_backbone127_ascend310", "nanotrack_v3_backbone", 127),
        # CANN 8: a fused Gemm lists its constants among its sources.
        ("nanotrack_v3_backbone_ascend310b4", "nanotrack_v3_backbone", 255),
    ],
)
def test_backbones_of_nanotrack(compiled: str, source: str, size: int) -> None:
    model_proto = _with_stored_weights(f"{source}.onnx")
    _resize(model_proto, (1, 3, size, size))
    x = np.random.default_rng(2).random((1, 3, size, size), np.float32) * 255
    with acl.Model.from_file(MODELS / f"{compiled}.om") as model:
        actual = model.run(x)[0]
    expected = run_onnx(model_proto, {model_proto.graph.input[0].name: x})[0]
    assert relative_error(actual, expected) <= 1e-5


def test_head_of_nanotrack() -> None:
    """CANN 8: a product whose second operand stands first."""
    source = _with_stored_weights("nanotrack_v3_head.onnx")
    rng = np.random.default_rng(3)
    shapes = [(1, 96, 8, 8), (1, 96, 16, 16)]
    inputs = [rng.standard_normal(shape, np.float32) for shape in shapes]
    with acl.Model.from_file(MODELS / "nanotrack_v3_head_ascend310b4.om") as model:
        actual = model.run(*inputs)
    names = [value.name for value in source.graph.input]
    expected = run_onnx(source, dict(zip(names, inputs, strict=True)))
    assert len(actual) == len(expected) == 2
    for ours, theirs in zip(actual, expected, strict=True):
        assert relative_error(ours, theirs) <= 1e-5


# Findings of kinds "checked" and "assumed" by file, and the nodes with assumptions.
FACE_SUMS = (8, 11, 14, 17, 23, 26, 29, 32, 35, 38, 44, 47)
REAL = {
    "lane": (331, set()),
    "nanotrack_backbone127": (67, set()),
    "nanotrack_v3_backbone127_ascend310": (74, set()),
    "nanotrack_v3_backbone_ascend310b4": (70, set()),
    # A Caffe file, which does not keep what its Eltwise layers do.
    "face_aipp_ascend310": (141, {f"conv{n}add{i}" for i, n in enumerate(FACE_SUMS, 1)}),
    "nanotrack_v3_head_ascend310b4": (96, {"/bbox_pred/bbox_pred.0/Conv/Exp"}),
}


@pytest.mark.parametrize("name", REAL)
def test_what_is_recovered_of_a_real_model_is_checked(name: str) -> None:
    least, assumed = REAL[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", acl.HostAssumption)
        model = acl.Model.from_file(MODELS / f"{name}.om")
    with model:
        kinds = Counter(finding.kind for finding in model.findings)
    assert kinds["checked"] >= least
    assert kinds["contradicted"] == 0
    assert {note.node for note in model.notes} == assumed


def test_pads_that_a_real_kernel_does_not_show() -> None:
    """What the file's unfused convolutions say of the plain reading: it is wrong in 10 of 14."""
    name = "nanotrack_v3_backbone127_ascend310"
    with acl.Model.from_file(MODELS / f"{name}.om") as model:
        reasons = [f.reason for f in model.findings if f.quantity == "vertical pads"]
    assert len(reasons) == 3
    assert sum("custom" in reason for reason in reasons) == 2


def test_unlabelled_filters_of_a_real_model() -> None:
    """Of 13 channels each: read without groups, all but the first would be lost."""
    model = om.File.open(MODELS / "face_aipp_ascend310.om").models[0]
    graph = model.definition.graphs[0]
    seen = 0
    for node in graph.nodes:
        if node.type != "Conv2D" or node.input_descs[1].origin_shape != [13, 1, 3, 3]:
            continue
        filter = graph.find(node.inputs[1].node)
        assert filter is not None
        assert filter.output_descs[0].sub_format == 1
        stored = np.frombuffer(model.constant(filter), np.float16).reshape(3, 3, 16, 16)
        w = np.stack([stored[:, :, n, n] for n in range(13)])[:, None].astype(np.float32)
        assert np.abs(w).max(axis=(1, 2, 3)).min() > 0  # of each channel
        _assert_convolves(w)
        seen += 1
    assert seen == 4


def _assert_convolves(w: Array) -> None:
    """A written model with that filter, stored as in the real file, against the plain filter."""
    x = np.random.default_rng(4).standard_normal((1, 13, 20, 20), np.float32)
    graph = GraphBuilder("g", "cann20")
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", w, format="NCHW", layout="FRACTAL_Z", groups=13),
        ],
        blocked(x.shape),
        fusion=Fusion(["conv7", "relu6"], tokens=["conv2d", "relu"]),
        kernel=conv_kernel((3, 3), (20, 20), pads=(1, 1, 1, 1)),
    )
    finish(graph, y)
    expected = np.maximum(onnx_op("Conv", [x, w], pads=[1] * 4, group=13)[0], 0)
    assert relative_error(run(graph, x)[0], expected) <= 1e-5
