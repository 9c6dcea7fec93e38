# SPDX-License-Identifier: Apache-2.0
"""Which ``acl`` an ``import acl`` gets, why, and which ones it hides."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import platform
import site
import sys
from collections.abc import Iterator
from pathlib import Path

import ascendcl

from .notes import Fact, Note, Problem

_NAME = "acl"


def look() -> Iterator[Fact | Note | Problem]:
    """The winner, and the others in the order in which they would follow."""
    yield Fact("python", f"{platform.python_version()} on {platform.machine()}")
    yield Fact("import ascendcl", str(Path(ascendcl.__file__).parent))
    found = list(candidates())
    spec = importlib.util.find_spec(_NAME)
    winner = Path(spec.origin) if spec is not None and spec.origin else None
    if winner is None:
        yield Fact("import acl", "not found")
        yield Problem(
            "`import acl` finds nothing",
            "install the wheel anew: its folder `acl` is gone; `import ascendcl` works without it",
        )
        return
    place = winner.parent if winner.name.startswith("__init__.") else winner
    yield Fact("import acl", f"{place} ({_why(place, found)})")
    for folder, path in found:
        if not path.samefile(place):
            yield Fact("hidden acl", f"{path} ({_source_of(folder)})")
    ours = Path(ascendcl.__file__).parent.with_name(_NAME)
    if not ours.exists() or not place.samefile(ours):
        yield Note(
            f"`import acl` is not this package's {ours}: it is {place}",
            "import ascendcl, which always is this package, or put the folder with this package "
            "first in PYTHONPATH",
        )


def candidates() -> Iterator[tuple[str, Path]]:
    """Every ``acl`` on sys.path, with the entry that leads to it."""
    for entry in sys.path:
        spec = importlib.machinery.PathFinder.find_spec(_NAME, [entry or os.getcwd()])  # noqa: PTH109
        if spec is not None and spec.origin:
            path = Path(spec.origin)
            yield entry, path.parent if path.name.startswith("__init__.") else path


def _why(place: Path, found: list[tuple[str, Path]]) -> str:
    for folder, path in found:
        if path.samefile(place):
            return f"first on sys.path, by {_source_of(folder)}"
    return "by an import hook, as of an editable installation"


def _source_of(entry: str) -> str:
    """What put an entry on sys.path."""
    folder = Path(entry or ".").absolute()
    listed = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if entry in listed and entry:
        return "PYTHONPATH"
    if folder == Path.cwd():
        return "the working folder, for Python was started with -m or -c"
    places = {Path(each) for each in (*site.getsitepackages(), site.getusersitepackages())}
    return f"{'site-packages' if folder in places else 'sys.path'} {folder}"
