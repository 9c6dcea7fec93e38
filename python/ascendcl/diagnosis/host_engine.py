# SPDX-License-Identifier: Apache-2.0
"""What runs models on the CPU: the engine, and OpenVINO, which it needs."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterator
from pathlib import Path

import ascendcl as acl
from ascendcl import _runtime

from . import devices, loading
from .notes import Fact, Note, Problem

_DISTRIBUTIONS = ("ascendcl", "numpy", "openvino")


def version_of(distribution: str) -> str:
    """Answer the version of what pip installed, or that it did not."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def look() -> Iterator[Fact | Note | Problem]:
    """Open the engine as a first model would."""
    runtime = acl.runtime_info()
    yield from (Fact(name, version_of(name)) for name in _DISTRIBUTIONS)
    yield Fact("OpenVINO's libraries", str(_runtime.openvino_libraries() or "not found"))
    if runtime.kind != "host":
        return
    yield Fact("engine", runtime.engine or "none")
    if runtime.engine is None:
        what, cure = _why_none(runtime)
        yield Problem(f"the host runtime cannot run models: {what}", cure)
        return
    if devices.count():  # else nothing loads, and it is told why
        yield from loading.look()


def _why_none(runtime: acl.RuntimeInfo) -> tuple[str, str]:
    engine = runtime.library.resolve().with_name("libascendcl_engine.so")
    if not engine.exists():
        return (
            f"there is no {engine}",
            "install a wheel that was built with OpenVINO, and keep the two libraries together",
        )
    if chosen := os.environ.get("ASCENDCL_OPENVINO_LIBS"):
        return (
            f"ASCENDCL_OPENVINO_LIBS={chosen!r} is no folder with OpenVINO's libraries",
            f"unset it, or name the folder that has libopenvino.so.* ({_found_elsewhere()})",
        )
    return "OpenVINO is not installed", 'pip install "ascendcl[host]"'


def _found_elsewhere() -> str:
    import importlib.util

    spec = importlib.util.find_spec("openvino")
    folders = [Path(place) / "libs" for place in (spec and spec.submodule_search_locations) or ()]
    return f"pip's is {folders[0]}" if folders else "pip has none"
