# SPDX-License-Identifier: Apache-2.0
"""Compiled models of real networks against ONNX Runtime on the models they were compiled from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from graphs import Array, relative_error
from onnx import numpy_helper

import ascendcl as acl
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
