# SPDX-License-Identifier: Apache-2.0
"""Devices, and the driver that they need."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import ascendcl as acl

from .environment import cure_of
from .notes import Fact, Note, Problem, without_speaker

_VERSION = re.compile(r"^Version=(.+)$", re.MULTILINE)
_VERSION_FILES = (
    "usr/local/Ascend/driver/version.info",
    "usr/local/Ascend/firmware/version.info",
)


def look(root: Path = Path("/")) -> Iterator[Fact | Note | Problem]:
    """What the runtime counts, and what of a driver is on the machine.

    Parameters
    ----------
    root
        Where the machine's files begin.
    """
    kind = acl.runtime_info().kind
    number, words = _counted()
    yield Fact("devices", words)
    cards = sorted(path for path in (root / "dev").glob("davinci*") if path.name[7:].isdigit())
    yield Fact("NPU device files", ", ".join(path.name for path in cards) or "none")
    for name in _VERSION_FILES:
        if (root / name).is_file():
            found = _VERSION.search((root / name).read_text(errors="replace"))
            yield Fact(name.split("/")[3], found[1] if found else f"/{name} names no version")
    yield Fact("npu-smi", shutil.which("npu-smi") or "not found")
    visible = os.environ.get("ASCEND_RT_VISIBLE_DEVICES")
    if cure := cure_of(words):
        yield Problem(words, cure)
    elif number == 0:
        yield Problem("there is no device", _cure_of_none(kind, visible, cards))
    yield from _wrong_list(visible)
    closed = [path.name for path in cards if not os.access(path, os.R_OK | os.W_OK)]
    if closed:
        yield Problem(
            f"{', '.join(closed)} may not be opened by this user",
            "add the user to the group HwHiAiUser, or pass the devices to the container",
        )
    if cards and kind == "host":
        yield Note(
            f"there are NPUs ({cards[0].name}, ...), and models run on the CPU",
            "source CANN's set_env.sh before starting Python, and do not set ASCENDCL_RUNTIME=host",
        )


def count() -> int:
    """Answer how many the runtime has; 0 where it cannot tell."""
    return _counted()[0]


def _counted() -> tuple[int, str]:
    """The number, and the words for it or why there is none."""
    try:
        number = acl.Device.count()
    except acl.AclError as error:
        return 0, without_speaker(error.detail or str(error))
    return number, str(number)


def _cure_of_none(kind: str, visible: str | None, cards: list[Path]) -> str:
    if visible is not None:
        return f"ASCEND_RT_VISIBLE_DEVICES={visible!r} leaves none: unset it, or name existing ones"
    if kind == "host":
        return "ASCENDCL_HOST_DEVICES says how many the host runtime has: 1 or more"
    if not cards:
        return "load the driver: there is no /dev/davinci*; in a container, pass the devices to it"
    return "run npu-smi info: the driver and this CANN may not fit each other"


def _wrong_list(visible: str | None) -> Iterator[Problem]:
    if visible is None or visible == "":
        return
    wrong = [each for each in visible.split(",") if not each.strip().isdigit()]
    if wrong:
        yield Problem(
            f"ASCEND_RT_VISIBLE_DEVICES={visible!r}: {wrong[0]!r} is no number of a device, and "
            "nothing from there on counts",
            "list numbers with commas between them: 0,1",
        )
