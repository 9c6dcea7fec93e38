# SPDX-License-Identifier: Apache-2.0
"""What a figure depends on besides the code: the machine, the versions, and who else was busy."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import time
from pathlib import Path
from typing import Any

PACKAGES = ("ascendcl", "numpy", "openvino", "onnxruntime")
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def facts() -> dict[str, Any]:
    """What stays as it is during a run."""
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {package: version(package) for package in PACKAGES},
    }


def busy_seconds() -> float:
    """Of all cores and processes, since the machine started; idle and waiting for disks is not."""
    user, nice, system, _, _, irq, softirq = map(
        int, Path("/proc/stat").read_text("ascii").split(maxsplit=8)[1:8]
    )
    return (user + nice + system + irq + softirq) / TICKS


def own_seconds() -> float:
    """Of this process and of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Company:
    """How many cores others kept busy, from here on."""

    def __init__(self) -> None:
        self._start = time.monotonic(), busy_seconds(), own_seconds()

    def cores(self) -> float:
        """On average until now."""
        began, busy, own = self._start
        others = (busy_seconds() - busy) - (own_seconds() - own)
        return max(0.0, others / max(time.monotonic() - began, 1e-3))
