# SPDX-License-Identifier: Apache-2.0
"""OpenVINO's telemetry: none is sent, and nothing is forked for it, by what this package does.

It forked `ascendcl compile` from a thread. Under AddressSanitizer such a child hung, and with it
the exit of the command.
"""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest
from onnx_models import F32, node, onnx_file

import ascendcl

OWN = Path(ascendcl.__file__).parent
COMPILES = """
import multiprocessing.process as process
started = []
process.BaseProcess.start = lambda self: started.append(self)
from ascendcl.cli import main
assert main(["compile", "m.onnx", "-o", "m.om"]) == 0
import concurrent.futures.thread as threads, sys
threads._python_exit()  # of the telemetry: its processes are started by threads
print(started, sorted(name for name in sys.modules if name.startswith("openvino_telemetry")))
"""


def test_compiling_starts_none(tmp_path: Path) -> None:
    try:
        importlib.metadata.version("openvino-telemetry")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("OpenVINO has no telemetry here")
    ports = {"x": (F32, [3])}, {"y": (F32, [3])}
    onnx_file(tmp_path / "m.onnx", [node("Add", ["x", "x"], ["y"])], *ports)
    done = subprocess.run(
        [sys.executable, "-c", COMPILES], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[] []"


def imports(tree: ast.AST) -> set[str]:
    """What is imported when the code runs, rather than for types alone."""
    found = set()
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            found |= {each.name for each in child.names}
        elif isinstance(child, ast.ImportFrom) and not child.level:
            found.add(str(child.module))
        found |= imports(child)
    return found


def test_one_file_imports_openvino() -> None:
    by_file = {path.name: imports(ast.parse(path.read_text())) for path in OWN.rglob("*.py")}
    packages = {file: {name.split(".")[0] for name in names} for file, names in by_file.items()}
    importing = {file for file, names in packages.items() if "openvino" in names}
    assert importing == {"openvino_package.py"}
