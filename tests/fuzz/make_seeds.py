# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz targets: the models that tests build, and kernels of the real models.

usage: python tests/fuzz/make_seeds.py DIR. Writes DIR/om, DIR/load_execute and DIR/kernel. Needs
the installed package; the real models (../shared/models) are used where they are.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ascendcl as acl
from ascendcl import om

TESTS = Path(__file__).resolve().parents[1]
MODELS = TESTS.parents[1] / "shared" / "models"
# It asks which file a load stands in, and that is this one while loads are recorded.
NOT_RECORDED = "tests/engine/test_findings.py::test_one_warning_for_each_content"
MOST_MODEL = 12 * 1024  # of a seed: small ones run and mutate fast
MOST_KERNEL = 8 * 1024
KERNELS_OF_A_MODEL = 40


def write(folder: Path, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


class Recorder:
    """A pytest plugin that keeps the bytes of every model that a test loads or reads."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def pytest_sessionstart(self) -> None:
        acl.Model.from_bytes = staticmethod(self.recording(acl.Model.from_bytes))
        # A class of the extension cannot be changed: another one stands in its place.
        functions = {"open": om.File.open, "from_bytes": self.recording(om.File.from_bytes)}
        om.File = type("File", (), {name: staticmethod(f) for name, f in functions.items()})

    def recording(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(data: Any, *args: Any, **kwargs: Any) -> Any:
            if len(data) <= MOST_MODEL:
                for target in ("om", "load_execute"):
                    write(self.target / target, bytes(data))
            return function(data, *args, **kwargs)

        return recorded


def kernel_record(name: str, image: bytes) -> bytes:
    return struct.pack("<III", 0x5D776EFD, len(name), len(image)) + name.encode() + image


def take_kernels(path: Path, target: Path) -> None:
    """Some kernels of a model, as images and as stores of one."""
    kernels = om.File.open(path).models[0].kernels
    small = [(name, bytes(kernels[name])) for name in kernels.names]
    small = [(name, image) for name, image in small if len(image) <= MOST_KERNEL]
    for name, image in small[:: max(1, len(small) // KERNELS_OF_A_MODEL)]:
        write(target, image)
        write(target, kernel_record(name, image))


def main(target: Path) -> None:
    areas = [str(TESTS / area) for area in ("engine", "om", "writer")]
    options = ["-q", "-p", "no:cacheprovider", "--ignore", str(TESTS / "om" / "test_damage.py")]
    options += ["--deselect", NOT_RECORDED]
    code = pytest.main([*options, *areas], plugins=[Recorder(target)])
    if code != 0:
        sys.exit("the tests that make the seeds failed")
    for path in [*sorted(MODELS.glob("*.om")), *sorted((target / "load_execute").iterdir())]:
        with contextlib.suppress(om.FormatError):  # of the tests' damaged files
            take_kernels(path, target / "kernel")
    for folder in sorted(target.iterdir()):
        files = list(folder.iterdir())
        print(f"{folder}: {len(files)} files, {sum(f.stat().st_size for f in files)} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
