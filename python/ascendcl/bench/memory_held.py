# SPDX-License-Identifier: Apache-2.0
"""Memory of the process and of the device, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ascendcl.memory_use import memory_info


@dataclass(frozen=True)
class MemoryHeld:
    """Bytes.

    Attributes
    ----------
    device_used : int
        Of the device, by the runtime's count: other processes' as well.
    work, weight, io : int
        What models take: their work memory, weights, and what they keep of their own for inputs
        and outputs.
    arrays : int
        Of the inputs and outputs that the measurement itself has on the device.
    resident : int or None
        Of this process on the host; None where the system does not tell.
    peak : int or None
        The most that it ever was.
    """

    device_used: int
    work: int
    weight: int
    io: int
    arrays: int
    resident: int | None
    peak: int | None

    @classmethod
    def now(cls, device: int, arrays: int = 0) -> MemoryHeld:
        """Ask; `arrays` is what the caller has on the device for inputs and outputs."""
        use = memory_info(device)
        io = use.io - arrays
        resident, peak = _status("VmRSS"), _status("VmHWM")
        return cls(use.used, use.work, use.weight, io, arrays, resident, peak)


def _status(field: str) -> int | None:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return None
