# SPDX-License-Identifier: Apache-2.0
"""The kernel store, and convolution geometry from machine code against the ONNX models."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import onnx
import pytest
from om_files import KERNELS, model_def, op, real_model, static_file

from ascendcl import om

MAGIC = 0x5D776EFD
Geometry = tuple[list[int], list[int], list[int]]


def record(name: str, image: bytes) -> bytes:
    return struct.pack("<III", MAGIC, len(name), len(image)) + name.encode() + image


def store(*records: bytes, node: Any = None) -> tuple[om.KernelStore, om.Node]:
    model = model_def([op("n", "T") if node is None else node])
    read = om.File.from_bytes(static_file(model, (KERNELS, b"".join(records)))).models[0]
    return read.kernels, read.definition.graphs[0].nodes[0]


def test_store() -> None:
    kernels, _ = store(record("a", b"1"), record("b", b""), record("a", b"2"))
    assert len(kernels) == 3
    assert kernels.names == ["a", "b", "a"]
    assert bytes(kernels["a"]) == b"1"  # the first wins
    assert bytes(kernels["b"]) == b""
    with pytest.raises(KeyError, match="missing"):
        kernels["missing"]


def test_no_kernels() -> None:
    model = om.File.from_bytes(static_file(model_def([op("n", "T")]))).models[0]
    assert len(model.kernels) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        record("a", b"1")[:-1],
        b"\0" + record("a", b"1"),
        record("a", b"1") + b"\0" * 12,
        struct.pack("<III", MAGIC, 2**32 - 1, 2**32 - 1),
    ],
    ids=range(5),
)
def test_damaged_store(data: bytes) -> None:
    with pytest.raises(om.FormatError) as caught:
        store(data)
    assert caught.value.code == "bad kernels"


def test_lookup_order() -> None:
    """By _kernelname, the node's own attribute, _tbe_kernel_name, then the node's name."""
    attrs = {"_kernelname": "first", "n_kernelname": "second", "_tbe_kernel_name": "third"}
    records = [record(name, name.encode()) for name in ("n", "third", "second", "first")]
    for expected in ("first", "second", "third", "n"):
        kernels, node = store(*records, node=op("n", "T", attrs=attrs))
        found = kernels.find(node)
        assert found is not None
        assert bytes(found) == expected.encode()
        records.pop()
    kernels, node = store(node=op("n", "T", attrs=attrs))
    assert kernels.find(node) is None


def conv_attrs(node: Any) -> Geometry:
    found = {a.name: list(a.ints) for a in node.attribute}
    rank = len(found["kernel_shape"])
    return (
        found.get("strides", [1] * rank),
        found.get("dilations", [1] * rank),
        found.get("pads", [0] * 2 * rank),
    )


def convolutions(name: str) -> Iterator[tuple[om.Node, tuple[int, int], om.ConvGeometry, Geometry]]:
    """Conv nodes with more than a 1x1 window, what their kernels say, and what the ONNX says."""
    sources = {n.name: n for n in onnx.load(real_model(f"{name}.onnx")).graph.node}
    model = om.File.open(real_model(f"{name}.om")).models[0]
    for node in model.definition.graphs[0].nodes:
        if node.type != "Conv2D":
            continue
        kh, kw = node.input_descs[1].origin_shape[2:]
        if (kh, kw) == (1, 1):
            continue
        geometry = model.kernels.geometry(node, (kh, kw))
        assert geometry is not None, node.name
        names = node.attrs["_datadump_original_op_names"]
        (conv,) = (sources[n] for n in names if n in sources and sources[n].op_type == "Conv")
        yield node, (kh, kw), geometry, conv_attrs(conv)


def end_pad(size: int, out: int, stride: int, reach: int, begin: int) -> int:
    """The pad behind, as far as any output reads it."""
    return max(0, (out - 1) * stride + reach + 1 - size - begin)


def check(name: str) -> list[om.Node]:
    nodes = []
    for node, window, geometry, (strides, dilations, pads) in convolutions(name):
        assert list(geometry.strides) == strides, node.name
        assert list(geometry.dilations) == dilations, node.name
        assert [geometry.pad_top, geometry.pad_left] == pads[:2], node.name
        sizes = node.input_descs[0].origin_shape[2:]
        outs = node.output_descs[0].origin_shape[2:]
        read = [
            end_pad(sizes[i], outs[i], strides[i], dilations[i] * (window[i] - 1), pads[i])
            for i in range(2)
        ]
        if strides == [1, 1]:
            assert read == pads[2:], node.name  # nothing of the pads is left unread
        for shown, end in zip((geometry.pad_bottom, geometry.pad_right), read, strict=True):
            assert shown is None or shown in (end, pads[2]), node.name
        assert geometry.input_w == sizes[1], node.name
        nodes.append(node)
    return nodes


def test_lane_equals_its_onnx() -> None:
    nodes = check("lane")
    fused = [node for node in nodes if node.attrs.get("strides") is None]
    assert len(nodes) == 45
    assert len(fused) == 44
    windows = {tuple(node.input_descs[1].origin_shape[2:]) for node in fused}
    assert windows == {(2, 2), (3, 3), (1, 5), (5, 1)}


def test_nanotrack_equals_its_onnx() -> None:
    assert len(check("nanotrack_backbone127")) == 9


def elf(text: bytes) -> bytes:
    """An ELF64 relocatable with the sections null, .shstrtab and .text."""
    names = b"\0.shstrtab\0.text\0"
    sections = struct.pack("<IIQQQQIIQQ", *[0] * 10)
    sections += struct.pack("<IIQQQQIIQQ", 1, 3, 0, 0, 64, len(names), 0, 0, 1, 0)
    sections += struct.pack("<IIQQQQIIQQ", 11, 1, 6, 0, 64 + len(names), len(text), 0, 0, 4, 0)
    at = 64 + len(names) + len(text)
    head = struct.pack("<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", 2, 1, 1, 1, 0x1029, 1, 0, 0, at,
                       0, 64, 0, 0, 64, 3, 1)  # fmt: skip
    return head + names + text + sections


def mov(register: int, value: int) -> bytes:
    """MOV of the lowest 16 bits, then MOVK of the others."""
    head = 7 << 24 | register << 17
    lanes = (head | i << 22 | (i > 0) << 16 | value >> 16 * i & 0xFFFF for i in range(4))
    return struct.pack("<4I", *lanes)


def to_fmatrix(register: int) -> bytes:
    return struct.pack("<I", 0x02140900 | register << 12)


def load3d(stride: int = 1, window: int = 3, dilation: int = 1, channels: int = 16) -> int:
    return (
        stride | stride << 6 | window << 12 | window << 20 | dilation << 28 | dilation << 36
        | channels << 48
    )  # fmt: skip


def fmatrix(size: tuple[int, int], left: int, right: int, top: int, bottom: int) -> int:
    height, width = size
    return width | height << 16 | left << 32 | right << 40 | top << 48 | bottom << 56


def decode(text: bytes, window: tuple[int, int] = (3, 3)) -> om.ConvGeometry | None:
    kernels, node = store(record("n", elf(text)))
    return kernels.geometry(node, window)


def test_geometry_of_tiles() -> None:
    """The first tile has the pad at the top, the last the one at the bottom."""
    text = mov(4, load3d(stride=2, dilation=2))
    for top, bottom in ((3, 0), (0, 0), (0, 255)):
        text += mov(9, fmatrix((8, 40), 4, 2, top, bottom)) + to_fmatrix(9)
    geometry = decode(text)
    assert geometry is not None
    assert (geometry.strides, geometry.dilations) == ((2, 2), (2, 2))
    assert (geometry.pad_top, geometry.pad_left, geometry.pad_right) == (3, 4, 2)
    assert (geometry.pad_bottom, geometry.input_h, geometry.input_w) == (0, 8, 40)


def test_geometry_without_pads_in_the_code() -> None:
    geometry = decode(mov(4, load3d()) + mov(9, fmatrix((8, 40), 1, 1, 1, 1)))
    assert geometry is not None
    assert geometry.pad_top is None
    assert geometry.input_w is None


def test_contradicting_operands_are_not_decided() -> None:
    assert decode(mov(4, load3d(stride=1)) + mov(5, load3d(stride=2))) is None


def test_another_window_is_not_taken() -> None:
    assert decode(mov(4, load3d(window=5))) is None


@pytest.mark.parametrize("image", [b"", b"\x7fELF", elf(b"")[:-1], elf(b"")[:64], b"\0" * 500])
def test_images_without_code(image: bytes) -> None:
    kernels, node = store(record("n", image))
    assert kernels.geometry(node, (3, 3)) is None
