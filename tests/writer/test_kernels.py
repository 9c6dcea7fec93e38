# SPDX-License-Identifier: Apache-2.0
"""Stand-in kernels, read by a decoder that also reads the kernels of a real model."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ge_ir import message_class, partitions, plain_attrs
from hypothesis import given
from hypothesis import strategies as st

from ascendcl.om import conv_kernel, kernels

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
UINT8 = st.integers(0, 255)


def store_entries(store: bytes) -> dict[str, bytes]:
    entries = {}
    at = 0
    while at < len(store):
        magic, name_size, size = struct.unpack_from("<III", store, at)
        assert magic == 0x5D776EFD
        name_end = at + 12 + name_size
        entries[store[at + 12 : name_end].decode()] = store[name_end : name_end + size]
        at = name_end + size
    return entries


def text_of(elf: bytes) -> bytes:
    assert elf[:6] == b"\x7fELF\x02\x01"
    assert struct.unpack_from("<H", elf, 18) == (0x1029,)
    table, row_size, rows, names_row = (
        *struct.unpack_from("<Q", elf, 40),
        *struct.unpack_from("<HHH", elf, 58),
    )
    sections = [struct.unpack_from("<IIQQQQ", elf, table + row_size * i) for i in range(rows)]
    names_at = sections[names_row][4]
    for name, _, _, _, start, size in sections:
        if elf[names_at + name :].startswith(b".text\0"):
            return elf[start : start + size]
    raise AssertionError("no .text section")


def register_values(text: bytes) -> Iterator[int]:
    for is_fmatrix, value in register_writes(text):
        if not is_fmatrix:
            yield value


def register_writes(text: bytes) -> Iterator[tuple[bool, int]]:
    """Follow the moves into registers, and from there into FMATRIX."""
    registers = [0] * 32
    for (word,) in struct.iter_unpack("<I", text):
        if word & 0xFFFE0FFF == 0x02140900:
            yield True, registers[word >> 12 & 31]
        if word >> 24 != 0x07:
            continue
        lane, register, keep = word >> 22 & 3, word >> 17 & 31, word >> 16 & 1
        kept = registers[register] & ~(0xFFFF << 16 * lane) if keep else 0
        registers[register] = kept | (word & 0xFFFF) << 16 * lane
        yield False, registers[register]


def bits(value: int, first: int, last: int) -> int:
    return value >> first & (1 << last - first + 1) - 1


def load3d(text: bytes, kh: int, kw: int) -> set[tuple[int, int, int, int]]:
    """Vertical and horizontal strides, then dilations, of all values that can be LOAD3D."""
    found = set()
    for value in register_values(text):
        if (bits(value, 20, 27), bits(value, 12, 19)) == (kh, kw) and bits(value, 28, 35):
            vertical = bits(value, 6, 11), bits(value, 36, 43)
            horizontal = bits(value, 0, 5), bits(value, 28, 35)
            found.add((vertical[0], horizontal[0], vertical[1], horizontal[1]))
    return {entry for entry in found if all(entry)}


def fmatrix(text: bytes) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Height and width, then the pads top, bottom, left, right, of each write to FMATRIX."""
    values = [value for is_fmatrix, value in register_writes(text) if is_fmatrix]
    return [
        (
            (bits(value, 16, 31), bits(value, 0, 15)),
            tuple(bits(value, at, at + 7) for at in (48, 56, 32, 40)),
        )
        for value in values
    ]


def test_decoder_reads_real_kernels() -> None:
    path = MODELS / "lane.om"
    if not path.is_file():
        pytest.skip(f"the real models are not here: {path}")
    parts = dict(partitions(path.read_bytes())[0])
    model = message_class("ModelDef").FromString(parts[0])
    store = store_entries(parts[3])
    seen = 0
    for op in model.graph[0].op:
        attrs = plain_attrs(model, op.attr)
        if op.type != "Conv2D" or "pads" not in attrs:
            continue
        kernel = text_of(store[attrs["_kernelname"].decode()])
        shape = plain_attrs(model, op.input_desc[1].attr)["origin_shape"].i
        expected = (*attrs["strides"].i[2:], *attrs["dilations"].i[2:])
        if max(shape[2:]) > 1:
            assert expected in load3d(kernel, *shape[2:]), op.name
            top, _, left, _ = attrs["pads"].i
            size = plain_attrs(model, op.input_desc[0].attr)["origin_shape"].i[2:]
            written = fmatrix(kernel)
            assert {(w, p[2]) for (_, w), p in written} == {(size[1], left)}, op.name
            assert max(p[0] for _, p in written) == top, op.name
            seen += 1
    assert seen > 0


@given(
    st.tuples(UINT8, UINT8),
    st.tuples(st.integers(1, 63), st.integers(1, 63)),
    st.tuples(st.integers(1, 255), st.integers(1, 255)),
    st.tuples(UINT8, UINT8, UINT8, UINT8),
    st.tuples(st.integers(1, 65535), st.integers(1, 65535)),
)
def test_conv_kernel(
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilations: tuple[int, int],
    pads: tuple[int, int, int, int],
    size: tuple[int, int],
) -> None:
    elf = conv_kernel(kernel, size, strides=strides, dilations=dilations, pads=pads)
    assert (*strides, *dilations) in load3d(text_of(elf), *kernel)
    assert fmatrix(text_of(elf)) == [(size, pads)]


def test_elf_is_one_for_binutils(tmp_path: Path) -> None:
    readelf = shutil.which("readelf")
    if readelf is None:
        pytest.skip("readelf is not installed")
    path = tmp_path / "kernel.o"
    path.write_bytes(conv_kernel((3, 3), (8, 8)))
    out = subprocess.run(
        [readelf, "-h", "-S", "-W", path], check=True, capture_output=True, text=True
    )
    assert "warning" not in out.stderr.lower()
    assert "REL (Relocatable file)" in out.stdout
    assert "0x1029" in out.stdout
    assert ".text" in out.stdout


def test_store() -> None:
    entries = {"a": b"\x7fELF", "ü": b""}
    assert store_entries(kernels.encode_store(entries.items())) == entries
    assert kernels.encode_store([]) == b""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel": (3, 256)}, "filter width = 256"),
        ({"strides": (64, 1)}, "vertical stride = 64"),
        ({"pads": (-1, 0, 0, 0)}, "top pad = -1"),
    ],
)
def test_geometry_that_no_register_holds(options: dict[str, tuple[int, ...]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        conv_kernel(**{"kernel": (3, 3), "input_size": (8, 8), **options})  # type: ignore[arg-type]


def test_move_immediate_rejects() -> None:
    with pytest.raises(ValueError, match="register 32"):
        kernels.move_immediate(32, 0)
    with pytest.raises(ValueError, match="64 bits"):
        kernels.move_immediate(0, 1 << 64)
