# SPDX-License-Identifier: Apache-2.0
"""Under sanitizers (tools/sanitized.sh): which one this is, and the look for leaks at the end."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import os
from collections.abc import Iterator


def under(sanitizer: str) -> bool:
    """Whether "asan" or "tsan" stands before the interpreter."""
    return hasattr(ctypes.CDLL(None), f"__{sanitizer}_init")


def _look_for_leaks() -> None:
    check = getattr(ctypes.CDLL(None), "__lsan_do_recoverable_leak_check", None)
    gc.collect()
    if check is not None and check() != 0:
        os._exit(1)


@contextlib.contextmanager
def leaks_allowed() -> Iterator[None]:
    """What this thread allocates meanwhile is somebody else's to release."""
    program = ctypes.CDLL(None)
    if not hasattr(program, "__lsan_disable"):
        yield
        return
    program.__lsan_disable()
    try:
        yield
    finally:
        program.__lsan_enable()


def fail_for_leaks() -> None:
    """End this process in failure if by then nothing points to some memory any more.

    Not before the exit: objects that only a frame refers to look lost, as frames are not searched.
    """
    atexit.register(_look_for_leaks)
