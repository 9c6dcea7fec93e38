# SPDX-License-Identifier: Apache-2.0
"""Whole models: what google.protobuf and the format's definition read in a file we wrote."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from ge_ir import message_class, partitions, plain_attrs
from hypothesis import given
from hypothesis import strategies as st

from ascendcl.om import (
    Fusion,
    GraphBuilder,
    Header,
    ModelBuilder,
    TensorSpec,
    Value,
    conv_kernel,
    encode_container,
    fixpipe_inputs,
    memory_plan,
)

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
Dialect = Literal["cann8", "cann5"]

FILTER = np.arange(8 * 2 * 3 * 3, dtype=np.float32).reshape(8, 2, 3, 3) / 64


def conv_graph(dialect: Dialect = "cann8", name: str = "net") -> GraphBuilder:
    """A grouped convolution, fused with ReLU, between two changes of layout."""
    graph = GraphBuilder(name, dialect)
    x = graph.data("x", TensorSpec((1, 4, 8, 8), "float32"))
    blocked = graph.op(
        "TransData", [x], TensorSpec((1, 4, 8, 8), layout="NC1HWC0"), name="trans", control=["x"]
    )
    filters = graph.constant("w", FILTER, format="NCHW", layout="FRACTAL_Z", groups=2)
    bias = graph.constant("b", np.ones(8))
    y = graph.op(
        "Conv2D",
        fixpipe_inputs(blocked, filters, bias),
        TensorSpec((1, 8, 8, 8), layout="NC1HWC0"),
        name="conv",
        fusion=Fusion(["c", "r"], ["Relu"], ["conv2d", "fix_pipe"], ["First", "Last"], "r"),
        kernel=conv_kernel((3, 3), (8, 8), pads=(1, 1, 1, 1)),
    )
    z = graph.op("TransData", [y], TensorSpec((1, 8, 8, 8), "float32"), name="out")
    graph.output([z], ["out:0:z"])
    return graph


def parsed(model: ModelBuilder, header: Header | None = None) -> tuple[Any, dict[int, bytes]]:
    parts = dict(partitions(model.to_bytes(header))[0])
    return message_class("ModelDef").FromString(parts[0]), parts


def nodes(model: Any) -> dict[str, Any]:
    return {op.name: op for op in model.graph[0].op}


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dialect", ["cann8", "cann5"])
def test_fused_convolution(dialect: Dialect, compress: bool) -> None:
    model, parts = parsed(ModelBuilder(conv_graph(dialect), compress_names=compress))
    conv = nodes(model)["conv"]
    attrs = plain_attrs(model, conv.attr)
    assert list(conv.input) == ["trans:0", "w:0", "b:0", *[""] * 10]
    assert list(conv.is_input_const) == [False, True, True, *[False] * 10]
    assert len(conv.input_desc) == 13
    assert attrs["_is_compiled_fusion_op"] is True
    out = plain_attrs(model, conv.output_desc[0].attr)
    assert out["_datadump_origin_name"] == b"r"
    assert list(out["origin_shape"].i) == [1, 8, 8, 8]

    filters = conv.input_desc[1]
    described = plain_attrs(model, filters.attr)
    name = f"te_fused_op_conv2d_fix_pipe_{'?' * 32}__kernel0"
    if dialect == "cann8":
        assert filters.layout == "FRACTAL_Z"
        assert described["format_for_int"] == 4 | 2 << 8 | 5 << 24
        assert len(attrs["_kernelname"]) == len(name)
        stored_as = attrs["_kernelname"]
        kinds = attrs["_datadump_original_op_types"]
        assert (kinds if compress else list(kinds.s)) == [b"Relu"]
    else:
        assert filters.layout == "FRACTAL_Z:2"
        assert "format_for_int" not in described
        assert "_datadump_original_op_types" not in attrs
        assert attrs["pass_name"] == b"Last"
        assert len(attrs["conv_kernelname"]) == len(name)
        stored_as = attrs["_tbe_kernel_name"]
        assert stored_as == b"conv"
    _, name_size, size = struct.unpack_from("<III", parts[3])
    assert parts[3][12 : 12 + name_size] == stored_as
    assert len(parts[3]) == 12 + name_size + size
    assert any(key.startswith("\0") for key in conv.attr) == compress


def test_control_edges_and_consumers() -> None:
    model, _ = parsed(ModelBuilder(conv_graph()))
    op = nodes(model)
    assert list(op["trans"].input) == ["x:0", "x:-1"]
    assert (list(op["w"].dst_name), list(op["w"].dst_index)) == (["conv"], [1])
    assert list(op["x"].input) == [""]
    assert [o.id for o in model.graph[0].op] == list(range(len(op)))


def test_weights() -> None:
    model, parts = parsed(ModelBuilder(conv_graph()))
    op = nodes(model)
    for slot, name in ((1, "w"), (2, "b")):
        desc = plain_attrs(model, op[name].attr)["value"].desc
        assert desc.data_offset == op["conv"].input_desc[slot].data_offset
        assert desc.data_offset % 512 == 0
        assert desc.weight_size == np.prod(desc.shape.dim) * 2
    bias = plain_attrs(model, op["b"].attr)["value"]
    assert bias.data == b""
    start = bias.desc.data_offset
    assert np.array_equal(np.frombuffer(parts[1][start : start + 16], np.float16), np.ones(8))
    assert len(parts[1]) == model.attr["weight_size"].i
    assert list(model.attr["om_info_list"].list.i[:2]) == [len(parts[1]), len(parts[3])]


def test_inline_constant_keeps_its_value_in_the_graph() -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", TensorSpec((2,), "int32", "ND"))
    c = graph.constant("c", [3, -4], dtype="int32", inline=True)
    graph.output([graph.op("Add", [x, c], x.spec)])
    model, parts = parsed(ModelBuilder(graph))
    value = plain_attrs(model, nodes(model)["c"].attr)["value"]
    assert np.array_equal(np.frombuffer(value.data, "<i4"), [3, -4])
    assert len(parts[1]) == 512  # a model without weights still has one slot


def test_memory_sizes() -> None:
    builder = ModelBuilder(conv_graph())
    model, parts = parsed(builder)
    tasks = message_class("ModelTaskDef").FromString(parts[2])
    # Input and output: 1024 and 2048 bytes, each with one more 32-byte block, in 512-byte slots.
    assert model.attr["zero_copy_memory_size"].i == 1536 + 2560
    # The blocked tensors: 8 * 8 * 16 fp16 elements each, alive at the same time.
    assert tasks.memory_size == 2 * 2560 + 1536 + 2560
    assert model.attr["memory_size"].i == tasks.memory_size == builder.work_size


def test_io_size_is_the_compilers() -> None:
    """The descriptors of a real model, planned by us, need the memory that ATC has reserved."""
    path = MODELS / "lane.om"
    if not path.is_file():
        pytest.skip(f"the real models are not here: {path}")
    real = message_class("ModelDef").FromString(dict(partitions(path.read_bytes())[0])[0])
    graph = GraphBuilder("lane")
    outputs: list[Value] = []
    for op in real.graph[0].op:
        for desc in op.input_desc if op.type in ("Data", "NetOutput") else ():
            spec = TensorSpec(tuple(desc.shape.dim), "float32")
            if op.type == "Data":
                graph.data(op.name, spec)
            else:
                outputs.append(graph.op("Cast", [], spec))
    graph.output(outputs)
    assert ModelBuilder(graph).io_size == real.attr["zero_copy_memory_size"].i


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5000))))
def test_plan_never_overlaps(raw: list[tuple[int, int, int]]) -> None:
    tensors = [memory_plan.Lifetime(min(a, b), max(a, b), size) for a, b, size in raw]
    offsets, total = memory_plan.plan(tensors)
    for i, (a, at) in enumerate(zip(tensors, offsets, strict=True)):
        assert at % 512 == 0
        assert at + a.size <= total
        for b, other in list(zip(tensors, offsets, strict=True))[:i]:
            if a.first <= b.last and b.first <= a.last:
                assert at + a.size <= other or other + b.size <= at
    assert total <= sum(memory_plan.align(t.size) for t in tensors)


def test_removed_reshape() -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", TensorSpec((1, 16, 1, 1)))
    flat = x.viewed_as(shape=(1, 16), format="ND", layout="ND")
    graph.output([graph.op("Relu", [flat], flat.spec, name="relu")])
    model, _ = parsed(ModelBuilder(graph))
    op = nodes(model)
    assert list(op["x"].output_desc[0].shape.dim) == [1, 16, 1, 1]
    assert list(op["relu"].input_desc[0].shape.dim) == [1, 16]


def inout_blocks(partition: bytes) -> dict[int, bytes]:
    blocks = {}
    at = 0
    while at < len(partition):
        kind, size = struct.unpack_from("<II", partition, at)
        blocks[kind] = partition[at + 8 : at + 8 + size]
        at += 8 + size
    assert at == len(partition)
    return blocks


@pytest.mark.parametrize("kind", [8, 6])
def test_inout_partition(kind: int) -> None:
    parts = partitions(ModelBuilder(conv_graph(), inout_info=kind).to_bytes())[0]
    assert parts[0][0] == kind
    blocks = inout_blocks(parts[0][1])
    base = struct.pack("<IQii4I", 1, 1024, 0, 0, 1, 32, 32, 0)
    assert blocks[0] == base + b"x" + struct.pack("<8q", 1, 4, 8, 8, 1, 4, 8, 8)
    assert blocks[1][4:12] == struct.pack("<Q", 2048)
    assert b"out:0:z" in blocks[1]
    assert set(blocks) == {0, 1}


def test_no_inout_partition() -> None:
    parts = partitions(ModelBuilder(conv_graph(), inout_info=None).to_bytes())[0]
    assert [kind for kind, _ in parts] == [0, 1, 3, 2]


def test_inout_of_a_real_model() -> None:
    """From lane.om's own input and outputs we write the very bytes of its in/out partition."""
    path = MODELS / "lane.om"
    if not path.is_file():
        pytest.skip(f"the real models are not here: {path}")
    parts = dict(partitions(path.read_bytes())[0])
    real = message_class("ModelDef").FromString(parts[0])
    graph = GraphBuilder("lane")
    outputs: list[Value] = []
    for op in real.graph[0].op:
        for desc in op.input_desc if op.type in ("Data", "NetOutput") else ():
            spec = TensorSpec(tuple(desc.shape.dim), "float32")
            if op.type == "Data":
                graph.data(op.name, spec)
            else:
                outputs.append(graph.op("Cast", [], spec))
    names = [name.decode() for name in real.attr["attr_model_out_nodes_name"].list.s]
    graph.output(outputs, names)
    assert ModelBuilder(graph).inout().encode() == parts[8]


def geared_model() -> ModelBuilder:
    """A Case node with one subgraph per batch size."""
    graph = GraphBuilder("main")
    spec = TensorSpec((4, 3), "float32", "ND")
    x = graph.data("x", spec, {"_mbatch_origin_input_dims": [-1, 3]})
    pick = graph.data("ascend_mbatch_shape_data", TensorSpec((1,), "int64", "ND"))
    gears = []
    for i, batch in enumerate((1, 4)):
        gear = GraphBuilder(f"gear_{i}")
        part = TensorSpec((batch, 3), "float32", "ND")
        gear.output([gear.op("Relu", [gear.data(f"x_{i}", part)], part)])
        gears.append(gear)
    (y,) = graph.node(
        "Case",
        [pick, x],
        [spec],
        attrs={
            "_batch_num": 2,
            "_pred_value_0": [1],
            "_pred_value_1": [4],
            "mbatch_dynamic_type": 1,
            "user_designate_shape_order": ["x"],
        },
        subgraphs=["gear_0", "gear_1"],
    )
    graph.output([y], ["y"], {"_dynamic_output_dims": ["0,0,1,3", "1,0,4,3"]})
    return ModelBuilder(graph, gears)


def test_gears() -> None:
    model, parts = parsed(geared_model())
    assert [graph.name for graph in model.graph] == ["main", "gear_0", "gear_1"]
    case = next(op for op in model.graph[0].op if op.type == "Case")
    assert list(case.subgraph_name) == ["gear_0", "gear_1"]
    blocks = inout_blocks(parts[8])
    assert struct.pack("<qq", -1, 3) in blocks[0]
    assert blocks[2] == struct.pack("<Iqq", 2, 1, 4)
    assert blocks[5] == struct.pack("<III", 2, 7, 7) + b"0,0,1,31,0,4,3"
    assert blocks[6] == struct.pack("<II", 1, 1) + b"x"
    assert b"y:0" in blocks[1]


def test_several_models_in_one_file() -> None:
    models = [ModelBuilder(conv_graph(name=name)).partitions() for name in ("a", "b", "c")]
    file = encode_container(models, Header("three"))
    assert partitions(file) == [[(int(kind), content) for kind, content in m] for m in models]


def test_write(tmp_path: Path) -> None:
    model = ModelBuilder(conv_graph())
    model.write(tmp_path / "net.om")
    assert (tmp_path / "net.om").read_bytes() == model.to_bytes()


def test_graph_refuses() -> None:
    graph = GraphBuilder("g")
    spec = TensorSpec((1,), "float32", "ND")
    x = graph.data("x", spec)
    with pytest.raises(ValueError, match="already has a node 'x'"):
        graph.data("x", spec)
    with pytest.raises(ValueError, match="reads y:0"):
        graph.op("Relu", [Value("y", 0, spec)], spec)
    with pytest.raises(ValueError, match="reads x:1"):
        graph.op("Relu", [Value("x", 1, spec)], spec)
    with pytest.raises(ValueError, match="waits for 'z'"):
        graph.op("Relu", [x], spec, control=["z"])
    with pytest.raises(ValueError, match="has no output"):
        ModelBuilder(graph)
    with pytest.raises(ValueError, match="at least one output"):
        graph.output([])
    with pytest.raises(ValueError, match="2 names for 1 outputs"):
        graph.output([x], ["a", "b"])
    graph.output([x])
    with pytest.raises(ValueError, match="comes too late"):
        graph.op("Relu", [x], spec)
    with pytest.raises(ValueError, match="different names"):
        ModelBuilder(graph, [graph])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dtype": "float8"}, "unknown data type"),
        ({"format": "NC1HWC0"}, "logical axes"),
        ({"layout": "NHWC"}, "cannot be stored"),
        ({"layout": "FRACTAL_Z", "groups": 3}, "3 groups"),
    ],
)
def test_impossible_tensor(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TensorSpec((4, 1, 3, 3), **options)
