# SPDX-License-Identifier: Apache-2.0
"""Asks the host runtime how it would understand a file, in a process of its own.

Run by its path, not as a part of the package: it starts in a tenth of the time, has the host
runtime whatever its parent has, and where it crashes, that is an answer. Reads a JSON object on
stdin and writes one:

    {"library", "openvino", "path", "gears": [-1], "shapes": [[1, 3]]}
    {"problem", "gears": {"-1": [[kind, node, type, quantity, value, reason]]}}
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

_FIELDS = ("node", "type", "quantity", "value", "reason")


class _Finding(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), *((name, ctypes.c_char_p) for name in _FIELDS))


_SINK = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Finding), ctypes.c_void_p)


def _call(library: Any, path: bytes, gear: int, shapes: Sequence[Sequence[int]]) -> Any:
    """The findings, or the runtime's words."""
    dims = [(ctypes.c_int64 * len(shape))(*shape) for shape in shapes]
    pointers = (ctypes.POINTER(ctypes.c_int64) * len(dims))(
        *(ctypes.cast(each, ctypes.POINTER(ctypes.c_int64)) for each in dims)
    )
    ranks = (ctypes.c_size_t * len(dims))(*map(len, shapes))
    found: list[list[Any]] = []

    def take(finding: Any, _: object) -> None:
        content = finding.contents
        texts = [getattr(content, name).decode(errors="backslashreplace") for name in _FIELDS]
        found.append([content.kind, *texts])

    code = library.ascendclExamine(
        ctypes.c_char_p(path),
        ctypes.c_int32(gear),
        pointers,
        ranks,
        ctypes.c_size_t(len(dims)),
        _SINK(take),
        None,
    )
    if code == 0:
        return found
    library.aclGetRecentErrMsg.restype = ctypes.c_char_p
    return (library.aclGetRecentErrMsg() or b"").decode(errors="replace") or f"error {code}"


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        library = ctypes.CDLL(request["library"])
    except OSError as error:
        return {"problem": str(error)}
    if not hasattr(library, "ascendclExamine"):
        return {"problem": f"{request['library']} is of an older version"}
    if request["openvino"]:
        library.ascendclSetOpenvinoFolder(os.fsencode(request["openvino"]))
    gears = {}
    for gear in request["gears"]:
        found = _call(library, os.fsencode(request["path"]), gear, request["shapes"])
        if isinstance(found, str):
            return {"problem": found}
        gears[gear] = found
    return {"problem": "", "gears": gears}


if __name__ == "__main__":
    json.dump(_answer(json.load(sys.stdin)), sys.stdout)
