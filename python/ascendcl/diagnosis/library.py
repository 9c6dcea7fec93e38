# SPDX-License-Identifier: Apache-2.0
"""Which libascendcl.so is in use and why, and which functions of the interface it lacks."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import ascendcl as acl
from ascendcl import _acl, _runtime

from .notes import Fact, Note, Problem

_SHOWN = 8  # missing functions that are named
_WEAK, _UNDEFINED = 2, 0
_DYNAMIC_SYMBOLS = 11  # SHT_DYNSYM


def look() -> Iterator[Fact | Note | Problem]:
    """The runtime, its library and its symbols."""
    runtime = acl.runtime_info()
    choice = os.environ.get("ASCENDCL_RUNTIME") or "auto"
    yield Fact("runtime", runtime.kind)
    yield Fact("libascendcl", str(runtime.library))
    yield Fact("because", _why(runtime.kind, choice))
    yield Fact("interface", runtime.version or "unknown")
    yield Fact("chip", runtime.soc or "unknown")
    others = [path for path in on_loader_path() if not _is_same(path, runtime.library)]
    yield from (Fact("not in use", str(path)) for path in others)
    if refused := _runtime.refused():
        wanted = (
            "source CANN's set_env.sh, or set ASCENDCL_RUNTIME=host where there is no NPU"
            if choice == "cann"
            else "unset ASCENDCL_RUNTIME, or set it to cann, host or auto"
        )
        yield Problem(refused, f"{wanted}; what else is told here is of the host runtime")
    elif runtime.kind == "host" and others and choice == "host":
        yield Note(
            f"ASCENDCL_RUNTIME=host hides {others[0]}",
            "unset ASCENDCL_RUNTIME to use it",
        )
    missing = missing_functions()
    yield Fact("missing functions", str(len(missing)))
    if missing:
        named = ", ".join(missing[:_SHOWN])
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        yield Note(
            f"{runtime.library} lacks {len(missing)} functions: {named}{more}",
            "calls to them raise NotImplementedError; a newer CANN has them, or they are in a "
            "library that is not beside libascendcl.so (libacl_op_compiler.so, ...)",
        )


def _why(kind: str, choice: str) -> str:
    if _runtime.refused():
        return f"ASCENDCL_RUNTIME={choice} cannot be had (see below)"
    if choice != "auto":
        return f"ASCENDCL_RUNTIME={choice}"
    if kind == "cann":
        return "ASCENDCL_RUNTIME is not set, and the loader finds it first"
    return "ASCENDCL_RUNTIME is not set, and the loader finds no libascendcl.so of CANN's"


def on_loader_path() -> list[Path]:
    """Every libascendcl.so in the folders of LD_LIBRARY_PATH, in their order."""
    folders = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    paths = [Path(folder or ".") / _runtime.LIBRARY for folder in folders]
    return [path for path in dict.fromkeys(paths) if path.exists()]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def missing_functions(extension: Path | None = None) -> list[str]:
    """Functions that the extension would call and that no loaded library has.

    Parameters
    ----------
    extension
        The extension's file; that of this process if not given.
    """
    process = ctypes.CDLL(None)
    path = Path(_acl.__file__) if extension is None else extension
    return [name for name in weak_functions(path) if not hasattr(process, name)]


def weak_functions(path: Path) -> list[str]:
    """The names of an ELF file that may stay undefined, as far as they are of the interface.

    Raises
    ------
    ValueError
        It is no ELF file of 64 bits, or a damaged one.
    """
    content = path.read_bytes()
    if content[:5] != b"\x7fELF\x02":
        raise ValueError(f"{path} is no ELF file of 64 bits")
    try:
        (sections,) = struct.unpack_from("<Q", content, 40)
        entry_size, count = struct.unpack_from("<HH", content, 58)
        headers = [
            struct.unpack_from("<IIQQQQIIQQ", content, sections + number * entry_size)
            for number in range(count)
        ]
        names = set()
        for header in headers:
            if header[1] != _DYNAMIC_SYMBOLS:
                continue
            texts = headers[header[6]]
            for at in range(header[4], header[4] + header[5], 24):
                name_at, info, _, section = struct.unpack_from("<IBBH", content, at)
                if info >> 4 == _WEAK and section == _UNDEFINED:
                    begin = texts[4] + name_at
                    names.add(content[begin : content.index(b"\0", begin)].decode())
    except (struct.error, IndexError) as error:
        raise ValueError(f"{path} is a damaged ELF file: {error}") from error
    return sorted(name for name in names if name.startswith("acl"))
