# SPDX-License-Identifier: Apache-2.0
"""What the documents show runs, what they link to is there, and no setting is left out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from rebatched import model_with_batches

from ascendcl.data import DIGITS_MODEL

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def by_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_blocks(document: Path) -> str:
    """All blocks as one program, each line where the document has it."""
    text = document.read_text(encoding="utf-8")
    lines = [""] * text.count("\n")
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1))
        code = block[1].splitlines()
        lines[first : first + len(code)] = code
    return "\n".join(lines)


def write_onnx(path: Path) -> None:
    """Of an image x: relu(x) as y."""
    shape = [1, 3, "height", "width"]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "graph", [x], [y])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


@pytest.mark.parametrize(
    "document", [d for d in DOCUMENTS if BLOCK.search(d.read_text(encoding="utf-8"))], ids=by_name
)
def test_examples_run(document: Path, tmp_path: Path) -> None:
    for name in ("model.om", "detect.om", "classify.om"):
        shutil.copy(DIGITS_MODEL, tmp_path / name)
    (tmp_path / "gears.om").write_bytes(model_with_batches(DIGITS_MODEL, (1, 2, 4)))
    write_onnx(tmp_path / "model.onnx")
    program = tmp_path / f"{document.stem}.py"
    program.write_text(python_blocks(document), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "ASCENDCL_STRICT": "warn", "ASCENDCL_LOG": "off"},
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_run(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"python -m ascendcl [\w -]+", text))
    assert len(commands) >= 3
    for command in commands:
        words = [sys.executable, *shlex.split(command)[1:]]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_links_lead_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_all_settings_of_the_host_runtime_are_listed() -> None:
    page = (ROOT / "docs" / "host.md").read_text(encoding="utf-8")
    read = {
        name
        for source in (ROOT / "csrc" / "host").rglob("*.cpp")
        for name in re.findall(r'"(ASCEND[A-Z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert len(read) >= 10
    assert {name for name in read if f"`{name}`" not in page} == set()
