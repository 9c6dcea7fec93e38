# SPDX-License-Identifier: Apache-2.0
"""``ascendcl doctor``: which runtime and which ``acl`` are in use, and what stands in the way."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

import ascendcl as acl
from ascendcl.cli.table import print_table

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_DISTRIBUTIONS = ("ascendcl", "numpy", "openvino")
_VARIABLES = (
    "ASCENDCL_",
    "ASCEND_HOME_PATH",
    "ASCEND_OPP_PATH",
    "ASCEND_RT_VISIBLE_DEVICES",
    "ASCEND_TOOLKIT_HOME",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
)


def _acl_module() -> Path | None:
    """Where ``import acl`` leads."""
    spec = importlib.util.find_spec("acl")
    return Path(spec.origin) if spec and spec.origin else None


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _devices() -> tuple[str, int]:
    """What to print of the devices, and how many there are."""
    try:
        count = acl.Device.count()
    except acl.AclError as error:
        return str(error), 0
    return str(count), count


def _why_no_engine(runtime: acl.RuntimeInfo) -> str:
    engine = runtime.library.resolve().with_name("libascendcl_engine.so")
    if not engine.exists():
        return f"there is no {engine}"
    if chosen := os.environ.get("ASCENDCL_OPENVINO_LIBS"):
        return f"ASCENDCL_OPENVINO_LIBS={chosen!r} is no folder with OpenVINO's libraries"
    return 'OpenVINO is not installed: pip install "ascendcl[host]"'


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; fails where no model can be run."""
    del arguments
    runtime = acl.runtime_info()
    acl_module = _acl_module()
    devices, device_count = _devices()
    rows = [
        ("runtime", runtime.kind),
        ("libascendcl", str(runtime.library)),
        ("interface", runtime.version or "unknown"),
        ("chip", runtime.soc or "unknown"),
        ("devices", devices),
    ]
    if runtime.kind == "host":
        rows.append(("engine", runtime.engine or "none"))
    rows += [
        ("import ascendcl", str(Path(acl.__file__).parent)),
        ("import acl", str(acl_module.parent if acl_module else "not found")),
        ("python", f"{platform.python_version()} on {platform.machine()}"),
        *((name, _version(name)) for name in _DISTRIBUTIONS),
        *(
            (name, value)
            for name, value in sorted(os.environ.items())
            if name.startswith(_VARIABLES)
        ),
    ]
    print_table("ascendcl doctor", rows)

    problems = []
    ours = Path(acl.__file__).parent.with_name("acl")
    if acl_module is None or not acl_module.parent.samefile(ours):
        print(f"note: `import acl` is not this package's {ours}; `import ascendcl` always is")
    if runtime.kind == "host" and runtime.engine is None:
        problems.append(f"the host runtime cannot run models: {_why_no_engine(runtime)}")
    if device_count == 0:
        problems.append("there is no device")
    for problem in problems:
        print(f"problem: {problem}")
    return 1 if problems else 0


def add_to(commands: _SubParsersAction[ArgumentParser]) -> None:
    """Add the subcommand."""
    text = "tell which runtime and which acl module are in use, and what is missing"
    parser = commands.add_parser("doctor", help=text, description=text)
    parser.set_defaults(run=run)
