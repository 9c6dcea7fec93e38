# SPDX-License-Identifier: Apache-2.0
"""<ascendcl/fault.h> by ctypes: calls of the host runtime that fail on purpose."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

import ascendcl as acl
from ascendcl._testing import FaultCounts, library


def set_faults(rules: str | None) -> int:
    code: int = library().ascendclSetFaults(None if rules is None else rules.encode())
    return code


def fault_counts() -> FaultCounts:
    counts = FaultCounts()
    assert library().ascendclGetFaultCounts(ctypes.byref(counts)) == 0
    return counts


def fault_calls(function: str) -> int:
    calls = ctypes.c_uint64()
    code: int = library().ascendclGetFaultCalls(function.encode(), ctypes.byref(calls))
    if code != 0:
        raise ValueError(acl.get_recent_err_msg())
    return calls.value


@contextlib.contextmanager
def faults(rules: str) -> Iterator[FaultCounts]:
    """Let the rules hold for a while; what happened stands in the counts afterwards."""
    counts = FaultCounts()
    code = set_faults(rules)
    if code != 0:
        raise ValueError(acl.get_recent_err_msg())
    try:
        yield counts
    finally:
        ctypes.pointer(counts)[0] = fault_counts()
        set_faults(None)
