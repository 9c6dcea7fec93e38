# SPDX-License-Identifier: Apache-2.0
"""What files of other compilers and releases look like: headers, edges, inputs, outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from graphs import Array, assert_close, blocked, blocked_input, finish, half, onnx_op, plain

import ascendcl as acl
from ascendcl.om import (
    Fusion,
    GraphBuilder,
    Header,
    ModelBuilder,
    ModelDef,
    TensorSpec,
    Value,
)
from ascendcl.om.container import VERSION_NEW, VERSION_OLD
from ascendcl.om.messages import OpDef
from lifetime.conftest import nothing_is_left  # noqa: F401 - holds for each test here

Generator = np.random.Generator
Change = Callable[[ModelDef], None]


class ChangedModel(ModelBuilder):
    """A model whose definition is changed before it is encoded."""

    change: Change = staticmethod(lambda model: None)

    def model_def(self) -> ModelDef:
        model = super().model_def()
        self.change(model)
        return model


def run_changed(
    graph: GraphBuilder,
    *inputs: Array,
    change: Change = lambda model: None,
    header: Header | None = None,
    **about: Any,
) -> list[Array]:
    builder = ChangedModel(graph, **about)
    builder.change = change  # type: ignore[method-assign]
    with acl.Model.from_bytes(builder.to_bytes(header)) as model:
        return model.run(*inputs)


def ops(model: ModelDef) -> list[OpDef]:
    return model.graph[0].op


@pytest.mark.parametrize("inout", [8, 6, None])
@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("version", [VERSION_NEW, VERSION_OLD])
@pytest.mark.parametrize("dialect", ["cann5", "cann8"])
@pytest.mark.parametrize("compress", [True, False])
def test_every_container(
    *, version: int, wide: bool, inout: int | None, dialect: str, compress: bool, rng: Generator
) -> None:
    x = rng.standard_normal((1, 20, 6, 5), np.float32)
    w = half(rng.standard_normal((20, 1, 3, 3), np.float32))
    graph = GraphBuilder("g", dialect)
    filter = graph.constant("w", w, format="NCHW", layout="FRACTAL_Z", groups=20)
    attrs = {"strides": [1] * 4, "pads": [1] * 4, "dilations": [1] * 4, "data_format": "NCHW"}
    inputs = [blocked_input(graph, "x", x.shape), filter]
    finish(graph, graph.op("Conv2D", inputs, blocked(x.shape), attrs=attrs | {"groups": 20}))
    header = Header("old", version=version, wide=wide)
    actual = run_changed(graph, x, header=header, inout_info=inout, compress_names=compress)[0]
    assert_close(actual, onnx_op("Conv", [x, w], pads=[1] * 4, group=20)[0], 1e-4)


@pytest.mark.parametrize(
    ("filters", "command", "pads"),
    [
        ("HWCN", "", [0, 0, 1, 1]),
        ("NCHW", "", [1, 1, 1, 1]),
        ("NCHW", "atc --model=a.pb --framework=3 --output=a", [0, 0, 1, 1]),
        ("HWCN", "atc --model=a.onnx --framework=5", [1, 1, 1, 1]),
    ],
)
def test_files_that_do_not_name_their_framework(
    filters: str, command: str, pads: list[int], rng: Generator
) -> None:
    """Files before 5.20: the command, else the filters tell TensorFlow's padding from others'."""
    x = rng.standard_normal((1, 3, 16, 16), np.float32)
    w = half(rng.standard_normal((4, 3, 3, 3), np.float32))
    graph = GraphBuilder("g", "cann5")
    stored = w.transpose(2, 3, 1, 0) if filters == "HWCN" else w
    y = graph.op(
        "Conv2D",
        [
            blocked_input(graph, "x", x.shape),
            graph.constant("w", stored, format=filters, layout="FRACTAL_Z"),
        ],
        blocked((1, 4, 8, 8)),
        fusion=Fusion(["conv", "relu"], tokens=["conv2d", "relu"]),
    )
    finish(graph, y)

    def change(model: ModelDef) -> None:
        for name in ("framework_type", "soc_version"):
            del model.attr[name]
        if command:
            model.attr["atc_cmdline"] = command
        for op in ops(model):
            op.attr.pop("index", None)

    actual = run_changed(graph, x, change=change, inout_info=None)[0]
    expected = onnx_op("Conv", [x, w], pads=pads, strides=[2, 2])[0]
    assert_close(actual, np.maximum(expected, 0), 1e-4)


@pytest.mark.parametrize("described", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_control_edges_among_data_edges(place: int, described: bool, rng: Generator) -> None:
    """They take a slot where they have a description, else none."""
    a, b = (rng.standard_normal((2, 3), np.float32) for _ in range(2))
    graph = GraphBuilder("g", "cann5")
    graph.node("Recv", [], [], name="recv")
    values = [graph.data("a", plain(a.shape)), graph.data("b", plain(b.shape))]
    finish(graph, graph.op("Sub", values, plain(a.shape), name="sub"))

    def change(model: ModelDef) -> None:
        (sub,) = (op for op in ops(model) if op.name == "sub")
        sub.input.insert(place, "recv:-1")
        if described:
            sub.input_desc.insert(place, type(sub.input_desc[0])(layout="FORMAT_RESERVED"))

    np.testing.assert_array_equal(run_changed(graph, a, b, change=change)[0], a - b)


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8", "uint8", "int32", "int64", "bool"])
def test_outputs_of_every_kind(dtype: str, rng: Generator) -> None:
    """An input as it is, a constant, an inner tensor, and the same one twice."""
    x = rng.integers(0, 2, (2, 8)).astype(dtype)
    c = rng.integers(0, 2, (3,)).astype(dtype)
    graph = GraphBuilder("g")
    spec = TensorSpec(x.shape, dtype, "ND")
    value = graph.data("x", spec)
    constant = graph.constant("c", c, dtype=dtype)
    moved = graph.op("MemcpyAsync", [constant], TensorSpec(c.shape, dtype, "ND"))
    turned = graph.op(
        "TransposeD", [value], TensorSpec((8, 2), dtype, "ND"), attrs={"perm": [1, 0]}
    )
    back = graph.op("TransposeD", [turned], spec, attrs={"perm": [1, 0]})
    graph.output([turned, constant, back, value, turned, moved, value])
    expected = [x.T, c, x, x, x.T, c, x]
    for actual, wanted in zip(run_changed(graph, x), expected, strict=True):
        assert actual.dtype == wanted.dtype
        np.testing.assert_array_equal(actual, wanted)


def test_inputs_and_outputs_of_different_types(rng: Generator) -> None:
    picture = rng.integers(0, 256, (1, 2, 3, 4)).astype(np.uint8)
    index, factor = np.array([1, 0], np.int32), rng.random((1, 2, 1, 1)).astype(np.float16)
    graph = GraphBuilder("g")
    p = graph.data("picture", TensorSpec(picture.shape, "uint8", "NCHW"))
    i = graph.data("index", TensorSpec((2,), "int32", "ND"))
    f = graph.data("factor", TensorSpec(factor.shape, "float16", "NCHW"))
    wide = graph.op("Cast", [p], TensorSpec(picture.shape, "float16", "NCHW"))
    picked = graph.op("GatherV2D", [wide, i], wide.spec, attrs={"axis": 1})
    scaled = graph.op("Mul", [picked, f], wide.spec)
    best = graph.op(
        "ArgMaxD", [scaled], TensorSpec((1, 3, 4), "int32", "ND"), attrs={"dimension": 1}
    )
    bright = graph.op(
        "Greater", [scaled, f], TensorSpec(picture.shape, "bool", "NCHW"), name="bright"
    )
    bytes_ = graph.op("Cast", [picked], TensorSpec(picture.shape, "uint8", "NCHW"))
    graph.output([best, scaled, bright, bytes_], names=["best", "scaled:0", "bright", "bytes"])
    actual = run_changed(graph, picture, index, factor)
    moved = picture[:, ::-1].astype(np.float32)
    expected = moved * factor.astype(np.float32)
    np.testing.assert_array_equal(actual[0], expected.argmax(1))
    assert actual[1].dtype == np.float16
    assert_close(actual[1].astype(np.float32), expected.astype(np.float16).astype(np.float32), 1e-3)
    np.testing.assert_array_equal(actual[2], expected > factor.astype(np.float32))
    np.testing.assert_array_equal(actual[3], moved.astype(np.uint8))


def test_inputs_in_another_order_than_their_indexes(rng: Generator) -> None:
    a, b = rng.standard_normal((2, 3), np.float32), rng.standard_normal((3,), np.float32)
    graph = GraphBuilder("g")
    second = graph.data("second", plain(b.shape), {"index": 1})
    first = graph.data("first", plain(a.shape), {"index": 0})
    finish(graph, graph.op("Sub", [first, second], plain(a.shape)))
    np.testing.assert_array_equal(run_changed(graph, a, b)[0], a - b)


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_blocked_inputs_and_outputs_keep_their_logical_axes(format: str, rng: Generator) -> None:
    shape = (2, 20, 3, 5) if format == "NCHW" else (2, 3, 5, 20)
    x = rng.standard_normal(shape).astype(np.float16)
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 3, 1, 2)
    padded = np.zeros((2, 32, 3, 5), np.float16)
    padded[:, :20] = x.transpose(order)
    given = np.ascontiguousarray(padded.reshape(2, 2, 16, 3, 5).transpose(0, 1, 3, 4, 2))
    graph = GraphBuilder("g")
    value = graph.data("x", blocked(shape, format))
    # Over the logical channels: the padding must not count.
    axis = format.index("C")
    attrs = {"axes": [axis], "keep_dims": True}
    mean_shape = tuple(1 if i == axis else d for i, d in enumerate(shape))
    mean = graph.op("ReduceMeanD", [value], blocked(mean_shape, format), attrs=attrs)
    graph.output([graph.op("Sub", [value, mean], blocked(shape, format))])
    actual = run_changed(graph, given)[0]
    assert actual.shape == given.shape
    channels = actual.transpose(0, 1, 4, 2, 3).reshape(2, 32, 3, 5)
    wide = x.transpose(order).astype(np.float32)
    expected = wide - wide.mean(1, keepdims=True)
    assert_close(channels[:, :20].astype(np.float32), expected, 2e-3)
    np.testing.assert_array_equal(channels[:, 20:], 0)


def test_a_file_of_many_streams(rng: Generator) -> None:
    """CANN 5: nodes that order streams and clear memory, each with control edges only."""
    x = rng.standard_normal((1, 16, 4, 4), np.float32)
    graph = GraphBuilder("g", "cann5")
    names = []
    for type in ("AtomicAddrClean", "Send", "Recv", "StreamActive", "LabelSet", "LabelGoto"):
        graph.node(type, [], [], name=type.lower(), control=names[-1:])
        names.append(type.lower())
    value = blocked_input(graph, "x", x.shape)
    copied = graph.op("MemcpyAsync", [value], value.spec, control=names)
    cached = graph.op("CacheUpdate", [copied], value.spec, control=names[:1])
    y: Value = graph.op("Relu", [cached], value.spec, control=names[2:4])
    graph.node("Send", [], [], name="last", control=[y.node])
    finish(graph, y)
    actual = run_changed(graph, x, header=Header(version=VERSION_OLD, wide=False), inout_info=6)
    assert_close(actual[0], np.maximum(x, 0))


def test_partition_without_weights_and_constants_in_the_graph(rng: Generator) -> None:
    x = rng.standard_normal((2, 3), np.float32)
    graph = GraphBuilder("g", "cann5")
    c = graph.constant("c", np.float32([1, 2, 3]), dtype="float32", inline=True)
    finish(graph, graph.op("Add", [graph.data("x", plain(x.shape)), c], plain(x.shape)))
    np.testing.assert_array_equal(run_changed(graph, x)[0], x + np.float32([1, 2, 3]))


LAYOUTS = [
    "FRACTAL_Z_C04",
    "NC1HWC0_C04",
    "C1HWNCoC0",
    "FRACTAL_ZN_RNN",
    "FRACTAL_Z_3D",
    "NDC1HWC0",
]


@pytest.mark.parametrize("place", ["input", "constant", "output", "operand"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_that_are_not_read_are_refused(layout: str, place: str) -> None:
    graph = GraphBuilder("g")
    x = graph.data("culprit" if place == "input" else "x", plain((1, 4, 4, 4)))
    c = graph.constant("culprit" if place == "constant" else "c", np.ones((1, 4, 4, 4)))
    y = graph.op("Add", [x, c], x.spec, name="culprit" if place in ("output", "operand") else "y")
    finish(graph, y)

    def change(model: ModelDef) -> None:
        (culprit,) = (op for op in ops(model) if op.name == "culprit")
        descs = culprit.input_desc if place == "operand" else culprit.output_desc
        if place == "input":
            descs = [*culprit.input_desc, *culprit.output_desc]
        for desc in descs:
            desc.layout = layout

    with pytest.raises(acl.AclError) as failure:
        run_changed(graph, np.ones((1, 4, 4, 4), np.float32), change=change, inout_info=None)
    assert "node 'culprit' (" in str(failure.value)
    assert layout in str(failure.value)


@pytest.mark.parametrize("form", ["node", "data", "fused", "bytes"])
def test_image_preprocessing_is_refused(form: str) -> None:
    """However a file shows it: AIPP as a node, as an input, in a convolution."""
    graph = GraphBuilder("g")
    shape = (1, 3, 8, 8)
    x = graph.data("image", TensorSpec(shape, "uint8", "NCHW"))
    name = "culprit"
    fusion = None
    if form == "node":
        x = graph.op("Aipp", [x], blocked(shape), name=name, attrs={"aipp_config_path": "{}"})
        name = "conv"
    elif form == "fused":
        fusion = Fusion(["aipp", "conv"], tokens=["aipp", "conv2d"])
    elif form == "data":
        name = "conv"  # the input becomes the culprit
    filter = graph.constant("w", np.ones((4, 3, 1, 1)), format="NCHW", layout="FRACTAL_Z")
    attrs = {"strides": [1] * 4, "pads": [0] * 4, "dilations": [1] * 4, "data_format": "NCHW"}
    y = graph.op(
        "Conv2D", [x, filter], blocked((1, 4, 8, 8)), name=name, attrs=attrs, fusion=fusion
    )
    finish(graph, y)

    def change(model: ModelDef) -> None:
        if form != "data":
            return
        for op in ops(model):
            op.input = [text.replace("image", "culprit") for text in op.input]
            if op.name == "image":
                op.name, op.type = "culprit", "AippData"

    with pytest.raises(acl.AclError) as failure:
        run_changed(graph, np.zeros(shape, np.uint8), change=change, inout_info=None)
    assert "node 'culprit' (" in str(failure.value)
    assert "aipp" in str(failure.value).lower()
