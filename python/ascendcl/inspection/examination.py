# SPDX-License-Identifier: Apache-2.0
"""How the host runtime would understand a file: the fused nodes, and all that it would refuse."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ascendcl import _acl, _runtime
from ascendcl.findings import _KINDS, Finding

_REFUSED: Final = len(_KINDS)  # as ascendcl/findings.h numbers it
_TIMEOUT: Final = 600.0  # seconds


@dataclass(frozen=True)
class Refused:
    """What the host runtime cannot run.

    Attributes
    ----------
    node, type : str
        The node's name and the type of its op; empty where it is the whole model.
    reason : str
        Why.
    gears : tuple of int
        The indexes of the gears in which it is refused; empty in a model without gears.
    """

    node: str
    type: str
    reason: str
    gears: tuple[int, ...] = ()


@dataclass(frozen=True)
class Examination:
    """What came of it.

    Attributes
    ----------
    findings : tuple of Finding
        Quantities that the nodes do not state; with gears, of the largest.
    refused : tuple of Refused
        All that cannot be run.
    scope : {"all", "types", "none"}
        What was looked at: everything; the types of the ops only, for the input shapes are open;
        nothing.
    problem : str
        Why nothing was looked at.
    """

    findings: tuple[Finding, ...] = ()
    refused: tuple[Refused, ...] = ()
    scope: str = "all"
    problem: str = ""


@dataclass
class _Collected:
    findings: list[Finding] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


class _CFinding(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int),
        *((name, ctypes.c_char_p) for name in ("node", "type", "quantity", "value", "reason")),
    )


_SINK = ctypes.CFUNCTYPE(None, ctypes.POINTER(_CFinding), ctypes.c_void_p)


def examine(
    path: str | os.PathLike[str],
    gears: Sequence[Sequence[int]] = (),
    *,
    shapes: Sequence[Sequence[int]] = (),
    has_open_shapes: bool = False,
) -> Examination:
    """Look at a file as the host runtime would load it; no device is set up.

    Parameters
    ----------
    path
        The .om file.
    gears
        The values of each of its gears: all are looked at.
    shapes
        The shapes of the inputs of a model with dynamic shapes.
    has_open_shapes
        Whether the model has dynamic shapes.
    """
    runtime = _runtime.load()
    if runtime.kind != "host":
        return _in_a_process(path, gears, shapes, has_open_shapes)
    try:
        function = ctypes.CDLL(str(runtime.library)).ascendclExamine
    except AttributeError:
        return Examination(scope="none", problem=f"{runtime.library} is too old for it")
    found: dict[int, _Collected] = {}
    for gear in range(len(gears)) if gears else (-1,):
        collected = found[gear] = _Collected()
        code = _call(function, os.fsencode(path), gear, shapes, collected)
        if code != 0:
            words = _acl.get_recent_err_msg() or f"error {code}"
            return Examination(scope="none", problem=words)
    largest = max(found, key=lambda gear: _volume(gears[gear]) if gears else 0)
    return Examination(
        tuple(found[largest].findings),
        _merged({gear: each.refused for gear, each in found.items()}),
        "types" if has_open_shapes and not shapes else "all",
    )


def _volume(gear: Sequence[int]) -> int:
    volume = 1
    for size in gear:
        volume *= size
    return volume


def _call(
    function: Any, path: bytes, gear: int, shapes: Sequence[Sequence[int]], collected: _Collected
) -> int:
    dims = [(ctypes.c_int64 * len(shape))(*shape) for shape in shapes]
    pointers = (ctypes.POINTER(ctypes.c_int64) * len(dims))(
        *(ctypes.cast(each, ctypes.POINTER(ctypes.c_int64)) for each in dims)
    )
    ranks = (ctypes.c_size_t * len(dims))(*map(len, shapes))

    def take(finding: Any, _: object) -> None:
        content = finding.contents
        texts = [
            getattr(content, name).decode(errors="backslashreplace")
            for name in ("node", "type", "quantity", "value", "reason")
        ]
        if content.kind == _REFUSED:
            collected.refused.append(Refused(texts[0], texts[1], texts[4]))
        else:
            collected.findings.append(Finding(_KINDS[content.kind], *texts))

    code: int = function(
        ctypes.c_char_p(path),
        ctypes.c_int32(gear),
        pointers,
        ranks,
        ctypes.c_size_t(len(dims)),
        _SINK(take),
        None,
    )
    return code


def _merged(by_gear: dict[int, list[Refused]]) -> tuple[Refused, ...]:
    """Each once, with the gears that it was found in."""
    gears: dict[Refused, list[int]] = {}
    for gear, refused in by_gear.items():
        for each in refused:
            gears.setdefault(each, []).append(gear)
    return tuple(
        replace(each, gears=tuple(gear for gear in found if gear >= 0))
        for each, found in gears.items()
    )


def _in_a_process(
    path: str | os.PathLike[str],
    gears: Sequence[Sequence[int]],
    shapes: Sequence[Sequence[int]],
    has_open_shapes: bool,
) -> Examination:
    """Ask a process that has the host runtime, for this one has CANN's."""
    request = json.dumps(
        {
            "path": os.fspath(path),
            "gears": [list(gear) for gear in gears],
            "shapes": [list(shape) for shape in shapes],
            "has_open_shapes": has_open_shapes,
        }
    )
    done = subprocess.run(
        [sys.executable, "-m", __name__, request],
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT,
        env={**os.environ, "ASCENDCL_RUNTIME": "host"},
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        return Examination(scope="none", problem=f"the host runtime did not start: {last}")
    return _from_json(json.loads(done.stdout))


def _from_json(content: dict[str, Any]) -> Examination:
    return Examination(
        tuple(Finding(**each) for each in content["findings"]),
        tuple(Refused(**{**each, "gears": tuple(each["gears"])}) for each in content["refused"]),
        content["scope"],
        content["problem"],
    )


def _main(request: str) -> None:
    content = json.loads(request)
    found = examine(
        Path(content["path"]),
        content["gears"],
        shapes=content["shapes"],
        has_open_shapes=content["has_open_shapes"],
    )
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    _main(sys.argv[1])
