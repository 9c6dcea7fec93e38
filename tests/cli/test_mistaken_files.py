# SPDX-License-Identifier: Apache-2.0
"""Files of another kind than a command takes, pipes and devices, and paths that are empty."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from answer import Command
from onnx import TensorProto, helper, save

import ascendcl as acl
from ascendcl._whole_files import written_whole

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)


@pytest.fixture
def onnx_path(tmp_path: Path) -> Path:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", value[:1], value[1:])
    save(helper.make_model(graph), tmp_path / "x.onnx")
    return tmp_path / "x.onnx"


@pytest.mark.parametrize(("name", "code"), [("run", 1), ("bench", 1), ("inspect", 2)])
@pytest.mark.parametrize("ending", [".onnx", ".om", ""])
def test_onnx_in_place_of_om(
    command: Command, onnx_path: Path, name: str, code: int, ending: str
) -> None:
    path = onnx_path.rename(onnx_path.with_suffix(ending))
    done = command(name, path)
    said = f"ascendcl {name}: {path}: this is ONNX: ascendcl compile makes an .om of it\n"
    assert done == (code, "", said)


def test_an_om_file_is_one_by_whatever_name(command: Command, adder: Path) -> None:
    path = adder.rename(adder.with_suffix(".onnx"))
    assert command("inspect", path).code == 0


def test_om_in_place_of_onnx(command: Command, adder: Path, tmp_path: Path) -> None:
    done = command("compile", adder, "-o", tmp_path / "y.om")
    assert (done.code, done.out, "this is an .om file" in done.err) == (1, "", True)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "{pipe}", "--data", "zeros"],
        ["bench", "{pipe}", "--iterations", "1"],
        ["inspect", "{pipe}"],
        ["compile", "{pipe}", "-o", "{tmp}/y.om"],
        ["compile", "{onnx}", "--like", "{pipe}", "-o", "{tmp}/y.om"],
        ["compile", "{onnx}", "--verify-input", "x={pipe}", "-o", "{tmp}/y.om"],
        ["compile", "{onnx}", "--input_value", "x={pipe}", "-o", "{tmp}/y.om"],
        ["compare", "{pipe}", "{om}"],
        ["compare", "{om}", "{pipe}"],
        ["compare", "{om}", "{om}", "--input", "a={pipe}"],
        ["run", "{om}", "--data", "zeros", "--input", "{pipe}"],
        ["run", "{om}", "--data", "zeros", "--input", "{pipe}.bin"],
        ["run", "{om}", "--data", "zeros", "--input", "{folder}"],
        ["bench", "{om}", "--iterations", "1", "--compare", "{pipe}"],
    ],
)
def test_a_pipe_is_refused_and_not_waited_for(
    command: Command, adder: Path, onnx_path: Path, tmp_path: Path, *, words: list[str]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    pipe = tmp_path / "pipe.npy"
    for each in (pipe, tmp_path / "pipe.npy.bin", folder / "0.npy"):
        os.mkfifo(each)
    names = {"pipe": pipe, "om": adder, "onnx": onnx_path, "tmp": tmp_path, "folder": folder}
    done = command(*(word.format(**names) for word in words))
    assert done.code in (1, 2)
    assert "pipe" in done.err.splitlines()[-1]
    assert done.out == ""
    assert not (tmp_path / "y.om").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["run", ""],
        ["bench", ""],
        ["inspect", ""],
        ["inspect", "{om}", "--graph", ""],
        ["inspect", "{om}", "--memory-map", ""],
        ["compile", ""],
        ["compile", "--model", ""],
        ["compile", "{om}", "-o", ""],
        ["compile", "{om}", "--like", ""],
        ["compare", "", "{om}"],
        ["compare", "{om}", ""],
        ["compare", "{om}", "{om}", "--input", ""],
        ["sdk", ""],
    ],
)
def test_an_empty_path(command: Command, adder: Path, words: list[str]) -> None:
    done = command(*(word.format(om=adder) for word in words))
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "{om}", "{om}", "--bound", "nan"],
        ["compare", "{om}", "{om}", "--bound", "-1"],
        ["compare", "{om}", "{om}", "--seed", "-1"],
        ["compile", "{om}", "--verify-bound", "nan"],
        ["compile", "{om}", "--seed", "x"],
        ["demo", "--device", "-1"],
        ["inspect", "{om}", "--gear", "x"],
    ],
)
def test_a_value_out_of_range(command: Command, adder: Path, words: list[str]) -> None:
    done = command(*(word.format(om=adder) for word in words))
    assert (done.code, done.out) == (2, "")
    assert f"error: argument {words[-2]}: " in done.err
    assert "invalid" not in done.err


def test_models_that_cannot_be_compared(command: Command, adder: Path, tmp_path: Path) -> None:
    """1 would mean that they differ."""
    damaged = tmp_path / "damaged.om"
    damaged.write_bytes(b"IMOD" + bytes(400))
    assert command("compare", damaged, adder).code == 2


@pytest.mark.parametrize("error", [PermissionError, OSError])
def test_an_error_names_the_path_that_was_given(tmp_path: Path, error: type[OSError]) -> None:
    path = tmp_path / "y.npy"
    with pytest.raises(error) as told, written_whole(path) as part:
        raise error(13, "Permission denied", str(part))
    assert str(told.value) == f"[Errno 13] Permission denied: '{path}'"


def test_an_error_in_a_folder_that_is_none(command: Command, adder: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    path = tmp_path / "plain" / "y.svg"
    done = command("inspect", adder, "--graph", path)
    assert (done.code, done.err) == (2, f"ascendcl inspect: {path}: Not a directory\n")


def test_text_that_is_called_npy(command: Command, adder: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_text("1 2 3")
    for words in (
        ["run", adder, "--data", "zeros", "--input", path],
        ["compare", adder, adder, "--input", f"a={path}"],
    ):
        done = command(*words)
        assert f"{path}: " in done.err
        assert "it is not an .npy file" in done.err
    np.save(path, np.ones((2, 3), np.float32))
    done = command("run", adder, "--input", path, "--data", "zeros")
    assert (done.code, done.err) == (0, "")
