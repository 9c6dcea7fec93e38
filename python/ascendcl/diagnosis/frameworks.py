# SPDX-License-Identifier: Apache-2.0
"""Frameworks that look for NPUs through ``acl``, and what they would make of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import ascendcl as acl
from ascendcl import _runtime

from .host_engine import version_of
from .notes import Fact, Note, Problem


class _Framework(NamedTuple):
    distribution: str
    how: str  # it looks for NPUs
    by_counting: bool  # else having a module `acl` is enough for it
    cure: str


_UNSET: Final = "leave ASCENDCL_RUNTIME unset: devices then stay hidden until they are used"

_FRAMEWORKS: Final = (
    _Framework(
        "ray",
        "counts the devices of acl.rt.get_device_count",
        True,
        f'ray.init(resources={{"NPU": 0}}), or {_UNSET}',
    ),
    _Framework("mindspeed", "counts the devices of acl.rt.get_device_count", True, _UNSET),
    _Framework("msit", "counts the devices of acl.rt.get_device_count", True, _UNSET),
    _Framework(
        "mmdeploy",
        "takes any module `acl` for Ascend",
        False,
        "do not choose its backend `ascend` here",
    ),
)

# As they ask: nothing is initialised before.
_QUESTION = """
import json, warnings
warnings.simplefilter("ignore")
import acl
count, code = acl.rt.get_device_count()
print(json.dumps([count if code == 0 else 0, acl.get_soc_name() or ""]))
"""
_TIMEOUT = 120.0  # seconds


def look() -> Iterator[Fact | Note | Problem]:
    """What they see in a process of their own, and which of them are installed."""
    if _runtime.refused():
        return  # told already
    answer = _asked()
    if isinstance(answer, str):
        yield Fact("others see", "import acl fails")
        yield Problem(
            f"`import acl` fails in a fresh process: {answer}",
            "take that acl off the path (see `import acl` above), or import ascendcl",
        )
        return
    count, soc = answer
    yield Fact("others see", f"{count} NPUs{f' ({soc})' if soc else ''}")
    if acl.runtime_info().kind == "cann" or any(Path("/dev").glob("davinci[0-9]*")):
        return
    for framework in _FRAMEWORKS:
        version = version_of(framework.distribution)
        if version == "not installed" or (framework.by_counting and count == 0):
            continue
        what = (
            f"{framework.distribution} {version} {framework.how}, and would take this machine for "
            f"one with {count if framework.by_counting else 'an'} NPU"
        )
        yield Problem(what, framework.cure) if framework.by_counting else Note(what, framework.cure)
    if count > 0:
        choice = os.environ.get("ASCENDCL_RUNTIME", "")
        why = f"ASCENDCL_RUNTIME={choice} asks for the host runtime"
        yield Note(
            f"programs that count NPUs by `acl` (Ray, ...) see {count} here: "
            f"{why if choice == 'host' else 'the acl that they import says so'}",
            _UNSET if choice == "host" else "see `import acl` above",
        )


def _asked() -> tuple[int, str] | str:
    """What a fresh process is told, or its last words."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QUESTION],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
        count, soc = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else (0, "")
    except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
        return str(error)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
    return int(count), str(soc)
