# SPDX-License-Identifier: Apache-2.0
"""What is in use: the runtime of this process, and where the package's files are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ascendcl import _acl, _runtime

__all__ = ["RuntimeInfo", "get_include", "get_library_dir", "runtime_info"]


@dataclass(frozen=True)
class RuntimeInfo:
    """The runtime that this process uses.

    Attributes
    ----------
    kind : {"cann", "host"}
        CANN's library and an NPU, or this package's own and a CPU.
    library : Path
        The libascendcl.so that was loaded.
    version : str
        The version of the ACL interface that it speaks; empty where the runtime does not know.
    soc : str
        The chip, such as ``"Ascend310P3"``; ``"Host"`` for the host runtime. Empty where the
        runtime does not know.
    engine : str or None
        What runs models on the CPU; None with CANN, or where the host runtime has no engine.
    substitutions : tuple of (str, str)
        Files that were loaded so far in the place of others: the file that the program named, and
        the host runtime's file beside it.
    """

    kind: Literal["cann", "host"]
    library: Path
    version: str
    soc: str
    engine: str | None
    substitutions: tuple[tuple[str, str], ...] = ()


def runtime_info() -> RuntimeInfo:
    """Tell which runtime this process uses. No device is set up."""
    runtime = _runtime.load()
    return RuntimeInfo(
        kind=runtime.kind,
        library=runtime.library,
        version=".".join(str(part) for part in _acl.core.version() or ()),
        # The host runtime that nobody asked for names no chip to those who look for one.
        soc=_acl.core.soc_name() or ("Host" if runtime.kind == "host" else ""),
        engine=_host_engine() if runtime.kind == "host" else None,
        substitutions=tuple(_acl.core.substitutions()),
    )


def _host_engine() -> str | None:
    if not _runtime.load().library.resolve().with_name("libascendcl_engine.so").exists():
        return None
    if chosen := os.environ.get("ASCENDCL_OPENVINO_LIBS"):
        found = any(Path(chosen).glob("libopenvino.so.*"))
        return f"OpenVINO in {chosen}" if found else None
    import importlib.metadata  # here: half as long as the rest of `import acl`

    try:
        return f"OpenVINO {importlib.metadata.version('openvino')}"
    except importlib.metadata.PackageNotFoundError:
        return None


def get_include() -> Path:
    """The folder with ``acl/acl.h``, for compiling C and C++ against this package."""
    return Path(__file__).parent / "include"


def get_library_dir() -> Path:
    """The folder with the host runtime's libascendcl.so, for linking C and C++ against it."""
    return _runtime.HOST_LIBRARY.parent
