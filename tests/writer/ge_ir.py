# SPDX-License-Identifier: Apache-2.0
"""The GE IR messages as google.protobuf classes: the oracle for what our writer encodes.

Built from a table of field numbers, because the messages have no public .proto file we may ship.
"""

from __future__ import annotations

import struct
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

# message -> "name number type", a trailing * for repeated, ? for a member of the oneof `value`.
_MESSAGES = {
    "ListInt": "list_i 1 int64*",
    "ListListInt": "list_list_i 1 ListInt*",
    "ListValue": "s 2 bytes*, i 3 int64*, f 4 float*, b 5 bool*, bt 7 bytes*, "
    "td 8 TensorDescriptor*, t 9 TensorDef*, g 10 GraphDef*, na 11 NamedAttrs*, dt 12 int64*, "
    "val_type 20 int32",
    "AttrDef": "s 2 bytes?, i 3 int64?, f 4 float?, b 5 bool?, bt 7 bytes?, list 1 ListValue?, "
    "func 10 NamedAttrs?, td 11 TensorDescriptor?, t 12 TensorDef?, g 13 GraphDef?, "
    "list_list_int 14 ListListInt?, dt 15 int64?",
    "NamedAttrs": "name 1 string, attr 2 map",
    "ShapeDef": "dim 1 int64*",
    "TensorDescriptor": "name 1 string, dtype 2 int32, shape 3 ShapeDef, layout 4 string, "
    "attr 5 map, has_out_attr 9 bool, size 10 int64, weight_size 11 int64, reuse_input 12 bool, "
    "output_tensor 13 bool, device_type 14 string, input_tensor 15 bool, real_dim_cnt 16 int64, "
    "reuse_input_index 17 int64, data_offset 18 int64, cmps_size 19 int64, cmps_tab 20 string, "
    "cmps_tab_offset 21 int64",
    "TensorDef": "desc 1 TensorDescriptor, data 2 bytes",
    "OpDef": "name 1 string, type 2 string, input 5 string*, attr 10 map, has_out_attr 20 bool, "
    "id 21 int64, stream_id 22 int64, input_name 23 string*, src_name 24 string*, "
    "src_index 25 int64*, dst_name 26 string*, dst_index 27 int64*, input_i 28 int64*, "
    "output_i 29 int64*, workspace 30 int64*, workspace_bytes 31 int64*, is_input_const 32 bool*, "
    "input_desc 33 TensorDescriptor*, output_desc 34 TensorDescriptor*, subgraph_name 35 string*",
    "GraphDef": "name 1 string, input 4 string*, output 5 string*, op 6 OpDef*, attr 11 map",
    "ModelDef": "name 1 string, version 2 uint32, custom_version 3 string, graph 7 GraphDef*, "
    "attr 11 map",
    "ModelTaskDef": "memory_size 11 uint64",
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    field_type = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="ge_ir_oracle.proto", package="ge_oracle", syntax="proto3"
    )
    for message_name, fields in _MESSAGES.items():
        message = file.message_type.add(name=message_name)
        if "?" in fields:
            message.oneof_decl.add(name="value")
        for text in fields.split(", "):
            name, number, kind = text.split()
            label = field_type.LABEL_REPEATED if kind[-1] in "*p" else field_type.LABEL_OPTIONAL
            field = message.field.add(name=name, number=int(number), label=label)
            if kind.endswith("?"):
                field.oneof_index = 0
            kind = kind.rstrip("*?")
            if kind == "map":
                entry = message.nested_type.add(name="AttrEntry")
                entry.options.map_entry = True
                entry.field.add(name="key", number=1, type=field_type.TYPE_STRING, label=1)
                entry.field.add(
                    name="value",
                    number=2,
                    type=field_type.TYPE_MESSAGE,
                    type_name=".ge_oracle.AttrDef",
                    label=1,
                )
                field.type = field_type.TYPE_MESSAGE
                field.type_name = f".ge_oracle.{message_name}.AttrEntry"
            elif kind in _MESSAGES:
                field.type = field_type.TYPE_MESSAGE
                field.type_name = f".ge_oracle.{kind}"
            else:
                field.type = getattr(field_type, f"TYPE_{kind.upper()}")
    return file


_pool = descriptor_pool.DescriptorPool()
_pool.Add(_file())


def message_class(name: str) -> Any:
    """The google.protobuf class of one GE IR message."""
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"ge_oracle.{name}"))


def partitions(file: bytes) -> list[list[tuple[int, bytes]]]:
    """Split an .om file with 64-bit or 32-bit tables by the format's definition."""
    version, length = struct.unpack_from("<I", file, 8)[0], struct.unpack_from("<I", file, 76)[0]
    wide_length = struct.unpack_from("<Q", file, 184)[0]
    assert file[:4] == b"IMOD"
    assert (wide_length or length) == len(file) - 256
    count = max(1, struct.unpack_from("<I", file, 156)[0]) if version >= 0x20000000 else 1
    row = struct.Struct("<I4xQQ" if wide_length else "<III")
    models = []
    at = 256
    for _ in range(count):
        rows = struct.unpack_from("<I", file, at)[0]
        at += 8 if wide_length else 4
        table = [row.unpack_from(file, at + i * row.size) for i in range(rows)]
        at += rows * row.size
        found = []
        for kind, offset, size in table:
            assert offset == sum(len(content) for _, content in found)
            found.append((kind, file[at + offset : at + offset + size]))
        at += sum(size for _, _, size in table)
        models.append(found)
    assert at == len(file)
    return models


def plain_attrs(model: Any, attrs: Any) -> dict[str, Any]:
    """Answer an attribute map with names and values decompressed, as name -> AttrDef member."""
    names = [s.decode() for s in model.attr["attr_name_enum"].list.s]
    values = list(model.attr["attr_value_enum"].list.s)
    is_text = list(model.attr["attrs_use_string_value"].list.b)
    plain = {}
    for key, attr in attrs.items():
        value = getattr(attr, attr.WhichOneof("value"))
        if key.startswith("\0"):
            index = sum((digit - 1) * 127**place for place, digit in enumerate(key[1:].encode()))
            key = names[index]  # noqa: PLW2901
            if is_text[index]:
                is_one = attr.WhichOneof("value") == "i"
                value = values[value] if is_one else [values[i] for i in value.i]
        plain[key] = value
    return plain
