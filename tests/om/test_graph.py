# SPDX-License-Identifier: Apache-2.0
"""The graph as we read it against the graph as Google's protobuf reads it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from ge_ir import message_class, partitions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from om_files import (
    MODEL_DEF,
    TASKS,
    WEIGHTS,
    attr,
    desc,
    file_of,
    model_def,
    op,
    real_model,
    static_file,
    table,
)

from ascendcl import om

DTYPES = {
    1: "float32", 2: "float16", 3: "int8", 4: "uint8", 5: "int16", 6: "uint16", 7: "int32",
    8: "int64", 9: "uint32", 10: "uint64", 11: "bool", 12: "float64", 13: "string",
    16: "complex64", 17: "complex128",
}  # fmt: skip
FORMATS = {"NCHW", "NHWC", "ND", "NC1HWC0", "FRACTAL_Z", "HWCN", "FRACTAL_NZ", "FORMAT_RESERVED"}
LIST_FIELDS = ("s", "i", "f", "b", "bt", "td", "t", "g", "na", "dt")


def text_or_bytes(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


class Oracle:
    """Compares what we read of one ModelDef with a google.protobuf message of it."""

    def __init__(self, model: Any) -> None:
        self.model = model
        # Asking a protobuf map for what it lacks would add it.
        attrs = dict(model.attr)
        empty = message_class("AttrDef")()
        self.names = [s.decode() for s in attrs.get("attr_name_enum", empty).list.s]
        self.values = [s.decode() for s in attrs.get("attr_value_enum", empty).list.s]
        self.is_text = list(attrs.get("attrs_use_string_value", empty).list.b)
        self.checked = 0

    def plain(self, key: str) -> tuple[str, bool]:
        if not key.startswith("\0"):
            return key, False
        index = sum((digit - 1) * 127**place for place, digit in enumerate(key[1:].encode()))
        return self.names[index], self.is_text[index]

    def same_model(self, ours: om.ModelDef) -> None:
        assert ours.name == self.model.name
        self.same_attrs(ours.attrs, self.model.attr)
        for our_graph, graph in zip(ours.graphs, self.model.graph, strict=True):
            self.same_graph(our_graph, graph)

    def same_graph(self, ours: om.Graph, graph: Any) -> None:
        assert ours.name == graph.name
        self.same_attrs(ours.attrs, graph.attr)
        for our_node, node in zip(ours.nodes, graph.op, strict=True):
            self.same_node(our_node, node)

    def same_node(self, ours: om.Node, node: Any) -> None:
        assert (ours.name, ours.type, ours.id) == (node.name, node.type, node.id)
        assert ours.input_names == list(node.input_name)
        assert ours.src_names == list(node.src_name)
        assert ours.src_indexes == list(node.src_index)
        assert ours.input_offsets == list(node.input_i)
        assert ours.output_offsets == list(node.output_i)
        assert ours.scratch_offsets == list(node.workspace)
        assert ours.scratch_sizes == list(node.workspace_bytes)
        assert ours.subgraphs == list(node.subgraph_name)
        for edge, text in zip(ours.inputs, node.input, strict=True):
            index = text.rpartition(":")[2]
            assert edge.kind == {"": "none", "-1": "control"}.get(index, "data")
            assert (f"{edge.node}:{edge.index}" if text else "") == text
        self.same_attrs(ours.attrs, node.attr)
        for our_desc, td in zip(ours.input_descs, node.input_desc, strict=True):
            self.same_desc(our_desc, td)
        for our_desc, td in zip(ours.output_descs, node.output_desc, strict=True):
            self.same_desc(our_desc, td)

    def same_desc(self, ours: om.TensorDesc, td: Any) -> None:
        assert (ours.name, ours.layout) == (td.name, td.layout)
        assert ours.shape == list(td.shape.dim)
        assert (ours.size, ours.weight_size, ours.data_offset) == (
            td.size,
            td.weight_size,
            td.data_offset,
        )
        assert ours.dtype == DTYPES.get(td.dtype, "undefined")
        plain = td.layout.split(":")[0]
        assert ours.format == (plain if plain in FORMATS else "undefined")
        self.same_attrs(ours.attrs, td.attr)

    def same_attrs(self, ours: om.AttrMap, attrs: Any) -> None:
        # lane.om has a few names twice: the plain one, which sorts behind "\0", counts.
        plain = {}
        for key, value in sorted(attrs.items(), key=lambda item: item[0]):
            name, is_text = self.plain(key)
            plain[name] = (is_text, value)
        assert set(ours) == set(plain)
        assert len(ours) == len(plain)
        for name, (is_text, value) in plain.items():
            assert name in ours
            self.same_value(ours[name], value, is_text)
            self.checked += 1

    def same_value(self, ours: Any, value: Any, is_text: bool) -> None:
        kind = value.WhichOneof("value")
        if kind is None:
            assert ours is None
        elif kind == "list" and is_text:
            assert ours == [self.values[index] for index in value.list.i]
        elif kind == "list":
            elements = [(f, e) for f in LIST_FIELDS for e in getattr(value.list, f)]
            for our_element, (field, element) in zip(ours, elements, strict=True):
                self.same_element(our_element, field, element)
        elif kind == "i" and is_text:
            assert ours == self.values[value.i]
        elif kind == "list_list_int":
            assert ours == [list(inner.list_i) for inner in value.list_list_int.list_list_i]
        else:
            self.same_element(ours, kind, getattr(value, kind))

    def same_element(self, ours: Any, kind: str, value: Any) -> None:
        if kind == "s":
            assert ours == text_or_bytes(value)
        elif kind == "f":
            assert ours == value or (math.isnan(ours) and math.isnan(value))
        elif kind in ("func", "na"):
            assert ours.name == value.name
            self.same_attrs(ours.attrs, value.attr)
        elif kind == "td":
            self.same_desc(ours, value)
        elif kind == "t":
            self.same_desc(ours.desc, value.desc)
            assert bytes(ours.data) == value.data
        elif kind == "g":
            self.same_graph(ours, value)
        else:
            assert type(ours) is type(value)
            assert ours == value


def read(model: Any) -> om.ModelDef:
    return om.File.from_bytes(static_file(model)).models[0].definition


@pytest.mark.parametrize(
    ("name", "attributes"), [("lane.om", 29_000), ("nanotrack_backbone127.om", 6_000)]
)
def test_every_op_desc_and_attribute(name: str, attributes: int) -> None:
    path = real_model(name)
    oracle = Oracle(message_class("ModelDef").FromString(dict(partitions(path.read_bytes())[0])[0]))
    oracle.same_model(om.File.open(path).models[0].definition)
    assert oracle.checked > attributes


int64s = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
floats = st.floats(width=32)


def messages(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Keyword arguments of AttrDef, nested at most `depth` messages deep."""
    scalars = {
        "s": st.binary(max_size=8),
        "i": int64s,
        "f": floats,
        "b": st.booleans(),
        "bt": st.binary(max_size=8),
        "dt": int64s,
    }
    kinds: list[st.SearchStrategy[dict[str, Any]]] = [st.just({})]
    kinds += [st.fixed_dictionaries({kind: values}) for kind, values in scalars.items()]
    kinds += [
        st.fixed_dictionaries({kind: st.lists(values, max_size=4)}).map(lambda v: {"list": v})
        for kind, values in scalars.items()
    ]
    lists = st.lists(st.lists(int64s, max_size=3).map(lambda v: {"list_i": v}), max_size=3)
    kinds.append(lists.map(lambda v: {"list_list_int": {"list_list_i": v}}))
    if depth > 0:
        nested = {
            "func": named_attrs(depth - 1),
            "td": descs(depth - 1),
            "t": tensors(depth - 1),
            "g": graphs(depth - 1, 1),
        }
        kinds += [st.fixed_dictionaries({kind: values}) for kind, values in nested.items()]
        nested["na"] = nested.pop("func")
        kinds += [
            st.fixed_dictionaries({kind: st.lists(values, max_size=2)}).map(lambda v: {"list": v})
            for kind, values in nested.items()
        ]
    return st.one_of(kinds)


def attr_maps(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(texts, messages(depth), max_size=3)


def named_attrs(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"name": texts, "attr": attr_maps(depth)})


def descs(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "name": texts,
            "dtype": st.integers(0, 30),
            "shape": st.lists(int64s, max_size=5).map(lambda dims: {"dim": dims}),
            "layout": st.sampled_from([*sorted(FORMATS), "FRACTAL_Z:72", "odd", ""]),
            "size": int64s,
            "weight_size": int64s,
            "data_offset": int64s,
            "reuse_input": st.booleans(),
            "cmps_tab": texts,
            "attr": attr_maps(depth),
        }
    )


def tensors(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"desc": descs(depth), "data": st.binary(max_size=8)})


def ops(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    edges = st.builds(lambda name, index: f"{name}:{index}", texts, st.integers(-1, 2**31 - 1))
    return st.fixed_dictionaries(
        {
            "name": texts,
            "type": texts,
            "input": st.lists(st.one_of(st.just(""), edges), max_size=3),
            "attr": attr_maps(depth),
            "has_out_attr": st.booleans(),
            "id": int64s,
            "input_name": st.lists(texts, max_size=2),
            "src_name": st.lists(texts, max_size=2),
            "src_index": st.lists(int64s, max_size=3),
            "dst_name": st.lists(texts, max_size=2),
            "input_i": st.lists(int64s, max_size=2),
            "output_i": st.lists(int64s, max_size=2),
            "workspace": st.lists(int64s, max_size=2),
            "workspace_bytes": st.lists(int64s, max_size=2),
            "is_input_const": st.lists(st.booleans(), max_size=2),
            "input_desc": st.lists(descs(depth), max_size=2),
            "output_desc": st.lists(descs(depth), max_size=2),
            "subgraph_name": st.lists(texts, max_size=2),
        }
    )


def graphs(depth: int, max_ops: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "name": texts,
            "input": st.lists(texts, max_size=2),
            "op": st.lists(ops(depth), max_size=max_ops),
            "attr": attr_maps(depth),
        }
    )


models = st.fixed_dictionaries(
    {
        "name": texts,
        "version": st.integers(0, 2**32 - 1),
        "graph": st.lists(graphs(2), min_size=1, max_size=2),
        "attr": attr_maps(2),
    }
)


def fill(message: Any, fields: dict[str, Any]) -> Any:
    """Set the fields of a message; protobuf's constructors do not take maps of messages."""
    for name, value in fields.items():
        target = getattr(message, name)
        if name == "attr":
            for key, definition in value.items():
                fill(target[key], definition)
        elif isinstance(value, dict):
            target.SetInParent()
            fill(target, value)
        elif isinstance(value, list):
            for element in value:
                if isinstance(element, dict):
                    fill(target.add(), element)
                else:
                    target.append(element)
        else:
            setattr(message, name, value)
    return message


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(models)
def test_random_messages(fields: dict[str, Any]) -> None:
    model = fill(message_class("ModelDef")(), fields)
    Oracle(model).same_model(read(model))


def compressed_key(index: int) -> str:
    digits = []
    while not digits or index:
        digits.append(chr(index % 127 + 1))
        index //= 127
    return "\0" + "".join(digits)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_random_compressed_names(data: st.DataObject) -> None:
    """Keys of one, two and three digits, values by index and literal ones."""
    count = data.draw(st.sampled_from([1, 126, 127, 128, 300, 127 * 127 + 40]))
    names = [f"name{i}" for i in range(count)]
    is_text = [i % 3 == 0 for i in range(count)]
    values = data.draw(st.lists(texts, min_size=1, max_size=200))
    model = model_def([op("n", "T")], attr_name_enum=names, attr_value_enum=values)
    model.attr["attrs_use_string_value"].list.b.extend(is_text)
    indexes = st.integers(0, count - 1)
    for index in data.draw(st.sets(indexes, max_size=20)) | {0, count - 1}:
        numbers = st.integers(0, len(values) - 1) if is_text[index] else int64s
        value = data.draw(st.one_of(numbers, st.lists(numbers, max_size=5)))
        model.graph[0].op[0].attr[compressed_key(index)].CopyFrom(attr(value))
    Oracle(model).same_model(read(model))


@pytest.mark.parametrize("keys", [["\0\1", "format"], ["format", "\0\1"]])
def test_a_plain_name_hides_its_compressed_twin(keys: list[str]) -> None:
    """As in one description of lane.om: the plain one was set after the file was compressed."""
    tables = model_def([], attr_name_enum=["format"]).SerializeToString()
    # Put together by hand, for protobuf writes maps in an order of its own.
    entries = b""
    for key in keys:
        value = attr(len(key)).SerializeToString()
        entry = b"\x0a" + bytes([len(key)]) + key.encode() + b"\x12" + bytes([len(value)]) + value
        entries += b"\x52" + bytes([len(entry)]) + entry
    graph = b"\x32" + bytes([len(entries)]) + entries
    data = b"\x3a" + bytes([len(graph)]) + graph + tables
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, data), (TASKS, b"")], True)))
    assert dict(file.models[0].definition.graphs[0].nodes[0].attrs) == {"format": len("format")}


def with_key(key: str, value: Any = 0, **tables: Any) -> Any:
    model = model_def([op("n", "T")], **tables)
    model.graph[0].op[0].attr[key].CopyFrom(attr(value))
    return model


def code_of(model_bytes: bytes) -> str:
    data = file_of(table([(MODEL_DEF, model_bytes), (TASKS, b"")], True))
    with pytest.raises(om.FormatError) as caught:
        _ = om.File.from_bytes(data).models[0].definition
    return caught.value.code


def flagged(value: Any) -> Any:
    model = with_key("\0\1", value, attr_name_enum=["a"], attr_value_enum=["v"])
    model.attr["attrs_use_string_value"].list.b.append(True)
    return model


@pytest.mark.parametrize(
    "model",
    [
        with_key("\0\1"),  # without a table
        with_key("\0"),
        with_key("\0\2", attr_name_enum=["a"]),
        with_key("\0" + "\x7f" * 40, attr_name_enum=["a"]),
        flagged(1),
        flagged(-1),
        flagged([0, 1]),
        model_def([op("n", "T", ["no index"])]),
        model_def([op("n", "T", ["n:-2"])]),
        model_def([op("n", "T", ["n:99999999999"])]),
        message_class("ModelDef")(name="no graph"),
    ],
    ids=range(11),
)
def test_what_is_not_possible_is_damage(model: Any) -> None:
    assert code_of(model.SerializeToString()) == "bad model definition"


def test_damage_deep_inside_is_met_at_once() -> None:
    """A packed list that ends inside a number, three messages down."""
    model = model_def([op("n", "T", attrs={"a": [300]})])
    data = model.SerializeToString()
    assert data.count(b"\xac\x02") == 1
    assert code_of(data.replace(b"\xac\x02", b"\xac\xff")) == "bad model definition"


def test_unknown_fields_and_groups_are_stepped_over() -> None:
    model = model_def([op("n", "T", attrs={"a": 5})])
    group = b"\xfb\x07" + b"\x08\x01" + b"\x13\x0a\x00\x14" + b"\xfc\x07"  # 127, with 2 inside
    fixed = b"\xf9\x07" + b"12345678" + b"\xfd\x07" + b"1234"
    data = group + model.SerializeToString() + fixed
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, data), (TASKS, b"")], True)))
    Oracle(model).same_model(file.models[0].definition)


def test_unpacked_and_packed_lists_read_the_same() -> None:
    """proto2 writers leave lists unpacked: one field for each element, as here."""
    values = b"\x18\x01\x18\xac\x02\x18\x02"  # ListValue.i three times
    definition = b"\x0a" + bytes([len(values)]) + values
    entry = b"\x0a\x01a\x12" + bytes([len(definition)]) + definition
    node = b"\x52" + bytes([len(entry)]) + entry
    graph = b"\x32" + bytes([len(node)]) + node
    data = b"\x3a" + bytes([len(graph)]) + graph
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, data), (TASKS, b"")], True)))
    assert file.models[0].definition.graphs[0].nodes[0].attrs["a"] == [1, 300, 2]
    Oracle(message_class("ModelDef").FromString(data)).same_model(file.models[0].definition)


def test_a_file_of_tiny_ops_is_refused() -> None:
    """Two bytes of file would become hundreds in memory."""
    graph = b"\x32\x00" * 200_000
    size = len(graph)
    length = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])
    assert code_of(b"\x3a" + length + graph) == "too complex"


def test_bottomless_nesting_is_refused() -> None:
    definition = message_class("AttrDef")(i=1)
    for _ in range(60):
        outer = message_class("AttrDef")()
        outer.func.attr["a"].CopyFrom(definition)
        definition = outer
    model = model_def([op("n", "T")])
    # Each level is an AttrDef, a NamedAttrs and a map entry; Google's limit is 100 messages.
    model.graph[0].op[0].attr["a"].CopyFrom(definition)
    assert code_of(model.SerializeToString()) == "too complex"


def test_logical_form_of_a_fractal_tensor() -> None:
    stored = desc(
        [9, 1, 16, 16],
        layout="FRACTAL_Z:72",
        dtype=2,
        origin_format="HWCN",
        origin_shape=[3, 3, 1, 72],
    )
    coded = desc([9, 1, 16, 16], layout="FRACTAL_Z", format_for_int=0x05000004 | 24 << 8)
    plain = desc([1, 72], layout="ND", origin_format="NCHW", origin_shape=[1, 72, 1, 1])
    node = read(model_def([op("n", "T", ["", "", ""], input_desc=[stored, coded, plain])]))
    first, second, third = node.graphs[0].nodes[0].input_descs
    assert (first.origin_format, first.origin_shape, first.sub_format) == (
        "HWCN",
        [3, 3, 1, 72],
        72,
    )
    assert (second.origin_format, second.sub_format) == ("FRACTAL_Z", 24)
    assert (third.origin_format, third.origin_shape, third.sub_format) == ("ND", [1, 72], 1)


def test_names_that_are_not_utf8_can_be_printed() -> None:
    """Google's protobuf refuses them; a report on a file should not."""
    model = model_def([op("name", "T", attrs={"name": "name"})])
    data = model.SerializeToString().replace(b"name", b"na\xffe")
    file = om.File.from_bytes(file_of(table([(MODEL_DEF, data), (TASKS, b"")], True)))
    node = file.models[0].definition.graphs[0].nodes[0]
    assert node.name == r"na\xffe"
    assert dict(node.attrs) == {r"na\xffe": b"na\xffe"}
    assert r"na\xffe" in node.attrs


def constant_file(offset: int, dims: list[int], weights: bytes) -> om.Model:
    node = op("c", "Const")
    node.attr["value"].t.desc.CopyFrom(desc(dims, layout="ND"))
    node.attr["value"].t.desc.data_offset = offset
    model = model_def([node])
    return om.File.from_bytes(static_file(model, (WEIGHTS, weights))).models[0]


def test_constants_lie_in_the_weights() -> None:
    model = constant_file(4, [2], bytes(range(12)))
    node = model.definition.graphs[0].nodes[0]
    assert bytes(model.constant(node)) == bytes(range(4, 12))


@pytest.mark.parametrize(
    ("offset", "dims"),
    [(8, [2]), (-4, [1]), (2**62, [1]), (0, [2**40, 2**40]), (0, [-1])],
)
def test_constants_outside_the_weights(offset: int, dims: list[int]) -> None:
    model = constant_file(offset, dims, bytes(12))
    with pytest.raises(om.FormatError) as caught:
        model.constant(model.definition.graphs[0].nodes[0])
    assert caught.value.code == "bad weights"
