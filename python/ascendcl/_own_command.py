# SPDX-License-Identifier: Apache-2.0
"""Whether this process is our own command line, and Ctrl-C while that is still being imported.

Imported first of all, so that little goes before it: no module that takes time.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Final

__all__ = ["end_on_interrupt", "own_command", "raise_on_interrupt"]

_INTERRUPTED: Final = 130


def own_command() -> str | None:
    """Which command of ``python -m ascendcl`` or ``ascendcl`` this is, None in any other program.

    `doctor` tells the runtime itself; of what runs models one line does.
    """
    program, *arguments = getattr(sys, "argv", None) or [""]
    is_own = os.path.basename(program) == "ascendcl"  # noqa: PTH119  pathlib takes time
    if program == "-m":  # that it is while the package of a module is imported
        options = sys.orig_argv
        is_own = "ascendcl" in options[options.index("-m") + 1 :][:1] if "-m" in options else False
    return next(iter(arguments), "") if is_own else None


def end_on_interrupt() -> None:
    """In our own command line end the process: there is nothing to be cleaned up yet."""
    if own_command() is None or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    try:
        signal.signal(signal.SIGINT, _end)
    except ValueError:  # some thread that is not the main one
        return


def raise_on_interrupt() -> None:
    """Raise KeyboardInterrupt again, where it was us who changed that."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _end(number: int, frame: FrameType | None) -> None:
    if not _is_importing(frame):  # a service that has our name, and something to clean up
        signal.default_int_handler(number, frame)
    try:
        os.write(2, b"ascendcl: interrupted\n")
    finally:
        os._exit(_INTERRUPTED)
