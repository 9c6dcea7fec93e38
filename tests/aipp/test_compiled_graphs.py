# SPDX-License-Identifier: Apache-2.0
"""Graphs as other compilers leave them, with AIPP in front of a convolution or as a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pixels import FORMATS

import ascendcl
from aipp_models import MODE, Array, Picture, WrittenModel, running
from ascendcl.om import Fusion, GraphBuilder, TensorSpec
from ascendcl.om.graph_builder import Node
from ascendcl.om.messages import ModelDef
from ascendcl.om.tensors import Value

SHAPE = (1, 3, 8, 8)
IMAGE = TensorSpec((1, 8, 8, 3), "uint8", "NHWC")
Change = Callable[[GraphBuilder], None]


def picture(**attrs: Any) -> Picture:
    settings = {
        "input_format": FORMATS["RGB888_U8"],
        "mean_chn_0": 100,
        "mean_chn_2": 50,
        "var_reci_chn_1": 0.5,
    }
    return Picture(SHAPE, 192, settings=settings, attrs=attrs)


def graph_with(form: str, **attrs: Any) -> tuple[GraphBuilder, Array]:
    """1x1 convolution of what AIPP makes, and its filter."""
    filter = np.random.default_rng(0).standard_normal((4, 3, 1, 1)).astype(np.float16)
    graph = GraphBuilder("g")
    x = graph.data("data", IMAGE, attrs=picture(**attrs).node_attrs())
    w = graph.constant("w", filter, format="NCHW", layout="FRACTAL_Z")
    out = TensorSpec((1, 4, 8, 8), "float16", "NCHW", "NC1HWC0")
    stated = {"strides": [1] * 4, "pads": [0] * 4, "dilations": [1] * 4, "data_format": "NCHW"}
    if form == "fused":
        fusion = Fusion(["conv", "relu"], tokens=["aipp", "conv2d", "relu"])
        y = graph.op("Conv2D", [x, w], out, name="conv", fusion=fusion)
    else:
        blocked = TensorSpec(SHAPE, "float16", "NCHW", "NC1HWC0")
        x = graph.op("Aipp", [x], blocked, name="aipp", attrs={"aipp_config_path": "{}"})
        y = graph.op("Conv2D", [x, w], out, name="conv", attrs=stated)
        y = graph.op("Relu", [y], out, name="relu")
    graph.output([y], ["y"])
    return graph, filter


def file_of(graph: GraphBuilder, change: Callable[[ModelDef], None] | None = None) -> bytes:
    builder = WrittenModel(graph, inout_info=None)
    builder.change = change or (lambda model: None)  # type: ignore[method-assign]
    return builder.to_bytes()


def image_of(rgb: Array) -> Array:
    """What the settings make of it, [H, W, C]."""
    return (rgb - np.array([100.0, 0, 50])) * np.array([1, 0.5, 1])


@pytest.mark.parametrize("form", ["fused", "node"])
@pytest.mark.filterwarnings("ignore::ascendcl.HostAssumption")
def test_the_network_computes_on_the_image(form: str) -> None:
    graph, filter = graph_with(form)
    rgb = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    expected = np.maximum(image_of(rgb) @ filter[:, :, 0, 0].T.astype(np.float64), 0)
    with running(file_of(graph)) as run:
        run.put("data", rgb)
        assert run.execute() == 0
        stored = run.image((1, 1, 8, 8, 16), "float16")[0, 0]
    assert np.allclose(stored[..., :4], expected, rtol=2e-3, atol=2e-2)
    assert not stored[..., 4:].any()


def other_input(graph: GraphBuilder) -> None:
    """The kernel with AIPP takes something else than the picture."""
    conv = graph.nodes["conv"]
    spec = TensorSpec(SHAPE, "float16", "NCHW", "NC1HWC0")
    graph.nodes = {"other": Node("other", "Data", [None], [spec], {"index": 1}), **graph.nodes}
    conv.inputs = [Value("other", 0, spec), *list(conv.inputs)[1:]]


def without_aipp(graph: GraphBuilder) -> None:
    """The convolution takes the bytes."""
    conv = graph.nodes["conv"]
    conv.inputs = [Value("data", 0, IMAGE), *list(conv.inputs)[1:]]
    graph.nodes.pop("aipp")


def tokens(*names: str) -> Change:
    def change(graph: GraphBuilder) -> None:
        conv = graph.nodes["conv"]
        conv.kernel_name = conv.kernel_name.replace("aipp_conv2d_relu", "_".join(names))

    return change


@pytest.mark.parametrize(
    ("form", "attrs", "change", "reason"),
    [
        ("fused", {}, tokens("conv2d", "relu"), "has none in its kernel's name"),
        ("fused", {}, tokens("conv2d", "aipp", "relu"), "has none in its kernel's name"),
        ("fused", {}, tokens("aipp", "aipp", "conv2d"), "has AIPP behind other ops"),
        ("fused", {}, tokens("aipp"), "has AIPP and nothing else"),
        ("fused", {}, other_input, "no input of the model with static AIPP"),
        (
            "fused",
            {"_aipp_inputs": ["NCHW:DT_FLOAT:data:0:4:1,3,8,9"]},
            None,
            r"network's own input is NCHW \[1,3,8,9\]",
        ),
        (
            "fused",
            {"_aipp_outputs": ["NHWC:DT_UINT8:x:192:4:1,8,8,3"]},
            None,
            "its AIPP makes uint8",
        ),
        (
            "fused",
            {"_aipp_outputs": ["NC1HWC0:DT_FLOAT16:x:0:5:1,1,8,4,16"]},
            None,
            r"says also NC1HWC0 \[1,1,8,4,16\]",
        ),
        ("fused", {MODE: "dynamic_aipp"}, None, "carries its parameters"),
        ("node", {}, without_aipp, "'conv', which takes it, has none"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::ascendcl.HostAssumption")
def test_what_is_refused(
    form: str, attrs: dict[str, Any], change: Change | None, reason: str
) -> None:
    graph, _ = graph_with(form, **attrs)
    if change is not None:
        change(graph)
    with pytest.raises(ascendcl.AclError, match=reason):
        ascendcl.Model.from_bytes(file_of(graph))


def test_dynamic_aipp_of_another_compiler() -> None:
    graph, _ = graph_with("fused", **{MODE: "dynamic_aipp"})
    spec = TensorSpec((256,), "uint8", "ND")
    attrs = {"index": 1, "data_type": 0, MODE: "dynamic_aipp_conf"}
    carrier = Node("ascend_dynamic_aipp_data", "Data", [None], [spec], attrs)
    graph.nodes = {"data": graph.nodes.pop("data"), carrier.name: carrier, **graph.nodes}
    with pytest.raises(ascendcl.AclError, match="dynamic AIPP is supported in models that were"):
        ascendcl.Model.from_bytes(file_of(graph))


@pytest.mark.filterwarnings("ignore::ascendcl.HostAssumption")
def test_what_is_known_of_the_image_is_told() -> None:
    for attrs, kind in (({}, "checked"), ({"_aipp_outputs": []}, "assumed")):
        graph, _ = graph_with("fused", **attrs)
        with ascendcl.Model.from_bytes(file_of(graph)) as model:
            found = [each for each in model.findings if each.quantity == "image of AIPP"]
        assert [each.kind for each in found] == [kind]
