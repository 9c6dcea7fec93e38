# SPDX-License-Identifier: Apache-2.0
"""What is read of an ONNX file is what Google's protobuf reads; damaged files are refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import AttributeProto, TensorProto, helper

from ascendcl.om.onnx_model import Declared, NotOnnxError, OnnxModel, OnnxNode, read_onnx

# What a byte may cost at worst: the least node has five of them and becomes an object with names.
BYTES_PER_BYTE = 250

on_files = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

names = st.text(max_size=6)
int64s = st.integers(-(2**63), 2**63 - 1)
float32s = st.floats(width=32, allow_nan=False)


@st.composite
def attributes(draw: st.DrawFn, depth: int) -> AttributeProto:
    kinds: list[tuple[int, Any]] = [
        (AttributeProto.INT, int64s),
        (AttributeProto.FLOAT, float32s),
        (AttributeProto.STRING, st.binary(max_size=5)),
        (AttributeProto.INTS, st.lists(int64s, max_size=4)),
        (AttributeProto.FLOATS, st.lists(float32s, max_size=4)),
        (AttributeProto.STRINGS, st.lists(st.binary(max_size=5), max_size=3)),
        (AttributeProto.TENSOR, st.just(helper.make_tensor("t", TensorProto.FLOAT, [2], [1, 2]))),
    ]
    if depth:
        kinds.append((AttributeProto.GRAPH, graphs(depth - 1)))
    kind, values = draw(st.sampled_from(kinds))
    attribute = helper.make_attribute(draw(names), draw(values), attr_type=kind)
    if draw(st.booleans()) and not any((attribute.i, attribute.f, attribute.s)):
        for field in "ifs":  # as proto3 writes zeros
            attribute.ClearField(field)
    return attribute


@st.composite
def nodes(draw: st.DrawFn, depth: int) -> onnx.NodeProto:
    made = onnx.NodeProto(
        name=draw(names), op_type=draw(st.text(min_size=1, max_size=6)), domain=draw(names)
    )
    made.input.extend(draw(st.lists(names, max_size=3)))
    made.output.extend(draw(st.lists(names, max_size=3)))
    made.attribute.extend(
        draw(st.lists(attributes(depth), max_size=3, unique_by=lambda each: each.name))
    )
    return made


@st.composite
def graphs(draw: st.DrawFn, depth: int) -> onnx.GraphProto:
    graph = onnx.GraphProto(name=draw(names))
    graph.node.extend(draw(st.lists(nodes(depth), min_size=1, max_size=3)))
    for name in draw(st.lists(names, max_size=2)):
        graph.initializer.append(helper.make_tensor(name, TensorProto.INT8, [3], [1, 2, 3]))
    for name in draw(st.lists(names, max_size=3)):
        graph.input.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "n"]))
    for name in draw(st.lists(names, max_size=3)):
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return graph


@st.composite
def models(draw: st.DrawFn) -> onnx.ModelProto:
    model = onnx.ModelProto(ir_version=8, producer_name=draw(names), graph=draw(graphs(2)))
    for domain in draw(st.lists(names, max_size=3, unique=True)):
        model.opset_import.append(helper.make_opsetid(domain, draw(st.integers(0, 2**40))))
    for number in range(draw(st.integers(0, 2))):
        function = model.functions.add(name=f"function_{number}")
        function.node.extend(draw(st.lists(nodes(1), max_size=2)))
    return model


def _value(attribute: AttributeProto) -> object:
    value = helper.get_attribute_value(attribute)
    if attribute.type in (AttributeProto.TENSOR, AttributeProto.GRAPH):
        return None
    if attribute.type == AttributeProto.STRING:
        return value.decode(errors="replace")
    if attribute.type == AttributeProto.STRINGS:
        return [each.decode(errors="replace") for each in value] or None
    return value if attribute.type in (AttributeProto.INT, AttributeProto.FLOAT) else value or None


def _add(expected: OnnxModel, node: onnx.NodeProto) -> None:
    expected.nodes.append(
        OnnxNode(
            node.name or f"{node.op_type}_{len(expected.nodes)}",
            node.op_type,
            node.domain,
            list(node.input),
            list(node.output),
            {each.name: _value(each) for each in node.attribute},
        )
    )
    for attribute in node.attribute:
        for inner in attribute.g.node:
            _add(expected, inner)
        expected.constants |= {each.name for each in _constants(attribute.g)}


def _constants(graph: onnx.GraphProto) -> list[TensorProto]:
    return list(graph.initializer)


def expected_of(model: onnx.ModelProto) -> OnnxModel:
    expected = OnnxModel(producer=model.producer_name)
    expected.opsets = {each.domain: each.version for each in model.opset_import}
    expected.constants = {each.name for each in model.graph.initializer}
    for node in model.graph.node:
        _add(expected, node)
    for function in model.functions:
        for node in function.node:
            _add(expected, node)
    own_constants = {each.name for each in model.graph.initializer}
    expected.inputs = [each.name for each in model.graph.input if each.name not in own_constants]
    expected.outputs = [each.name for each in model.graph.output]
    for port in (*model.graph.input, *model.graph.output):
        tensor = port.type.tensor_type
        dims = [dim.dim_value if dim.HasField("dim_value") else -1 for dim in tensor.shape.dim]
        shape = tuple(dims) if tensor.HasField("shape") else None
        expected.ports[port.name] = Declared(tensor.elem_type, shape)
    return expected


@pytest.mark.parametrize("of_function", [False, True])
def test_a_constant_inside_is_no_input_of_the_model(tmp_path: Path, of_function: bool) -> None:
    """Names within a function, or a graph that is an attribute, are its own."""
    port = helper.make_tensor_value_info("x", TensorProto.FLOAT, [3])
    constant = helper.make_tensor("x", TensorProto.FLOAT, [1], [1.0])
    inside = helper.make_graph([], "inside", [], [], [constant])
    node = helper.make_node("Branch", [], [], body=inside)
    model = onnx.ModelProto(graph=helper.make_graph([], "graph", [port], []))
    (model.functions.add(name="f") if of_function else model.graph).node.append(node)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    assert read_onnx(path).inputs == ["x"]


@on_files
@given(models())
def test_reads_what_protobuf_reads(tmp_path: Path, model: onnx.ModelProto) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    found, expected = read_onnx(path), expected_of(model)
    assert found == expected
    assert {name: found.output_name(name) for name in found.outputs} == {
        name: expected.output_name(name) for name in expected.outputs
    }


def read_or_refuse(path: Path, content: bytes) -> None:
    """Nothing but a refusal, and no more memory than the file warrants."""
    path.write_bytes(content)
    tracemalloc.start()
    try:
        read_onnx(path)
    except NotOnnxError as error:
        assert str(path) in str(error)  # noqa: PT017 most files are read
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < BYTES_PER_BYTE * len(content) + (1 << 18)


@on_files
@given(models(), st.data())
def test_damaged_files(tmp_path: Path, model: onnx.ModelProto, data: st.DataObject) -> None:
    content = bytearray(model.SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        how = data.draw(st.sampled_from(("set", "cut", "insert", "drop")))
        if how == "set":
            content[at] = data.draw(st.sampled_from((0, 0x7F, 0x80, 0xFF, content[at] ^ 1)))
        elif how == "cut":
            del content[max(at, 1) :]
        elif how == "insert":
            content[at:at] = data.draw(st.binary(min_size=1, max_size=12))
        elif len(content) > 1:
            del content[at]
    read_or_refuse(tmp_path / "model.onnx", bytes(content))


@on_files
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path / "model.onnx", content)


def _field(number: int, content: bytes) -> bytes:
    def varint(value: int) -> bytes:
        text = bytearray()
        while value >= 0x80:
            text.append(value & 0x7F | 0x80)
            value >>= 7
        return bytes([*text, value])

    return varint(number << 3 | 2) + varint(len(content)) + content


def _nested(depth: int) -> bytes:
    """Graphs inside of nodes inside of graphs."""
    graph = b""
    for _ in range(depth):
        attribute = _field(1, b"body") + _field(6, graph)
        graph = _field(1, _field(4, b"Loop") + _field(5, attribute))
    return _field(7, graph)


def test_graphs_inside_of_one_another(tmp_path: Path) -> None:
    path = tmp_path / "deep.onnx"
    path.write_bytes(_nested(33))  # as deep as protobuf goes
    assert len(read_onnx(path).nodes) == 33
    path.write_bytes(_nested(5000))
    with pytest.raises(NotOnnxError, match="graphs inside of one another"):
        read_onnx(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_field(7, _field(1, _field(4, b"A")) * 20000), id="nodes"),
        pytest.param(_field(7, _field(1, _field(4, b"A") + _field(1, b"") * 50000)), id="inputs"),
        pytest.param(
            _field(7, _field(1, _field(4, b"A") + _field(5, _field(8, b"\xff\x7f" * 50000)))),
            id="ints",
        ),
        pytest.param(_field(7, _field(12, b"") * 50000), id="outputs"),
        pytest.param(_field(8, b"") * 50000, id="opsets"),
    ],
)
def test_many_small_parts(tmp_path: Path, content: bytes) -> None:
    read_or_refuse(tmp_path / "model.onnx", content)


def test_weights_are_passed_over(tmp_path: Path) -> None:
    """A file of 64 MiB costs what its names cost."""
    path = tmp_path / "weights.onnx"
    tensor = _field(8, b"W") + _field(9, bytes(64 << 20))
    path.write_bytes(_field(7, _field(5, tensor) + _field(1, _field(4, b"Relu"))))
    tracemalloc.start()
    try:
        assert read_onnx(path).constants == {"W"}
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
