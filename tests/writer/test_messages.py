# SPDX-License-Identifier: Apache-2.0
"""The GE IR messages against google.protobuf: every field and kind of attribute is read back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ge_ir import message_class, plain_attrs
from hypothesis import given
from hypothesis import strategies as st

from ascendcl.om import messages
from ascendcl.om.attr_names import AttrNameTable, compressed_key

SAMPLES: dict[str, Any] = {
    "text": "text",
    "texts": ["one", "", "three"],
    "integer": 5,
    "integers": [1, 0, -1],
    "shape": [1, -1, 3],
    "blob": b"\0\xff",
}


@pytest.mark.parametrize(
    "message",
    ["NamedAttrs", "TensorDescriptor", "TensorDef", "OpDef", "GraphDef", "ModelDef"],
)
def test_every_plain_field(message: str) -> None:
    cls = getattr(messages, message)
    chosen = {
        spec.name: True if spec.type == "bool" else SAMPLES[spec.metadata["kind"]]
        for spec in dataclasses.fields(cls)
        if spec.metadata["kind"] in SAMPLES
    }
    chosen = {name: [True, False] if name == "is_input_const" else v for name, v in chosen.items()}
    parsed = message_class(message).FromString(cls(**chosen).encode())
    for name, value in chosen.items():
        read = getattr(parsed, name)
        if name == "shape":
            read = read.dim
        assert (list(read) if isinstance(value, list) else read) == value, name


def test_nested_messages() -> None:
    desc = messages.TensorDescriptor(dtype=2, shape=[2], attr={"origin_format": "ND"})
    op = messages.OpDef("n", "T", input_desc=[desc], output_desc=[desc, desc])
    graph = messages.GraphDef("g", op=[op, op], attr={"x": 1})
    model = message_class("ModelDef").FromString(messages.ModelDef("m", graph=[graph]).encode())
    assert [len(o.output_desc) for o in model.graph[0].op] == [2, 2]
    assert model.graph[0].op[1].input_desc[0].attr["origin_format"].s == b"ND"
    assert model.graph[0].attr["x"].i == 1


@pytest.mark.parametrize(
    ("value", "member", "expected"),
    [
        (True, "b", True),
        (False, "b", False),
        (0, "i", 0),
        (-3, "i", -3),
        (0.5, "f", 0.5),
        ("s", "s", b"s"),
        (b"b", "bt", b"b"),
    ],
)
def test_scalar_attribute(value: Any, member: str, expected: Any) -> None:
    attr = message_class("AttrDef").FromString(messages.encode_attr(value))
    assert attr.WhichOneof("value") == member
    assert getattr(attr, member) == expected


@pytest.mark.parametrize(
    ("value", "member", "val_type"),
    [
        ([True, False], "b", 4),
        ([1, 0, -1], "i", 2),
        ([0.5, 1], "f", 3),
        (["a", ""], "s", 1),
        ([b"a"], "bt", 0),
    ],
)
def test_list_attribute(value: list[Any], member: str, val_type: int) -> None:
    attr = message_class("AttrDef").FromString(messages.encode_attr(value)).list
    assert [field.name for field, _ in attr.ListFields() if field.name != "val_type"] == [member]
    expected = [v.encode() if isinstance(v, str) else v for v in value]
    assert list(getattr(attr, member)) == expected
    assert attr.val_type == val_type


def test_message_attributes() -> None:
    desc = messages.TensorDescriptor(layout="ND")
    values: dict[str, tuple[Any, str]] = {
        "td": (desc, "layout"),
        "t": (messages.TensorDef(desc, b"1"), "data"),
        "g": (messages.GraphDef("graph"), "name"),
        "func": (messages.NamedAttrs("aipp", {"mode": 1}), "name"),
    }
    for member, (value, field) in values.items():
        attr = message_class("AttrDef").FromString(messages.encode_attr(value))
        assert attr.WhichOneof("value") == member
        expected = getattr(value, field)
        assert getattr(getattr(attr, member), field) == expected
        many = message_class("AttrDef").FromString(messages.encode_attr([value, value])).list
        repeated = getattr(many, "na" if member == "func" else member)
        assert [getattr(v, field) for v in repeated] == [expected, expected]


def test_list_of_lists() -> None:
    attr = message_class("AttrDef").FromString(messages.encode_attr([[1, -2], [], [3]]))
    assert [list(row.list_i) for row in attr.list_list_int.list_list_i] == [[1, -2], [], [3]]


@pytest.mark.parametrize("value", [None, object(), {"a": 1}, [1, "a"], [b"a", "a"]])
def test_no_attribute(value: Any) -> None:
    with pytest.raises(TypeError, match="'bad'"):
        messages.NamedAttrs("n", {"bad": value}).encode()


@given(st.integers(0, 1 << 24))
def test_compressed_key(index: int) -> None:
    key = compressed_key(index).encode()
    assert key[0] == 0
    assert all(1 <= byte <= 127 for byte in key[1:])
    assert sum((byte - 1) * 127**place for place, byte in enumerate(key[1:])) == index


def test_compressed_key_of_two_digits_as_in_real_files() -> None:
    assert compressed_key(143).encode() == bytes([0, 0x11, 0x02])


def test_compression_restores_every_attribute() -> None:
    many = {f"name{i}": i for i in range(300)}
    mixed = [messages.OpDef("a", attr={"v": "text"}), messages.OpDef("b", attr={"v": 7})]
    texts = messages.OpDef("c", attr={"t": "x", "list": ["y", "x"], "empty": [], **many})
    desc = messages.TensorDescriptor(attr={"origin_format": "ND"})
    graph = messages.GraphDef(
        "g", op=[*mixed, texts, messages.OpDef("d", input_desc=[desc])], attr={"of_graph": "x"}
    )
    table = AttrNameTable([graph])
    model = messages.ModelDef("m", graph=[graph], attr=table.model_attrs())
    read = message_class("ModelDef").FromString(model.encode(table.entry))

    assert read.attr["om_compress_version"].i == 1
    ops = [plain_attrs(read, op.attr) for op in read.graph[0].op]
    assert (ops[0]["v"], ops[1]["v"]) == (b"text", 7)
    assert (ops[2]["t"], ops[2]["list"]) == (b"x", [b"y", b"x"])
    assert {name: ops[2][name] for name in many} == many
    assert plain_attrs(read, read.graph[0].op[3].input_desc[0].attr) == {"origin_format": b"ND"}
    assert plain_attrs(read, read.graph[0].attr) == {"of_graph": b"x"}
    assert all(key.startswith("\0") for op in read.graph[0].op for key in op.attr)
