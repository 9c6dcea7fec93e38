# SPDX-License-Identifier: Apache-2.0
"""No command writes in the place of what it reads, nor of a model that it did not make."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from answer import Command
from onnx import TensorProto, helper

import ascendcl as acl

needs_engine = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)


def save_onnx(path: Path) -> bytes:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", value[:1], value[1:])
    onnx.save(helper.make_model(graph, producer_name="pytorch"), path)
    return path.read_bytes()


@pytest.fixture(params=["itself", "symbolic link", "hard link", "another way"])
def alias(request: pytest.FixtureRequest) -> object:
    """Gives a file another name with the ending that is wanted."""

    def named(path: Path, ending: str) -> Path:
        if request.param == "another way":
            (path.parent / "sub").mkdir(exist_ok=True)
            other = path.parent / "sub" / ".." / path.name
            return other if path.suffix == ending else pytest.skip("the ending is refused")
        if request.param == "itself":
            return path if path.suffix == ending else pytest.skip("the ending is refused")
        other = path.with_name(f"other{ending}")
        other.symlink_to(path) if request.param == "symbolic link" else other.hardlink_to(path)
        return other

    return named


def test_inspect_leaves_a_model_where_its_graph_should_go(
    command: Command, digits: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source.onnx"
    content = save_onnx(source)
    done = command("inspect", digits, "--graph", source)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ascendcl inspect: --graph: {source} is there")
    assert done.err.count("\n") == 1
    assert source.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"text", b"\x08\x08\x12\x10ascendcl inspecu"])
def test_inspect_leaves_what_it_did_not_draw(
    command: Command, digits: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(content)
    assert command("inspect", digits, "--graph", path).code == 2
    assert path.read_bytes() == content


def test_inspect_draws_its_own_graph_again(
    command: Command, digits: Path, adder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "graph.onnx"
    assert command("inspect", digits, "--graph", path).code == 0
    first = path.read_bytes()
    assert command("inspect", adder, "--graph", path).code == 0
    assert path.read_bytes() != first
    assert onnx.load(path).producer_name == "ascendcl inspect"
    assert [each.name for each in tmp_path.iterdir() if ".part" in each.name] == []


@pytest.mark.parametrize("option", ["--graph", "--memory-map"])
def test_inspect_does_not_draw_over_the_model(
    command: Command, digits: Path, tmp_path: Path, option: str
) -> None:
    model, link = tmp_path / "model.svg", tmp_path / "link.svg"
    shutil.copy(digits, model)
    link.hardlink_to(model)
    for target in (model, link):
        done = command("inspect", model, option, target)
        assert (done.code, "would be lost" in done.err, done.out) == (2, True, "")
    assert model.read_bytes() == digits.read_bytes()


def test_inspect_does_not_draw_two_pictures_into_one(
    command: Command, digits: Path, tmp_path: Path
) -> None:
    path = tmp_path / "x.svg"
    done = command("inspect", digits, "--graph", path, "--memory-map", path)
    assert (done.code, "--graph" in done.err, path.exists()) == (2, True, False)


@needs_engine
@pytest.mark.parametrize(("given", "name"), [("{file}", "sum="), ("a={file}", "")])
def test_run_does_not_write_over_an_input(
    command: Command, adder: Path, tmp_path: Path, alias: object, *, given: str, name: str
) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.ones((2, 3), np.float32))
    content = path.read_bytes()
    target = alias(path, ".npy")  # type: ignore[operator]
    words = ["--input", given.format(file=path)]
    done = command("run", adder, *words, "--data", "zeros", "--output", f"{name}{target}")
    assert (done.code, "would be lost" in done.err) == (2, True)
    assert path.read_bytes() == target.read_bytes() == content


@needs_engine
def test_run_does_not_write_among_its_inputs(command: Command, adder: Path, tmp_path: Path) -> None:
    folder, link = tmp_path / "in", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    for number in range(2):
        np.save(folder / f"{number}.npy", np.ones((2, 3), np.float32))
    for target in (folder, link):
        done = command("run", adder, "--input", folder, "--data", "zeros", "--output", target)
        assert (done.code, "would be lost" in done.err) == (2, True)
    assert sorted(each.name for each in folder.iterdir()) == ["0.npy", "1.npy"]


@needs_engine
def test_run_does_not_write_a_folder_over_an_input(
    command: Command, adder: Path, tmp_path: Path
) -> None:
    """The output is called sum, and so is the input's file."""
    path = tmp_path / "sum.npy"
    np.save(path, np.ones((2, 3), np.float32))
    content = path.read_bytes()
    done = command("run", adder, "--input", path, "--data", "zeros", "--output", tmp_path)
    assert (done.code, "would be lost" in done.err) == (2, True)
    assert path.read_bytes() == content
    assert not (tmp_path / "diff.npy").exists()


@needs_engine
def test_run_does_not_write_over_the_model(command: Command, adder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    adder.rename(model)
    content = model.read_bytes()
    done = command("run", model, "--data", "zeros", "--output", model)
    assert (done.code, "would be lost" in done.err) == (2, True)
    assert model.read_bytes() == content


@needs_engine
@pytest.mark.parametrize(("option", "ending"), [("--plot", ".html"), ("--times", ".csv")])
@pytest.mark.parametrize("which", ["model", "input", "folder", "compare"])
def test_bench_does_not_write_over_what_it_reads(
    command: Command, adder: Path, tmp_path: Path, *, option: str, ending: str, which: str
) -> None:
    (tmp_path / "in").mkdir()
    read = {
        "model": adder,
        "input": tmp_path / "a.npy",
        "folder": tmp_path / "in" / "0.npy",
        "compare": tmp_path / "x.onnx",
    }
    for name in ("input", "folder"):
        np.save(read[name], np.ones((2, 3), np.float32))
    save_onnx(read["compare"])
    target = tmp_path / f"other{ending}"
    target.hardlink_to(read[which])
    content = target.read_bytes()
    words = ["--input", f"a={read['input']}", "--input", f"b={read['folder'].parent}"]
    if which == "compare":
        words += ["--compare", str(read["compare"])]
    done = command("bench", adder, *words, "--iterations", 1, option, target)
    assert (done.code, "would be lost" in done.err, done.out) == (2, True, "")
    assert target.read_bytes() == read[which].read_bytes() == content


def test_compile_does_not_write_over_its_source(
    command: Command, tmp_path: Path, alias: object
) -> None:
    pytest.importorskip("openvino")
    source = tmp_path / "m.om"  # an ONNX file that somebody has named so
    content = save_onnx(source)
    target = alias(source, ".om")  # type: ignore[operator]
    done = command("compile", source, "--framework", "onnx", "-o", target, "--quiet")
    assert (done.code, "would be lost" in done.err) == (2, True)
    assert source.read_bytes() == target.read_bytes() == content
