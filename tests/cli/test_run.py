# SPDX-License-Identifier: Apache-2.0
"""`ascendcl run`: files, pictures and made-up numbers in, files out, and no traceback."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answer import Command

import ascendcl as acl
from ascendcl.cli import main
from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec
from rebatched import model_with_batches
from written_models import dynamic_dense

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)

A = np.arange(6, dtype=np.float32).reshape(2, 3)
B = np.float32([[5, 5, 5], [7, 7, 7]])
RNG = np.random.default_rng(2)


@pytest.fixture
def a(tmp_path: Path) -> Path:
    np.save(tmp_path / "a.npy", A)
    return tmp_path / "a.npy"


@pytest.fixture
def b(tmp_path: Path) -> Path:
    B.tofile(tmp_path / "b.bin")
    return tmp_path / "b.bin"


def run_model(path: Path, *inputs: np.ndarray) -> list[Any]:
    with acl.Model.from_file(path) as model:
        return model.run(*inputs)


def said(out: str) -> Any:
    return json.loads(out)


@pytest.mark.parametrize("order", ["by order", "by name", "mixed"])
def test_inputs_by_order_and_name(
    command: Command, adder: Path, a: Path, b: Path, order: str
) -> None:
    words = {
        "by order": ["--input", a, "--input", b],
        "by name": ["--input", f"b={b}", "--input", f"a={a}"],
        "mixed": ["--input", f"b={b}", "--input", a],
    }[order]
    out = adder.parent / "out"
    done = command("run", adder, *words, "--output", out)
    assert done.code == 0, done.err
    np.testing.assert_array_equal(np.load(out / "sum.npy"), A + B)
    np.testing.assert_array_equal(np.load(out / "diff.npy"), A - B)
    assert sorted(path.name for path in out.iterdir()) == ["diff.npy", "sum.npy"]
    assert "a: float32[2, 3]" in done.out


def test_a_name_with_an_equals_sign(command: Command, adder: Path, b: Path, tmp_path: Path) -> None:
    odd = tmp_path / "x=1.npy"
    np.save(odd, A)
    done = command("run", adder, "--input", odd, "--input", b, "--json")
    assert done.code == 0, done.err


def test_outputs_by_file(command: Command, adder: Path, a: Path, b: Path, tmp_path: Path) -> None:
    diff, total = tmp_path / "d.bin", tmp_path / "s.npy"
    words = ["--output", f"diff={diff}", "--output", total]
    done = command("run", adder, "--input", a, "--input", b, *words)
    assert done.code == 0, done.err
    assert diff.read_bytes() == (A - B).tobytes()
    np.testing.assert_array_equal(np.load(total), A + B)


def test_json_says_everything(command: Command, adder: Path, a: Path, tmp_path: Path) -> None:
    with_nan = tmp_path / "b.npy"
    np.save(with_nan, np.where(B == 7, np.nan, B).astype(np.float32))
    out = tmp_path / "out"
    done = command(
        "run", adder, "--input", a, "--input", with_nan, "--json", "--top", 2, "--output", out,
        "--format", "bin",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = said(done.out)
    assert found["runtime"] == acl.runtime_info().kind
    (one,) = found["runs"]
    assert [each["source"] for each in one["inputs"]] == [str(a), str(with_nan)]
    total, diff = one["outputs"]
    assert total["min"] is None  # NaN has no word in JSON
    assert total["file"] == str(out / "sum.bin")
    assert total["top"][0] == [[2, 7.0], [1, 6.0]]
    assert diff["shape"] == [2, 3]


def test_folders_are_as_many_runs(command: Command, adder: Path, b: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "as", tmp_path / "out"
    folder.mkdir()
    for number in range(3):
        np.save(folder / f"image_{number}.npy", A + number)
    done = command("run", adder, "--input", folder, "--input", b, "--output", out, "--json")
    assert done.code == 0, done.err
    assert [run["name"] for run in said(done.out)["runs"]] == ["image_0", "image_1", "image_2"]
    for number in range(3):
        np.testing.assert_array_equal(np.load(out / f"image_{number}_0.npy"), A + number + B)
        np.testing.assert_array_equal(np.load(out / f"image_{number}_1.npy"), A + number - B)


@pytest.mark.parametrize("filling", ["zeros", "random"])
def test_made_up_data(command: Command, digits: Path, tmp_path: Path, filling: str) -> None:
    files = [tmp_path / f"{number}.npy" for number in range(3)]
    for seed, file in zip((1, 1, 2), files, strict=True):
        done = command("run", digits, "--data", filling, "--seed", seed, "--output", file)
        assert done.code == 0, done.err
    first, again, other = map(np.load, files)
    np.testing.assert_array_equal(first, again)
    assert np.array_equal(first, other) == (filling == "zeros")
    if filling == "zeros":
        np.testing.assert_array_equal(
            first, run_model(digits, np.zeros((1, 1, 8, 8), np.float32))[0]
        )


@pytest.mark.parametrize("ending", ["npy", "bin"])
@pytest.mark.parametrize("batch", [1, 4])
def test_gears_by_shape_or_size(
    command: Command, digits: Path, tmp_path: Path, ending: str, batch: int
) -> None:
    path = tmp_path / "gears.om"
    path.write_bytes(model_with_batches(digits, (1, 4, 16)))
    images = RNG.random((batch, 1, 8, 8), np.float32)
    file = tmp_path / f"x.{ending}"
    np.save(file, images) if ending == "npy" else images.tofile(file)
    out = tmp_path / "y.npy"
    done = command("run", path, "--input", file, "--output", out)
    assert done.code == 0, done.err
    np.testing.assert_array_equal(np.load(out), run_model(path, images)[0])


def test_gears_that_are_asked_for(command: Command, digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "gears.om"
    path.write_bytes(model_with_batches(digits, (1, 4)))
    for words in (["--batch", 4], ["--input_shape", "image:4,1,8,8"]):
        done = command("run", path, "--data", "zeros", *words, "--json")
        assert done.code == 0, done.err
        assert said(done.out)["runs"][0]["inputs"][0]["shape"] == [4, 1, 8, 8]
    done = command("run", path, "--data", "zeros")
    assert (done.code, "several gears fit" in done.err) == (1, True)
    done = command("run", path, "--data", "zeros", "--batch", 3)
    assert (done.code, "no gear" in done.err, "(4, 1, 8, 8)" in done.err) == (1, True, True)
    np.save(tmp_path / "x.npy", np.zeros((2, 1, 8, 8), np.float32))
    done = command("run", path, "--input", tmp_path / "x.npy")
    assert (done.code, "[2, 1, 8, 8]" in done.err, "(4, 1, 8, 8)" in done.err) == (1, True, True)


def test_dynamic_shapes(command: Command, tmp_path: Path) -> None:
    path, file, out = tmp_path / "dense.om", tmp_path / "x.npy", tmp_path / "out"
    path.write_bytes(dynamic_dense())
    x = RNG.random((5, 6), np.float32)
    np.save(file, x)
    done = command("run", path, "--input", file, "--output", out)
    assert done.code == 0, done.err
    np.testing.assert_array_equal(np.load(out / "double_0.npy"), 2 * x)
    for words in (["--batch", 7], ["--input_shape", "x:7,6"]):
        done = command("run", path, "--data", "random", *words, "--json")
        assert done.code == 0, done.err
        assert said(done.out)["runs"][0]["outputs"][1]["shape"] == [7, 6]
    x.tofile(tmp_path / "x.bin")
    done = command("run", path, "--input", tmp_path / "x.bin")
    assert (done.code, "1~40,6" in done.err, "--input_shape" in done.err) == (1, True, True)
    done = command("run", path, "--input", tmp_path / "x.bin", "--input_shape", "x:5,6")
    assert done.code == 0, done.err
    done = command("run", path, "--data", "zeros", "--batch", 41)
    assert (done.code, "1 to 40" in done.err) == (1, True)


@pytest.mark.parametrize("size", [10**15, 10**30])
def test_shapes_beyond_all_memory(command: Command, tmp_path: Path, size: int) -> None:
    spec = TensorSpec((-1, 3), "float32", "ND")
    graph = GraphBuilder("relu")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)], ["y"])
    path = tmp_path / "relu.om"
    path.write_bytes(ModelBuilder(graph).to_bytes(Header("relu", is_unknown_shape=True)))
    done = command("run", path, "--data", "zeros", "--batch", 2)
    assert done.code == 0, done.err
    done = command("run", path, "--data", "zeros", "--batch", size)
    assert (done.code, done.err.startswith("ascendcl run: ")) == (1, True)


def header_alone(shape: str) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


def saved(array: Any, save: Any = np.save) -> bytes:
    file = io.BytesIO()
    save(file, array)
    return file.getvalue()


# Files that do not fit float32[2, 3]; None is a folder.
BAD: dict[str, bytes | None] = {
    "double.npy": saved(A.astype(np.float64)),
    "swapped_bytes.npy": saved(A.astype(">f4")),
    "other_shape.npy": saved(A.T),
    "objects.npy": saved(np.array([{}, 1], object)),
    "cut_short.npy": saved(A)[:-1],
    "more_than_there_is.npy": header_alone("(1099511627776, 8)"),
    "no_header.npy": saved(A)[:40],
    "empty.npy": b"",
    "text.npy": b"1 2 3 4 5 6",
    "zip.npy": saved(A, np.savez),
    "short.bin": bytes(23),
    "unknown.dat": bytes(24),
    "no_picture.png": bytes(24),
    "empty_folder": None,
    "outer/inner": None,
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("objects.npy", ["it holds Python objects"]),
        ("double.npy", ["float64[2, 3]", "float32[2, 3]"]),
        ("swapped_bytes.npy", [">f4[2, 3]", "float32[2, 3]"]),
        ("other_shape.npy", ["float32[3, 2]", "float32[2, 3]"]),
        ("cut_short.npy", ["no array can be read"]),
        ("more_than_there_is.npy", ["no array can be read"]),
        ("no_header.npy", ["no array can be read"]),
        ("empty.npy", ["it is not an .npy file"]),
        ("text.npy", ["it is not an .npy file"]),
        ("zip.npy", ["several arrays"]),
        ("short.bin", ["23 bytes", "24 (float32[2, 3])"]),
        ("unknown.dat", [".npy, .bin, or a picture"]),
        ("no_picture.png", []),
        ("empty_folder", ["is empty"]),
        ("outer", ["folder inside of a folder"]),
        ("missing.npy", ["no such file", "'a'"]),
    ],
)
def test_what_does_not_fit(
    command: Command, adder: Path, b: Path, name: str, told: list[str]
) -> None:
    folder = adder.parent
    for each, content in BAD.items():
        if content is None:
            (folder / each).mkdir(parents=True)
        else:
            (folder / each).write_bytes(content)
    bad, out = folder / name, folder / "out"
    done = command("run", adder, "--input", bad, "--input", b, "--output", out)
    assert done.code == (2 if name == "unknown.dat" else 1)
    assert done.err.startswith("ascendcl run: ")
    assert [text for text in [str(bad), *told] if text not in done.err] == []
    assert "pickle" not in done.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no file is given for input 'a', 'b'"),
        (["--input", "{a}"], "no file is given for input 'b'"),
        (["--input", "c={a}"], "there is no input 'c'; there are 'a', 'b'"),
        (["--input", "a={a}", "--input", "a={a}"], "'a' is given twice"),
        (["--input", "{a}", "--input", "{b}", "--input", "{b}"], "3 are given"),
        (["--data", "zeros", "--input_shape", "c:2,4"], "there is no input 'c'"),
        (["--data", "zeros", "--input_shape", "a:2,-1"], "needs sizes"),
        (["--data", "zeros", "--input_shape", "a"], "is not of the form"),
        (["--data", "zeros", "--output", "{a}", "--output", "o"], "--output is one folder"),
        (["--data", "zeros", "--output", "x={tmp}/x.npy"], "no output 'x'"),
        (["--data", "zeros", "--output", "{tmp}/x.txt"], "files are .npy or .bin"),
        (["--data", "zeros", "--output", "sum={tmp}/x"], "files are .npy or .bin"),
        (["--data", "zeros", *["--output", "{tmp}/x.npy"] * 2], "two outputs go to one file"),
        (["--data", "zeros", *["--output", "{tmp}/x.npy"] * 3], "3 files are given"),
    ],
)
def test_wrong_arguments(command: Command, adder: Path, words: list[str], told: str) -> None:
    refused(command, adder, words, (2, told))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--batch", "3"], "--batch 3: the model has one batch"),
        (["--input_shape", "a:2,4"], "--input_shape [2, 4]"),
        (["--output", "{b}/sub"], "Not a directory"),
        (["--output", "{tmp}/folder.npy"], "it is a folder"),
        (["--output", "{tmp}/plain"], "it is there and is no folder"),
        (["--device", "999"], "device"),
    ],
)
def test_refusals(command: Command, adder: Path, words: list[str], told: str) -> None:
    refused(command, adder, ["--data", "zeros", *words], (1, told))


def refused(command: Command, adder: Path, words: list[str], told: tuple[int, str]) -> None:
    folder = adder.parent
    (folder / "folder.npy").mkdir()
    np.save(folder / "a.npy", A)
    B.tofile(folder / "b.bin")
    (folder / "plain").touch()
    names = {"a": folder / "a.npy", "b": folder / "b.bin", "tmp": folder}
    done = command("run", adder, *(word.format(**names) for word in words))
    assert (done.code, told[1] in done.err) == (told[0], True), done.err
    assert list(folder.rglob("*.part.*")) == []


def test_folders_of_different_lengths(command: Command, adder: Path, tmp_path: Path) -> None:
    for name, count in (("first", 2), ("second", 3)):
        (tmp_path / name).mkdir()
        for number in range(count):
            np.save(tmp_path / name / f"{number}.npy", A)
    words = [word for name in ("first", "second") for word in ("--input", tmp_path / name)]
    done = command("run", adder, *words)
    assert done.code == 1
    assert f"{tmp_path / 'first'}: 2" in done.err
    assert f"{tmp_path / 'second'}: 3" in done.err
    (tmp_path / "second" / "2.npy").unlink()
    done = command("run", adder, *words, "--output", tmp_path / "x.npy")
    assert (done.code, "has to be a folder: there are 2 runs" in done.err) == (2, True)
    A.tofile(tmp_path / "first" / "1.bin")
    (tmp_path / "first" / "0.npy").unlink()
    done = command("run", adder, *words, "--output", tmp_path / "out")
    assert (done.code, "two inputs are called '1'" in done.err) == (1, True)


@pytest.mark.parametrize("content", [None, b"", b"no model", bytes(4096)])
def test_no_model(command: Command, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.om"
    if content is not None:
        path.write_bytes(content)
    done = command("run", path, "--data", "zeros")
    assert done.code == 1
    assert done.err.startswith("ascendcl run: ")


def test_what_was_there_stays_where_writing_fails(
    command: Command, adder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "y.npy"
    path.write_text("an earlier result")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    done = command("run", adder, "--data", "zeros", "--output", path)
    assert (done.code, "No space left" in done.err) == (1, True)
    assert path.read_text() == "an earlier result"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["adder.om", "y.npy"]


@pytest.mark.parametrize(
    "words",
    [
        ["--data", "ones"],
        ["--batch", "0"],
        ["--seed", "-1"],
        ["--std", "1,0,1"],
        ["--top", "x"],
        ["--mean", "nan"],
        ["--mean", "1,x"],
        ["--std", "inf"],
        ["--input", ""],
        ["--output", ""],
        ["--input", "a="],
        ["--output", "sum="],
    ],
)
def test_usage_errors(command: Command, adder: Path, words: list[str]) -> None:
    done = command("run", adder, *words)
    assert done.code == 2
    assert done.err.startswith("usage: ascendcl run")
    assert f"error: argument {words[0]}: " in done.err
    assert "invalid" not in done.err or words[0] == "--data"


def test_ctrl_c(command: Command, adder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(acl.Model, "run", interrupted)
    done = command("run", adder, "--data", "zeros")
    assert done == (130, "", "ascendcl: interrupted\n")


def test_interrupted_commands_end_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from ascendcl.cli import demo

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "digits_held_out", interrupted)
    assert main(["demo"]) == 130
