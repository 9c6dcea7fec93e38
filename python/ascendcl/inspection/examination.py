# SPDX-License-Identifier: Apache-2.0
"""How the host runtime would understand a file: the fused nodes, and all that it would refuse."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ascendcl import _runtime
from ascendcl.findings import _KINDS, Finding

from .graph_view import largest_gear

_REFUSED: Final = len(_KINDS)  # as ascendcl/findings.h numbers it
_TIMEOUT: Final = 600.0  # seconds
_PROCESS: Final = Path(__file__).with_name("examination_process.py")


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
    library = runtime.library if runtime.kind == "host" else _runtime.HOST_LIBRARY
    openvino = _runtime.openvino_libraries()
    request = {
        "library": str(library),
        "openvino": "" if openvino is None else str(openvino),
        "path": os.fsdecode(path),
        "gears": list(range(len(gears))) or [-1],
        "shapes": [list(shape) for shape in shapes],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_PROCESS)],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return Examination(scope="none", problem=f"no answer in {_TIMEOUT} seconds")
    if done.returncode != 0:
        return Examination(scope="none", problem=_last_words(done))
    answer = json.loads(done.stdout)
    if answer["problem"]:
        return Examination(scope="none", problem=answer["problem"])
    found = {int(gear): rows for gear, rows in answer["gears"].items()}
    return Examination(
        tuple(
            Finding(_KINDS[kind], *texts)
            for kind, *texts in found[largest_gear(gears)]
            if kind != _REFUSED
        ),
        _refused(found),
        "types" if has_open_shapes and not shapes else "all",
    )


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode < 0:
        name = signal.Signals(-done.returncode).name
        return f"the host runtime crashes on it ({name}): loading it would end the process"
    return (done.stderr.strip().splitlines() or [f"its process ended with {done.returncode}"])[-1]


def _refused(found: dict[int, list[list[Any]]]) -> tuple[Refused, ...]:
    """Each once, with the gears that it was found in."""
    gears: dict[Refused, list[int]] = {}
    for gear, rows in found.items():
        for kind, node, op_type, _, _, reason in rows:
            if kind == _REFUSED:
                gears.setdefault(Refused(node, op_type, reason), []).append(gear)
    return tuple(
        replace(each, gears=tuple(gear for gear in where if gear >= 0))
        for each, where in gears.items()
    )
