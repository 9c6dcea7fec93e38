# SPDX-License-Identifier: Apache-2.0
"""Model files that a command is given by mistake, told by what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ascendcl.om.container import MAGIC

# ModelProto in the order of its fields: ir_version, then the first of the others that is there.
_IR_VERSION: Final = 0x08
_MOST_IR_VERSION: Final = 32
_AFTER: Final = (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72)


def require_om(path: str | Path) -> None:
    """Refuse ONNX where an .om file is wanted, by its content or, of what is neither, its ending.

    Raises
    ------
    ValueError
        It is ONNX, or a pipe or device.
    OSError
        It cannot be read.
    """
    head = _head(path)
    if head and head != MAGIC and (Path(path).suffix == ".onnx" or _is_onnx(head)):
        raise ValueError(f"{path}: this is ONNX: ascendcl compile makes an .om of it")


def refuse_om(path: str | Path, instead: str) -> None:
    """Refuse an .om file where what it was compiled from is wanted.

    Raises
    ------
    ValueError
        It is one, or a pipe or device; `instead` says what to do.
    OSError
        It cannot be read.
    """
    if _head(path) == MAGIC:
        raise ValueError(f"{path}: this is an .om file{instead}")


def require_file(path: str | Path) -> None:
    """Refuse a pipe, a socket or a device: to read it may wait without end, and nobody can twice.

    Raises
    ------
    ValueError
        It is one.
    """
    found = Path(path)
    if found.exists() and not (found.is_file() or found.is_dir()):
        raise ValueError(f"{path}: it is a pipe or a device, and a file is wanted")


def _head(path: str | Path) -> bytes:
    """The first bytes; none where there is no file, which whoever reads it tells better."""
    require_file(path)
    if not Path(path).is_file():
        return b""
    with Path(path).open("rb") as file:
        return file.read(len(MAGIC))


def _is_onnx(head: bytes) -> bool:
    return (
        len(head) >= 3
        and head[0] == _IR_VERSION
        and 0 < head[1] <= _MOST_IR_VERSION
        and head[2] in _AFTER
    )
