# SPDX-License-Identifier: Apache-2.0
"""What the documents show runs, what they link to is there, and no setting is left out."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import acl
from ascendcl import errors
from ascendcl.data import DIGITS_MODEL
from ascendcl.om import CompileOptions, compile
from rebatched import model_with_batches

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FLAGS = re.MULTILINE | re.DOTALL
BLOCK = re.compile(r"^```python\n(.*?)^```$", FLAGS)
SHELL = re.compile(r"^```sh\n(.*?)^```$", FLAGS)
COMMAND = re.compile(r"\s*(?:python -m )?ascendcl ")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


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


def write_onnx(path: Path, height: int | str = "height", width: int | str = "width") -> None:
    """Of an image x: relu(x) as y."""
    shape = [1, 3, height, width]
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


def shell_commands(document: Path) -> list[list[str]]:
    """The words of each ascendcl command in the document's shell blocks."""
    text = "\n".join(SHELL.findall(document.read_text(encoding="utf-8")))
    lines = [part for line in text.splitlines() for part in re.split(r"&&|\$\(|\)", line)]
    words = [shlex.split(line, comments=True) for line in lines if COMMAND.match(line)]
    return [one[3:] if one[0] == "python" else one[1:] for one in words]


def test_commands_run(tmp_path: Path) -> None:
    """Those of this package, on a small model; doctor may find this machine wanting."""
    write_onnx(tmp_path / "model.onnx", 48, 64)
    compile(tmp_path / "model.onnx", tmp_path / "model.om", CompileOptions(verify=False))
    np.save(tmp_path / "image.npy", np.ones((1, 3, 48, 64), np.float32))
    page = (ROOT / "docs" / "aipp.md").read_text(encoding="utf-8")
    (tmp_path / "aipp.cfg").write_text(page.split('"""')[1], encoding="utf-8")
    commands = {tuple(words): one for one in DOCUMENTS for words in shell_commands(one)}
    assert {words[0] for words in commands} >= {"compile", "compare", "config", "demo", "sdk"}
    environment = {**os.environ, "HOME": str(tmp_path)}
    for words, document in commands.items():
        if "--like" in words:  # of a file that ATC made: tests/compile has one
            continue
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "ascendcl",
                *[word.replace("~", str(tmp_path)) for word in words],
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )
        fine = (0, 1) if words[0] == "doctor" else (0,)
        assert done.returncode in fine, (by_name(document), words, done.stdout, done.stderr)


def slugs(document: Path) -> set[str]:
    """What a link may have behind its #: the headings, as GitHub and MyST write them."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=FLAGS)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_links_lead_somewhere(document: Path) -> None:
    for path, place in LINK.findall(document.read_text(encoding="utf-8")):
        target = document.parent / path if path else document
        assert target.exists(), path
        if place and target.suffix == ".md":
            assert place in slugs(target), f"{path}#{place}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=by_name)
def test_names_are_there(document: Path) -> None:
    """`acl.rt.malloc`, `acl.Model.bind(...)`: what a text names of the package is in it."""
    for name in re.findall(r"`(?:acl|ascendcl)\.([\w.]+)", document.read_text(encoding="utf-8")):
        if name.startswith(("metrics", "himpi", "media")):  # not everywhere installed; not here
            continue
        found: object = acl
        for part in name.split("."):
            if isinstance(found, ModuleType) and not hasattr(found, part):
                found = importlib.import_module(f"{found.__name__}.{part}")
            else:
                found = getattr(found, part)


def test_every_page_is_in_the_site() -> None:
    pages = {page.stem for page in ROOT.glob("docs/*.md")}
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```$", index, FLAGS)
    listed = {line for tree in trees for line in tree.split() if not line.startswith(":")}
    assert pages - listed - {"index"} == set()


def test_reference_has_every_public_name() -> None:
    """Of the Python API; the flat functions are read off their stubs."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\.\. auto\w+:: (?:\w+\.)*(\w+)$", page, re.MULTILINE))
    of_python = {
        name
        for name in acl.__all__
        if inspect.isclass(found := getattr(acl, name)) or inspect.isfunction(found)
    }
    assert of_python - documented - set(errors.__all__) == set()


def test_error_codes_are_up_to_date() -> None:
    """Every code of the package and the headers has its row, and says what the sources say."""
    command = [sys.executable, str(ROOT / "tools" / "error_codes.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_figures_agree() -> None:
    """What the README and docs/evidence.md say in one number stands elsewhere in detail."""
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in ("README.md", "docs/evidence.md", "docs/onnx.md", "docs/support.md")
    }
    right, all_tests = re.search(r"(\d+) of (\d+) are right", texts["docs/onnx.md"]).groups()
    assert "| WRONG AND WRITTEN | 0 |" in texts["docs/onnx.md"]
    counts = re.findall(r"^## \S+: (\d+) of (\d+)$", texts["docs/support.md"], re.MULTILINE)
    supported, functions = (sum(map(int, numbers)) for numbers in zip(*counts, strict=True))
    assert f"{supported} of {functions}: [docs/support.md]" in texts["README.md"]
    assert f"{right} of ONNX's {int(all_tests):,} node tests" in texts["README.md"]
    assert f"{right} of {int(all_tests):,} right, 0 wrong" in texts["docs/evidence.md"]
    deviations = (ROOT / "tests/conformance/deviations.tsv").read_text(encoding="utf-8")
    cases = 181  # tests/conformance/test_completeness.py
    tested = cases - (len(deviations.splitlines()) - 1)
    assert f"{tested} of {cases} cases" in texts["docs/evidence.md"]


def test_all_settings_of_the_host_runtime_are_listed() -> None:
    page = (ROOT / "docs" / "host.md").read_text(encoding="utf-8")
    read = {
        name
        for source in (ROOT / "csrc" / "host").rglob("*.cpp")
        for name in re.findall(r'"(ASCEND[A-Z_]+)"', source.read_text(encoding="utf-8"))
    }
    assert len(read) >= 10
    assert {name for name in read if f"`{name}`" not in page} == set()
