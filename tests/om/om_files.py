# SPDX-License-Identifier: Apache-2.0
"""Small .om files built by hand, byte by byte, and where the real ones are."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ge_ir import message_class

MODELS = Path(__file__).parents[3] / "shared" / "models"
OLD, NEW = 0x10000000, 0x20000000
MODEL_DEF, WEIGHTS, TASKS, KERNELS, INOUT_OLD, INOUT = 0, 1, 2, 3, 6, 8
FLOAT, FLOAT16 = 1, 2  # DataType of ge_ir.proto

Partitions = Sequence[tuple[int, bytes]]


def real_model(name: str) -> Path:
    path = MODELS / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path


def table(partitions: Partitions, wide: bool, align: int = 1) -> bytes:
    """A partition table and what it points to, each partition at a multiple of `align`."""
    rows = b""
    content = b""
    for kind, data in partitions:
        content = content.ljust(-(-len(content) // align) * align, b"\0")
        row = (kind, 0, len(content), len(data)) if wide else (kind, len(content), len(data))
        rows += struct.pack("<IIQQ" if wide else "<III", *row)
        content += data
    head = struct.pack("<II", len(partitions), 0) if wide else struct.pack("<I", len(partitions))
    return head + rows + content


def file_of(
    payload: bytes,
    *,
    version: int = NEW,
    wide: bool = True,
    model_count: int = 1,
    model_type: int = 0,
    is_unknown: bool = False,
    is_encrypted: bool = False,
) -> bytes:
    """A header, and `payload` behind it."""
    head = bytearray(256)
    struct.pack_into("<4sII", head, 0, b"IMOD", 256, version)
    struct.pack_into("<I", head, 76, 0 if wide else len(payload))
    head[80], head[82] = is_encrypted, model_type
    head[84:87] = b"net"
    if version >= NEW:
        struct.pack_into("<I8s", head, 156, model_count, b"1.11.z.0")
    else:
        struct.pack_into("<8s", head, 156, b"1.11.z.0")
    struct.pack_into("<Q", head, 184, len(payload) if wide else 0)
    head[193] = is_unknown
    return bytes(head) + payload


def tasks(memory_size: int) -> bytes:
    return message_class("ModelTaskDef")(memory_size=memory_size).SerializeToString()


def attr(value: Any) -> Any:
    """An AttrDef of the kind that fits a Python value."""
    definition = message_class("AttrDef")()
    if isinstance(value, bool):
        definition.b = value
    elif isinstance(value, int):
        definition.i = value
    elif isinstance(value, float):
        definition.f = value
    elif isinstance(value, str):
        definition.s = value.encode()
    elif all(isinstance(v, str) for v in value):
        definition.list.s.extend(v.encode() for v in value)
        definition.list.val_type = 1
    else:
        definition.list.i.extend(value)
        definition.list.val_type = 2
    return definition


def desc(
    dims: Sequence[int], *, layout: str = "NCHW", dtype: int = FLOAT, size: int = 0, **attrs: Any
) -> Any:
    message = message_class("TensorDescriptor")(layout=layout, dtype=dtype, size=size)
    message.shape.dim.extend(dims)
    for name, value in attrs.items():
        message.attr[name].CopyFrom(attr(value))
    return message


def op(name: str, kind: str, inputs: Sequence[str] = (), **fields: Any) -> Any:
    attrs = fields.pop("attrs", {})
    message = message_class("OpDef")(name=name, type=kind, input=inputs, **fields)
    for key, value in attrs.items():
        message.attr[key].CopyFrom(attr(value))
    return message


def model_def(ops: Sequence[Any], **attrs: Any) -> Any:
    message = message_class("ModelDef")(name="net")
    message.graph.add(name="main", op=ops)
    for name, value in attrs.items():
        message.attr[name].CopyFrom(attr(value))
    return message


def simple_model(**attrs: Any) -> Any:
    """One input, an operator and one output; `attrs` are the model's."""
    attrs = {"attr_model_out_nodes_name": ["relu:0:y"], "zero_copy_memory_size": 64, **attrs}
    data = op("x", "Data", [""], input_desc=[desc([1, 2, 3, 4], size=96)], attrs={"index": 0})
    relu = op("relu", "Relu", ["x:0"], input_desc=[desc([1, 2, 3, 4])])
    out = op("out", "NetOutput", ["relu:0"], input_desc=[desc([1, 2, 3, 4], size=128)])
    out.src_name.append("relu")
    out.src_index.append(0)
    return model_def([data, relu, out], **attrs)


def static_file(model: Any, *more: tuple[int, bytes], **header: Any) -> bytes:
    """A static model with tasks; `more` partitions come first, as the in/out info does."""
    partitions = [*more, (MODEL_DEF, model.SerializeToString()), (TASKS, tasks(4096))]
    return file_of(table(partitions, header.get("wide", True)), **header)


def io_record(
    name: str,
    dims: Sequence[int],
    *,
    size: int,
    form: int = 0,
    dtype: int = 0,
    dims_v2: Sequence[int] | None = None,
    ranges: Sequence[tuple[int, int]] = (),
) -> bytes:
    """One input or output of the in/out info; numbers are those of the ACL enums."""
    dims_v2 = dims if dims_v2 is None else dims_v2
    limits = [limit for pair in ranges for limit in pair]
    head = struct.pack(
        "<QiiIIII", size, form, dtype, len(name), 8 * len(dims), 8 * len(dims_v2), 8 * len(limits)
    )
    numbers = [*dims, *dims_v2, *limits]
    return head + name.encode() + struct.pack(f"<{len(numbers)}q", *numbers)


def block(kind: int, value: bytes) -> bytes:
    return struct.pack("<II", kind, len(value)) + value


def io_block(kind: int, *records: bytes) -> bytes:
    return block(kind, struct.pack("<I", len(records)) + b"".join(records))


def simple_inout() -> bytes:
    """The in/out info of `simple_model`."""
    return io_block(0, io_record("x", [1, 2, 3, 4], size=96)) + io_block(
        1, io_record("relu:0:y", [1, 2, 3, 4], size=96)
    )
