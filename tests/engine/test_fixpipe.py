# SPDX-License-Identifier: Apache-2.0
"""Convolutions and products fused with FixPipe: its slots, and what its sources tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import (
    Array,
    assert_close,
    blocked,
    blocked_input,
    finish,
    half,
    onnx_op,
    plain,
    prelu,
    relu,
    run,
)

import ascendcl as acl
from ascendcl.om import Fusion, GraphBuilder, Value, conv_kernel, fixpipe_inputs

Generator = np.random.Generator


class FixPipe:
    """A 3x3 convolution with bias fused with FixPipe, on a fixed input."""

    def __init__(self, rng: Generator) -> None:
        self.x = rng.standard_normal((1, 16, 8, 10), np.float32)
        self.w = half(rng.standard_normal((32, 16, 3, 3), np.float32) / 8)
        self.b = half(rng.standard_normal(32, np.float32))
        self.x2 = rng.standard_normal((1, 32, 8, 10), np.float32)
        self.conv = onnx_op("Conv", [self.x, self.w, self.b], pads=[1, 1, 1, 1])[0]
        self.graph = GraphBuilder("g")

    def second(self) -> Value:
        return blocked_input(self.graph, "x2", self.x2.shape)

    def slope(self, name: str, value: Array | float) -> Value:
        shape = (-1, 1, 1) if isinstance(value, np.ndarray) else (1, 1, 1)
        return self.graph.constant(name, np.reshape(value, shape), dtype="float32", format="ND")

    def run(
        self, types: list[str], origin: str = "", names: list[str] | None = None, **slots: Any
    ) -> Array:
        graph = self.graph
        y = graph.op(
            "Conv2D",
            fixpipe_inputs(
                blocked_input(graph, "x", self.x.shape),
                graph.constant("w", self.w, format="NCHW", layout="FRACTAL_Z"),
                graph.constant("b", self.b),
                **slots,
            ),
            blocked(self.conv.shape),
            name="block/fused",
            attrs={"dilations": [1, 1, 1, 1], "data_format": "NHWC", "groups": 1},
            fusion=Fusion(
                names or ["block/Conv", *types], types, ["conv2d", "fix_pipe"], origin_name=origin
            ),
            kernel=conv_kernel((3, 3), (8, 10), pads=(1, 1, 1, 1)),
        )
        finish(graph, y)
        inputs = [self.x2, self.x] if "x2" in graph.nodes else [self.x]
        return run(graph, *inputs)[0]


@pytest.fixture
def fixpipe(rng: Generator) -> FixPipe:
    return FixPipe(rng)


def test_fixpipe_alone(fixpipe: FixPipe) -> None:
    assert_close(fixpipe.run([]), fixpipe.conv, 1e-4)


def test_fixpipe_relu(fixpipe: FixPipe) -> None:
    assert_close(fixpipe.run(["BatchNorm", "Relu"]), relu(fixpipe.conv), 1e-4)


def test_fixpipe_prelu(fixpipe: FixPipe) -> None:
    y = fixpipe.run(["PRelu"], relu_weight_0=fixpipe.slope("s", 0.25))
    assert_close(y, prelu(fixpipe.conv, 0.25), 1e-4)


def test_fixpipe_prelu_with_a_slope_per_channel(fixpipe: FixPipe, rng: Generator) -> None:
    slopes = rng.random(32, np.float32)
    y = fixpipe.run(["PRelu"], relu_weight_0=fixpipe.slope("s", slopes))
    assert_close(y, prelu(fixpipe.conv, slopes.reshape(-1, 1, 1)), 1e-4)


@pytest.mark.parametrize("types", [["PRelu", "Add", "PRelu"], ["Add", "PRelu", "PRelu"]])
def test_fixpipe_prelu_add_prelu_in_any_order(fixpipe: FixPipe, types: list[str]) -> None:
    y = fixpipe.run(
        types,
        x2=fixpipe.second(),
        relu_weight_0=fixpipe.slope("s0", 0.1),
        relu_weight_1=fixpipe.slope("s1", 0.3),
    )
    before = prelu(fixpipe.conv, np.float32(0.1))
    assert_close(y, prelu(before + fixpipe.x2, np.float32(0.3)), 1e-4)


def test_fixpipe_relu_add_relu(fixpipe: FixPipe) -> None:
    y = fixpipe.run(["Relu", "Add", "Relu"], x2=fixpipe.second())
    assert_close(y, relu(relu(fixpipe.conv) + fixpipe.x2), 1e-4)


def test_fixpipe_mul(fixpipe: FixPipe) -> None:
    y = fixpipe.run(["Mul"], x2=fixpipe.second())
    assert_close(y, fixpipe.conv * fixpipe.x2, 1e-4)


@pytest.mark.parametrize("last", ["Relu", "Add"])
def test_a_lone_relu_is_placed_by_the_origin_of_the_output(fixpipe: FixPipe, last: str) -> None:
    y = fixpipe.run(["Relu", "Add"], origin=f"block/{last}_7", x2=fixpipe.second())
    conv, x2 = fixpipe.conv, fixpipe.x2
    assert_close(y, relu(conv + x2) if last == "Relu" else relu(conv) + x2, 1e-4)


@pytest.mark.parametrize("origin", ["res2a", "res2a_relu"])
def test_caffe_names_its_layers_as_it_likes(fixpipe: FixPipe, origin: str) -> None:
    with pytest.warns(acl.HostAssumption, match="mode of Eltwise: a sum with factors of 1"):
        y = fixpipe.run(
            ["Eltwise", "Relu"],
            origin=origin,
            names=["res2a_branch2c", "res2a", "res2a_relu"],
            x2=fixpipe.second(),
        )
    conv, x2 = fixpipe.conv, fixpipe.x2
    assert_close(y, relu(conv + x2) if origin == "res2a_relu" else relu(conv) + x2, 1e-4)


@pytest.mark.parametrize(
    ("names", "function"),
    [
        (["Conv_14", "Relu_15"], relu),
        (["Conv_14"], lambda x: x),
        (["a/Conv2D", "a/BiasAdd", "a/FusedBatchNormV3", "b/Relu6"], lambda x: np.clip(x, 0, 6)),
    ],
)
def test_files_without_source_types_are_read_by_names(
    fixpipe: FixPipe, names: list[str], function: Callable[[Array], Array]
) -> None:
    """The list of types came with CANN 8."""
    assert_close(fixpipe.run([], names=names), function(fixpipe.conv), 1e-4)


@pytest.mark.parametrize("slot", [0, 1])
def test_a_lone_prelu_is_placed_by_its_slot(fixpipe: FixPipe, slot: int) -> None:
    y = fixpipe.run(
        ["Add", "PRelu"],
        x2=fixpipe.second(),
        **{f"relu_weight_{slot}": fixpipe.slope("s", 0.2)},
    )
    conv, x2, slope = fixpipe.conv, fixpipe.x2, np.float32(0.2)
    assert_close(y, prelu(conv + x2, slope) if slot else prelu(conv, slope) + x2, 1e-4)


def test_prelu_and_relu_share_a_fixpipe(fixpipe: FixPipe) -> None:
    y = fixpipe.run(
        ["Add", "Relu", "PRelu"], x2=fixpipe.second(), relu_weight_0=fixpipe.slope("s", 0.5)
    )
    assert_close(y, relu(prelu(fixpipe.conv, 0.5) + fixpipe.x2), 1e-4)


@pytest.mark.parametrize("as_bits", [False, True])
def test_quantisation_scale_and_clip(fixpipe: FixPipe, as_bits: bool, rng: Generator) -> None:
    scales = rng.random(32).astype(np.float32)
    graph = fixpipe.graph
    if as_bits:  # the device's form: an f32 in the low half of 64 bits
        scale = graph.constant("q", scales.view(np.uint32).astype(np.uint64), dtype="uint64")
    else:
        scale = graph.constant("q", scales, dtype="float32")
    clip = graph.constant("c", 0.5, dtype="float32")
    y = fixpipe.run(["Relu6"], quant_scale_0=scale, clip_value_0=clip)
    assert_close(y, np.clip(fixpipe.conv * scales.reshape(-1, 1, 1), 0, 0.5), 1e-4)


def test_the_second_quantisation_scale_is_behind_the_eltwise(
    fixpipe: FixPipe, rng: Generator
) -> None:
    scales = rng.random(32).astype(np.float32)
    y = fixpipe.run(
        ["Add", "PRelu"],
        x2=fixpipe.second(),
        quant_scale_1=fixpipe.graph.constant("q", scales, dtype="float32"),
        relu_weight_1=fixpipe.slope("s", 0.2),
    )
    scaled = (fixpipe.conv + fixpipe.x2) * scales.reshape(-1, 1, 1)
    assert_close(y, prelu(scaled, np.float32(0.2)), 1e-4)


@pytest.mark.parametrize("per_channel", [False, True])
def test_the_anti_quantisation_scale_is_the_second_operands(
    fixpipe: FixPipe, per_channel: bool, rng: Generator
) -> None:
    scales = rng.random(32 if per_channel else 1).astype(np.float32)
    y = fixpipe.run(
        ["Add", "Relu"],
        origin="block/Relu_1",
        x2=fixpipe.second(),
        anti_quant_scale=fixpipe.graph.constant("q", scales, dtype="float32"),
    )
    assert_close(y, relu(fixpipe.conv + fixpipe.x2 * scales.reshape(-1, 1, 1)), 1e-4)


@pytest.mark.parametrize("types", [["Relu"], ["PRelu", "Add", "PRelu"]])
def test_fixpipe_on_a_matmul(types: list[str], rng: Generator) -> None:
    x, w = rng.standard_normal((5, 20), np.float32), half(rng.standard_normal((20, 33), np.float32))
    x2, b = rng.standard_normal((5, 33), np.float32), half(rng.standard_normal(33, np.float32))
    scales = rng.random(33).astype(np.float32)
    graph = GraphBuilder("g")
    slots: dict[str, Value] = {"quant_scale_0": graph.constant("q", scales, dtype="float32")}
    if "Add" in types:
        slots["x2"] = graph.data("x2", plain(x2.shape))
        for i, slope in enumerate((0.1, 0.3)):
            slots[f"relu_weight_{i}"] = graph.constant(f"s{i}", [slope], dtype="float32")
    y = graph.op(
        "MatMulV2",
        fixpipe_inputs(
            graph.data("x", plain(x.shape)),
            graph.constant("w", w, layout="FRACTAL_NZ"),
            graph.constant("b", b),
            **slots,
        ),
        plain((5, 33)),
        fusion=Fusion(["MatMul_1", *types], types, ["mat_mul_v2", "fix_pipe"]),
    )
    finish(graph, y)
    expected = (x @ w + b) * scales
    if "Add" in types:
        before = prelu(expected, np.float32(0.1))
        actual = run(graph, x2, x)[0]
        assert_close(actual, prelu(before + x2, np.float32(0.3)), 1e-4)
    else:
        assert_close(run(graph, x)[0], relu(expected), 1e-4)
