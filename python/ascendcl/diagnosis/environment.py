# SPDX-License-Identifier: Apache-2.0
"""Environment variables: those that matter, and those that are wrong."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ascendcl as acl

from .notes import Fact, Note, Problem

OWN: Final = (
    "ASCENDCL_FAULT",
    "ASCENDCL_HOST_CHECK",
    "ASCENDCL_HOST_DEVICES",
    "ASCENDCL_HOST_MEMORY",
    "ASCENDCL_HOST_THREADS",
    "ASCENDCL_LOG",
    "ASCENDCL_OPENVINO_LIBS",
    "ASCENDCL_RUNTIME",
    "ASCENDCL_STRICT",
    "ASCENDCL_STRICT_QUARANTINE",
    "ASCENDCL_TRACE",
)
_SHOWN: Final = ("ASCEND", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "CONDA_PREFIX")
_FOLDERS: Final = (
    "ASCEND_AICPU_PATH",
    "ASCEND_HOME_PATH",
    "ASCEND_OPP_PATH",
    "ASCEND_TOOLKIT_HOME",
)


def look() -> Iterator[Fact | Note | Problem]:
    """Each variable that is set, and what is wrong with it."""
    names = sorted(name for name in os.environ if name.startswith(_SHOWN))
    for name in names:
        yield Fact(name, os.environ[name])
    for name in names:
        if name.startswith("ASCENDCL_") and name not in OWN:
            close = difflib.get_close_matches(name, OWN, 1)
            hint = f"{close[0]} may be meant; " if close else ""
            yield Problem(
                f"{name} is set, and nothing reads it",
                f"{hint}docs/host.md lists all settings",
            )
    for name in _FOLDERS:
        value = os.environ.get(name)
        if value and not Path(value).is_dir():
            yield Problem(
                f"{name}={value!r} is no folder",
                "source the set_env.sh of the CANN that is installed, or unset it",
            )
    entries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    if os.environ.get("LD_LIBRARY_PATH") and any(
        not Path(entry).is_absolute() for entry in entries
    ):
        yield Problem(
            f"LD_LIBRARY_PATH={os.environ['LD_LIBRARY_PATH']!r} has an entry that is empty or "
            "relative: libraries of the working folder are loaded, whoever put them there",
            "remove the entry, often a colon too many",
        )
    yield from _missing_folders(entries)
    for name in ("ASCENDCL_STRICT", "ASCENDCL_FAULT", "ASCENDCL_TRACE"):
        if os.environ.get(name):
            yield Note(f"{name} is set: calls take longer than they need", "unset it in production")


def _missing_folders(entries: list[str]) -> Iterator[Note | Problem]:
    """What is on the loader's path and does not exist: CANN may be looked for there in vain."""
    kind = Note if acl.runtime_info().kind == "cann" else Problem
    for entry in dict.fromkeys(entries):
        if Path(entry).is_absolute() and not Path(entry).is_dir():
            yield kind(
                f"LD_LIBRARY_PATH names {entry}, which is no folder",
                "take it out of LD_LIBRARY_PATH, or name the folder that is meant",
            )


def cure_of(message: str) -> str:
    """Answer what to do about a setting that the runtime complains of; empty where it does not."""
    name = next((each for each in sorted(OWN, key=len, reverse=True) if each in message), "")
    return f"unset {name}, or set it to what docs/host.md lists" if name else ""
