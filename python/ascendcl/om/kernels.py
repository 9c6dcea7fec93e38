# SPDX-License-Identifier: Apache-2.0
"""The kernel store, and stand-in kernels that state a convolution's geometry.

Fused convolutions keep strides, pads and dilations nowhere but in their kernel's machine code, as
immediates: the operand of LOAD3D and the special register FMATRIX. A stand-in kernel has these and
nothing else: it describes the convolution to a reader, and could not run on a device.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

_STORE_MAGIC = 0x5D776EFD
_MACHINE = 0x1029
_MOV = 0x07 << 24
_MOVE_TO_FMATRIX = 0x02140900  # from the register in bits 12..16
_FMATRIX_REGISTER, _LOAD3D_REGISTER = 3, 4


def encode_store(kernels: Iterable[tuple[str, bytes]]) -> bytes:
    """Encode partition 3 from names and ELF images."""
    out = bytearray()
    for name, image in kernels:
        encoded = name.encode()
        out += struct.pack("<III", _STORE_MAGIC, len(encoded), len(image)) + encoded + image
    return bytes(out)


def move_immediate(register: int, value: int) -> bytes:
    """Encode the instructions that put a 64-bit value into a register, 16 bits at a time."""
    if not 0 <= register < 32:
        raise ValueError(f"register {register} is not in 0..31")
    if not 0 <= value < 1 << 64:
        raise ValueError(f"{value:#x} does not fit into 64 bits")
    words = (
        _MOV | lane << 22 | register << 17 | (lane > 0) << 16 | value >> 16 * lane & 0xFFFF
        for lane in range(4)
    )
    return struct.pack("<4I", *words)


def encode_elf(text: bytes) -> bytes:
    """Wrap machine code as an ELF64 relocatable with one ``.text`` section."""
    names = b"\0.text\0.shstrtab\0"
    text_at = 64
    names_at = text_at + len(text)
    sections_at = -(-(names_at + len(names)) // 8) * 8
    header = struct.pack(
        "<4sBBBB8xHHIQQQIHHHHHH",
        b"\x7fELF", 2, 1, 1, 0,  # 64-bit, little-endian, version 1
        1, _MACHINE, 1,  # relocatable
        0, 0, sections_at,
        0, 64, 0, 0, 64, 3, 2,
    )  # fmt: skip
    section = struct.Struct("<IIQQQQIIQQ")
    table = (
        section.pack(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        + section.pack(1, 1, 6, 0, text_at, len(text), 0, 0, 4, 0)
        + section.pack(7, 3, 0, 0, names_at, len(names), 0, 0, 1, 0)
    )
    return (header + text + names).ljust(sections_at, b"\0") + table


def _pack(fields: Iterable[tuple[str, int, int, int]]) -> int:
    """Join bit fields, given as name, value, first bit and width."""
    word = 0
    for name, value, at, width in fields:
        if not 0 <= value < 1 << width:
            raise ValueError(f"{name} = {value} does not fit into {width} bits")
        word |= value << at
    return word


def conv_kernel(
    kernel: tuple[int, int],
    input_size: tuple[int, int],
    *,
    strides: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    dilations: tuple[int, int] = (1, 1),
    channels: int = 16,
) -> bytes:
    """Make a stand-in kernel of a convolution.

    Parameters
    ----------
    kernel
        Height and width of the filter.
    input_size
        Height and width of the input.
    strides, dilations
        Vertical, then horizontal.
    pads
        Top, bottom, left, right.
    channels
        Channels of one input block.

    Returns
    -------
    bytes
        An ELF image for the kernel store.
    """
    top, bottom, left, right = pads
    fmatrix = _pack([
        ("input width", input_size[1], 0, 16),
        ("input height", input_size[0], 16, 16),
        ("left pad", left, 32, 8),
        ("right pad", right, 40, 8),
        ("top pad", top, 48, 8),
        ("bottom pad", bottom, 56, 8),
    ])  # fmt: skip
    load3d = _pack([
        ("horizontal stride", strides[1], 0, 6),
        ("vertical stride", strides[0], 6, 6),
        ("filter width", kernel[1], 12, 8),
        ("filter height", kernel[0], 20, 8),
        ("horizontal dilation", dilations[1], 28, 8),
        ("vertical dilation", dilations[0], 36, 8),
        ("channels", channels, 48, 16),
    ])  # fmt: skip
    return encode_elf(
        move_immediate(_FMATRIX_REGISTER, fmatrix)
        + struct.pack("<I", _MOVE_TO_FMATRIX | _FMATRIX_REGISTER << 12)
        + move_immediate(_LOAD3D_REGISTER, load3d)
    )
