# SPDX-License-Identifier: Apache-2.0
"""The container of an .om file: header, partition tables, partitions."""

from __future__ import annotations

import io
import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, TypeAlias

MAGIC = b"IMOD"
HEADER_SIZE = 256
VERSION_OLD = 0x10000000
VERSION_NEW = 0x20000000


class PartitionType(IntEnum):
    """What a partition holds; files may have others, which readers skip."""

    MODEL_DEF = 0
    WEIGHTS = 1
    TASKS = 2
    KERNELS = 3
    CUSTOM_AICPU = 4
    INOUT_INFO_OLD = 6
    INOUT_INFO = 8
    HOST_WEIGHTS = 0x1000  # ours: what the weights partition has no room for


Content: TypeAlias = bytes | Path
"""What a partition holds, or a file that holds it: weights need not pass through memory."""

Partition: TypeAlias = tuple[int, Content]
"""Type and content of one partition."""


@dataclass(frozen=True)
class Header:
    """What a writer may choose of the file header.

    Parameters
    ----------
    name
        Model name; the file keeps the first 32 bytes.
    version
        `VERSION_NEW`, or `VERSION_OLD`, which has no count of models.
    wide
        Use the 64-bit partition table.
    model_type
        0 for a compiled graph.
    is_unknown_shape
        Marks a dynamic-shape model.
    platform_version
        At most 20 bytes.
    """

    name: str = ""
    version: int = VERSION_NEW
    wide: bool = True
    model_type: int = 0
    is_unknown_shape: bool = False
    platform_version: str = "1.11.z.0"


def size_of(content: Content) -> int:
    """Answer the bytes of a partition."""
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _table(partitions: Sequence[Partition], wide: bool) -> bytes:
    rows = bytearray()
    offset = 0
    for kind, content in partitions:
        size = size_of(content)
        if wide:
            rows += struct.pack("<IIQQ", kind, 0, offset, size)
        else:
            rows += struct.pack("<III", kind, offset, size)
        offset += size
    return struct.pack("<II" if wide else "<I", *((len(partitions), 0)[: 1 + wide])) + bytes(rows)


def encode_container(models: Sequence[Sequence[Partition]], header: Header) -> bytes:
    """Assemble an .om file in memory; see :func:`write_container`."""
    stream = io.BytesIO()
    write_container(stream, models, header)
    return stream.getvalue()


def write_container(
    stream: BinaryIO, models: Sequence[Sequence[Partition]], header: Header
) -> None:
    """Write an .om file.

    Parameters
    ----------
    stream
        Where the whole file goes.
    models
        The partitions of each model, in file order.
    header
        The header's free fields.
    """
    tables = [_table(partitions, header.wide) for partitions in models]
    payload = sum(map(len, tables)) + sum(
        size_of(content) for partitions in models for _, content in partitions
    )
    stream.write(_encode_header(header, len(models), payload))
    for table, partitions in zip(tables, models, strict=True):
        stream.write(table)
        for _, content in partitions:
            if isinstance(content, Path):
                with content.open("rb") as file:
                    shutil.copyfileobj(file, stream, 1 << 20)
            else:
                stream.write(content)


def _encode_header(header: Header, models: int, payload: int) -> bytes:
    if not models:
        raise ValueError("an .om file holds at least one model")
    has_count = header.version >= VERSION_NEW
    if not has_count and models > 1:
        raise ValueError(f"version {header.version:#x} has no room for {models} models")
    if not has_count and header.is_unknown_shape:
        raise ValueError(f"version {header.version:#x} cannot mark a dynamic-shape model")
    platform = header.platform_version.encode()
    if len(platform) > 20:
        raise ValueError(f"platform version {header.platform_version!r} is longer than 20 bytes")
    if not header.wide and payload >= 1 << 32:
        raise ValueError("the payload needs the 64-bit partition table")

    head = bytearray(HEADER_SIZE)
    struct.pack_into("<4sII", head, 0, MAGIC, HEADER_SIZE, header.version)
    struct.pack_into("<I", head, 76, 0 if header.wide else payload)
    head[82] = header.model_type
    name = header.name.encode()[:32]
    head[84 : 84 + len(name)] = name
    struct.pack_into("<I", head, 152, 2)  # om_ir_version
    at = 156
    if has_count:
        struct.pack_into("<I", head, at, models)
        at += 4
    head[at : at + len(platform)] = platform
    head[at + 20] = 1  # platform_type
    struct.pack_into("<Q", head, 184, payload if header.wide else 0)
    head[193] = header.is_unknown_shape
    return bytes(head)
