# SPDX-License-Identifier: Apache-2.0
"""What the pytest plugin's fixtures do, by functions that only the host runtime has."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import threading
from collections.abc import Iterator
from typing import Final

import pytest

from ascendcl import _acl
from ascendcl.info import runtime_info

__all__ = [
    "FaultCounts",
    "alive",
    "fail_for_more_than",
    "faults",
    "library",
    "runtime_counts",
    "skip_unless_host",
]

_MOST_KINDS: Final = 64

_rules_hold: Final = threading.Lock()


class FaultCounts(ctypes.Structure):
    """What became of fault rules (ascendclFaultCounts), once they hold no more.

    Attributes
    ----------
    calls, faults : int
        Calls that a rule matched, and those that were made to fail.
    last : bytes or None
        The function that was made to fail last.
    """

    _fields_ = (
        ("calls", ctypes.c_uint64),
        ("faults", ctypes.c_uint64),
        ("last", ctypes.c_char_p),
    )
    calls: int
    faults: int
    last: bytes | None


class _Usage(ctypes.Structure):
    # aclrtMemUsageInfo; the host runtime counts live objects in the first reserved word.
    _fields_ = (
        ("name", ctypes.c_char * 32),
        ("bytes", ctypes.c_uint64),
        ("peak", ctypes.c_uint64),
        ("reserved", ctypes.c_size_t * 8),
    )


@functools.cache  # asking for its path makes calls that fault rules would count
def library() -> ctypes.CDLL:
    """The runtime's library, for functions that are the host runtime's own."""
    return ctypes.CDLL(str(runtime_info().library))


def skip_unless_host(what: str) -> None:
    """Skip the test where the runtime is another one."""
    if runtime_info().kind != "host":
        pytest.skip(f"{what} needs ascendcl's host runtime (ASCENDCL_RUNTIME=host)")


@contextlib.contextmanager
def faults(rules: str) -> Iterator[FaultCounts]:
    """Let fault rules (docs/fault.md) hold for a while.

    Raises
    ------
    ValueError
        They are not understood.
    RuntimeError
        Others hold already, which would hold no more.
    """
    if not _rules_hold.acquire(blocking=False):
        raise RuntimeError("acl_faults: other rules hold already; all go in one, with ';' between")
    try:
        counts = FaultCounts()
        if library().ascendclSetFaults(rules.encode()) != 0:
            raise ValueError(_acl.get_recent_err_msg())
        try:
            yield counts
        finally:
            library().ascendclGetFaultCounts(ctypes.byref(counts))
            library().ascendclSetFaults(None)
    finally:
        _rules_hold.release()


def runtime_counts() -> dict[str, int] | None:
    """Live objects by kind, and bytes, by the host runtime's own count; None without a device.

    Without compiled ops, which are kept until aclFinalize.
    """
    usages = (_Usage * _MOST_KINDS)()
    found = ctypes.c_size_t()
    code = library().aclrtGetMemUsageInfo(
        ctypes.c_int32(0), usages, ctypes.c_size_t(_MOST_KINDS), ctypes.byref(found)
    )
    if code != 0:
        return None
    counts = {usage.name.decode(): usage.reserved[0] for usage in usages[: found.value]}
    del counts["compiled op"]
    counts["bytes"] = sum(usage.bytes for usage in usages[: found.value])
    return counts


def alive() -> dict[str, int]:
    """Live objects by kind, and bytes of device memory: the package's count and the runtime's."""
    gc.collect()
    counts = dict(_acl.core.live_counts())
    by_runtime = runtime_counts() if runtime_info().kind == "host" else None
    if by_runtime is not None:
        counts["bytes"] = by_runtime.pop("bytes")
        counts.update({f"runtime's {kind}": count for kind, count in by_runtime.items()})
    return counts


def fail_for_more_than(before: dict[str, int]) -> None:
    """Fail the test where more is alive than there was."""
    more = {kind: count - before.get(kind, 0) for kind, count in alive().items()}
    told = ", ".join(f"{count} {kind}" for kind, count in more.items() if count > 0)
    if told:
        pytest.fail(f"left at the end of the test: {told}", pytrace=False)
