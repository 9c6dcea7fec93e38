# SPDX-License-Identifier: Apache-2.0
"""Files whose IR is not what the rest of the file says: refused at load, with what does not fit."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

import ascendcl as acl
from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec, Value
from ascendcl.om.host_model import IR_TYPE, IR_XML

F32 = TensorSpec((2, 3), "float32", "ND")


def relu() -> ov.Model:
    x = ops.parameter([2, 3], np.float32, name="x")
    return ov.Model([ops.result(ops.add(ops.relu(x), np.ones((2, 3), np.float32)))], [x])


def serialized(model: ov.Model) -> tuple[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        xml, weights = Path(folder) / "m.xml", Path(folder) / "m.bin"
        ov.serialize(model, xml, weights)
        return xml.read_text(encoding="utf-8"), weights.read_bytes()


def file_of(
    xml: str | None,
    weights: bytes,
    inputs: Sequence[TensorSpec] = (F32,),
    outputs: Sequence[TensorSpec] = (F32,),
    *,
    dynamic: bool = False,
    other: bool = False,
) -> bytes:
    graph = GraphBuilder("g")
    values: list[Value | None] = [graph.data(f"x{i}", spec) for i, spec in enumerate(inputs)]
    if other:
        values[0] = graph.op("Relu", [values[0]], inputs[0], name="other")
    attrs: dict[str, Any] = {} if xml is None else {IR_XML: xml}
    found = graph.node(IR_TYPE, values, outputs, name="ir", attrs=attrs)
    graph.output(found)
    with tempfile.NamedTemporaryFile() as file:
        file.write(weights or bytes(64))
        file.flush()
        builder = ModelBuilder(graph, soc_version="Host", weights_file=Path(file.name))
        return builder.to_bytes(Header("m", is_unknown_shape=dynamic))


def refused(data: bytes, words: str) -> None:
    with pytest.raises(acl.AclError, match=words):
        acl.Model.from_bytes(data)


def test_the_file_that_the_others_are_made_from_runs() -> None:
    with acl.Model.from_bytes(file_of(*serialized(relu()))) as model:
        x = np.array([[1, -1, 2], [-3, 0, 4]], np.float32)
        np.testing.assert_array_equal(model(x), np.maximum(x, 0) + 1)


@pytest.mark.parametrize("xml", [None, ""])
def test_without_xml(xml: str | None) -> None:
    refused(file_of(xml, b""), "carries no IR")


@pytest.mark.parametrize("xml", ["<", "nonsense", "<net/>", '<net name="x" version="11"></net>'])
def test_what_is_no_ir(xml: str) -> None:
    refused(file_of(xml, b""), "ir.*OpenVinoIr")


def test_constants_beyond_the_weights() -> None:
    xml, weights = serialized(relu())
    refused(file_of(xml, weights[: len(weights) // 2]), "OpenVinoIr")


def test_another_number_of_inputs_or_outputs() -> None:
    xml, weights = serialized(relu())
    refused(file_of(xml, weights, [F32, F32]), "the model has 2 inputs, the IR 1")
    refused(file_of(xml, weights, [F32], [F32, F32]), "the model has 2 outputs, the IR 1")


@pytest.mark.parametrize(
    "spec", [TensorSpec((2, 3), "float16", "ND"), TensorSpec((2, 3), "int64", "ND")]
)
def test_another_type(spec: TensorSpec) -> None:
    xml, weights = serialized(relu())
    refused(file_of(xml, weights, [spec]), "input 'x0' is .* in the IR it is .*f32")
    refused(file_of(xml, weights, [F32], [spec]), "output .* in the IR it is .*f32")


def test_another_shape() -> None:
    xml, weights = serialized(relu())
    spec = TensorSpec((2, 4), "float32", "ND")
    refused(file_of(xml, weights, [spec]), "input 'x0' is .*2,4.* in the IR it is .*2,3")
    refused(file_of(xml, weights, [F32], [spec]), "output .*2,4.* in the IR it is .*2,3")


def test_an_output_of_a_fixed_size_that_depends_on_data() -> None:
    """Nothing would ever be written to its buffer."""
    x = ops.parameter([2, 3], np.float32, name="x")
    model = ov.Model([ops.result(ops.non_zero(x, "i64"))], [x])
    refused(
        file_of(*serialized(model), [F32], [TensorSpec((2, 6), "int64", "ND")]),
        "output .* in the IR it is",
    )


def test_a_node_beside_the_ir() -> None:
    refused(file_of(*serialized(relu()), other=True), "beside the IR of the whole graph: .*'other'")


def test_a_state_between_executions() -> None:
    from openvino.op.util import Variable, VariableInfo

    info = VariableInfo()
    info.data_shape, info.data_type, info.variable_id = ov.PartialShape([2, 3]), ov.Type.f32, "sum"
    variable = Variable(info)
    x = ops.parameter([2, 3], np.float32, name="x")
    total = ops.add(ov.opset6.read_value(ops.constant(np.zeros((2, 3), np.float32)), variable), x)
    assign = ov.opset6.assign(total, variable)
    model = ov.Model([ops.result(total)], [assign], [x])
    refused(file_of(*serialized(model)), "keeps a state between executions .*'sum'")


def test_ir_in_a_graph_that_nothing_leads_to() -> None:
    xml, _ = serialized(relu())
    other = GraphBuilder("other")
    x = other.data("x0", F32)
    other.output(other.node(IR_TYPE, [x], [F32], name="ir", attrs={IR_XML: xml}))
    main = GraphBuilder("g")
    main.output([main.op("Relu", [main.data("x0", F32)], F32)])
    refused(ModelBuilder(main, subgraphs=[other]).to_bytes(), "the graph 'g' has no IR")
