# SPDX-License-Identifier: Apache-2.0
"""`ascendcl bench`: what it tells holds together, and what cannot be measured is said at once.

How long anything takes is nowhere asserted.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from answer import Command
from onnx import TensorProto, helper
from terminal import Terminal

import ascendcl as acl
from ascendcl.cli import bench_report, columns, progress_bar
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
from rebatched import model_with_batches
from written_models import dynamic_dense

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)

MEAN, FIELDS = "mean", ("min", "p50", "p90", "p99", "max")


def measured(command: Command, *words: object) -> Any:
    done = command("bench", *words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.mark.parametrize("memory", ["user", "system"])
@pytest.mark.parametrize("threads", [1, 3])
def test_what_it_tells_holds_together(
    command: Command, digits: Path, tmp_path: Path, memory: str, threads: int
) -> None:
    file = tmp_path / "times.csv"
    found = measured(
        command, digits, "--iterations", 50, "--warmup", 2, "--threads", threads, "--memory",
        memory, "--times", file, "--percentile", 75, "--percentile", 99.9,
    )  # fmt: skip
    assert (found["runs"], found["threads"], found["management"]) == (50, threads, memory)
    assert found["throughput"] == pytest.approx(50 / found["seconds"])
    assert found["batch"] == 1

    with file.open(newline="", encoding="utf-8") as lines:
        rows = [{key: int(value) for key, value in row.items()} for row in csv.DictReader(lines)]
    assert len(rows) == 50
    assert all(
        row["copy_in_ns"] + row["compute_ns"] + row["copy_out_ns"] == row["latency_ns"]
        for row in rows
    )
    ordered = sorted(row["latency_ns"] for row in rows)
    latency = found["milliseconds"]["latency"]
    of_50 = {"min": 1, "p50": 25, "p90": 45, "p99": 50, "max": 50}
    for name, rank in of_50.items():
        assert latency[name] == ordered[rank - 1] / 1e6
    assert found["percentiles"] == {"75": ordered[37] / 1e6, "99.9": ordered[49] / 1e6}
    assert latency[MEAN] == pytest.approx(sum(ordered) / 50 / 1e6)
    steps = [found["milliseconds"][name] for name in ("copy in", "compute", "copy out")]
    assert sum(step[MEAN] for step in steps) == pytest.approx(latency[MEAN])
    assert found["seconds"] >= ordered[-1] / 1e9
    if threads == 1:
        assert found["seconds"] >= sum(ordered) / 1e9

    size, memory_after = acl.query_size(digits), found["memory"]["after"]
    assert memory_after["work"] == size.work * threads
    assert memory_after["weight"] == size.weight * (1 if memory == "user" else threads)
    assert memory_after["device_used"] > found["memory"]["before"]["device_used"]
    with acl.Model.from_file(digits) as model:
        sizes = sum(info.nbytes for info in (*model.inputs, *model.outputs))
        of_its_own = acl.memory_info().io
    assert memory_after["arrays"] == sizes * threads
    assert memory_after["io"] >= of_its_own > 0
    held = sum(memory_after[kind] for kind in ("work", "weight", "io", "arrays"))
    more = memory_after["device_used"] - found["memory"]["before"]["device_used"]
    assert held <= more < held + 64 * 2**10  # what the runtime adds to each block
    assert memory_after["peak"] >= memory_after["resident"] > 0


def test_nothing_is_held_afterwards(command: Command, digits: Path) -> None:
    command("bench", digits, "--iterations", 3, "--pinned", "--profile", "--threads", 2)
    before = acl.memory_info().used
    command("bench", digits, "--iterations", 3, "--pinned", "--profile", "--threads", 2)
    assert acl.memory_info().used == before


def test_for_people(command: Command, digits: Path) -> None:
    done = command("bench", digits, "--iterations", 20, "--profile", "--percentile", 75)
    assert (done.code, done.err) == (0, "")
    for text in ("throughput", "resident memory", "image: float32[1, 1, 8, 8] from random, seed 0"):
        assert text in done.out
    assert re.search(r"^  latency( +[\d.]+){6}$", done.out, re.MULTILINE)
    assert re.search(
        r"^  Convolution_\d+ +Convolution +\d+\.\d+ +\d+\.\d%$", done.out, re.MULTILINE
    )
    assert "note: of 20 runs p99 is the longest one" in done.out
    assert "\x1b" not in done.out


def test_operators(command: Command, digits: Path) -> None:
    if acl.runtime_info().kind == "cann":
        pytest.skip("their names are the host runtime's")
    operators = measured(command, digits, "--iterations", 2, "--profile")["operators"]
    assert [each["type"] for each in operators].count("Convolution") == 2
    assert sum(each["share"] for each in operators) == pytest.approx(1)
    lengths = [each["milliseconds"] for each in operators]
    assert lengths == sorted(lengths, reverse=True)
    assert len({each["name"] for each in operators}) == len(operators)


def test_without_copies(command: Command, digits: Path) -> None:
    found = measured(command, digits, "--iterations", 5, "--no-copies")
    assert list(found["milliseconds"]) == ["latency"]


def test_seconds(command: Command, digits: Path) -> None:
    found = measured(command, digits, "--seconds", 0.05)
    assert found["runs"] == found["milliseconds"]["latency"]["count"] >= 1
    assert found["throughput"] == pytest.approx(found["runs"] / found["seconds"])


def test_sets_of_inputs(command: Command, digits: Path, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        np.save(folder / f"{number}.npy", np.full((1, 1, 8, 8), number, np.float32))
    assert measured(command, digits, "--iterations", 7, "--input", folder)["sets"] == 3
    done = command("bench", digits, "--input", folder, "--no-copies")
    assert (done.code, "several sets" in done.err) == (1, True)


def test_gears_and_batches(command: Command, digits: Path, tmp_path: Path) -> None:
    path, folder = tmp_path / "gears.om", tmp_path / "images"
    path.write_bytes(model_with_batches(digits, (1, 4)))
    found = measured(command, path, "--iterations", 5, "--batch", 4)
    assert (found["batch"], found["inputs"][0]["shape"]) == (4, [4, 1, 8, 8])
    folder.mkdir()
    for batch in (1, 4):
        np.save(folder / f"{batch}.npy", np.zeros((batch, 1, 8, 8), np.float32))
    found = measured(command, path, "--iterations", 6, "--input", folder)
    assert (found["batch"], found["sets"]) == (None, 2)
    done = command("bench", path)
    assert (done.code, "several gears fit" in done.err) == (1, True)


def test_dynamic_shapes(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "dense.om"
    path.write_bytes(dynamic_dense())
    found = measured(command, path, "--iterations", 5, "--batch", 7)
    assert list(found["milliseconds"]) == ["latency"]
    done = command("bench", path, "--iterations", 5, "--batch", 7)
    assert "no split" in done.out
    done = command("bench", path, "--batch", 7, "--no-copies")
    assert (done.code, "dynamic shapes" in done.err) == (1, True)
    done = command("bench", path)
    assert (done.code, "--input_shape" in done.err) == (1, True)


def test_a_reader_that_has_seen_enough(digits: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "ascendcl", "bench", digits, "--iterations", "2"]
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("option", ["--plot", "--times"])
def test_what_was_there_stays_where_writing_fails(
    command: Command, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    path = tmp_path / {"--plot": "x.html", "--times": "x.csv"}[option]
    path.write_text("an earlier result")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(csv, "writer", full)
    done = command("bench", digits, "--iterations", 2, option, path)
    assert (done.code, "No space left" in done.err) == (1, True)
    assert path.read_text() == "an earlier result"
    assert list(tmp_path.iterdir()) == [path]


class Page(HTMLParser):
    """What a page refers to, and the titles in it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.titles: list[str] = []
        self.references: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.references += [value for name, value in attrs if name in ("src", "href", "data")]
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"] and "runs" in data:
            self.titles.append(data)
            self.open.append("")


def test_a_page_with_every_run_and_nothing_from_elsewhere(
    command: Command, digits: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "a <b> & c.om"
    odd.write_bytes(digits.read_bytes())
    path = tmp_path / "page.html"
    found = measured(command, odd, "--iterations", 64, "--plot", path)
    text = path.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.references == []
    counts = [int(re.findall(r": (\d+) runs", title)[0]) for title in page.titles]
    assert sum(counts) == found["runs"] == 64
    assert "a &lt;b&gt; &amp; c.om" in text
    assert "<b>" not in text


def test_a_picture(command: Command, digits: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "plot.png"
    measured(command, digits, "--iterations", 64, "--plot", path)
    assert path.read_bytes().startswith(b"\x89PNG\r\n")


def test_without_matplotlib(
    command: Command, digits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "matplotlib" else found(name)
    )
    done = command("bench", digits, "--plot", tmp_path / "plot.png")
    assert done.code == 1
    assert 'pip install "ascendcl[bench]"' in done.err
    assert not (tmp_path / "plot.png").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plot", "{tmp}/nowhere/x.html"], "there is no folder"),
        (["--times", "{tmp}/nowhere/x.csv"], "there is no folder"),
        (["--compare", "{tmp}/nowhere.onnx"], "there is no such file"),
        (["--compare", "{tmp}/no.onnx"], "no.onnx"),
        (["--compare", "{tmp}/two_inputs.onnx"], "has the inputs"),
        (["--compare", "{tmp}/other_shape.onnx"], "[5, 3, 2, 2], and [1, 1, 8, 8]"),
        (["--input", "{tmp}/nowhere.npy"], "there is no such file"),
        (["--batch", "2"], "the model has one batch"),
        (["--device", "999"], "device"),
    ],
)
def test_refusals(
    command: Command, digits: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    (tmp_path / "no.onnx").write_bytes(b"no model")
    save_onnx(tmp_path / "two_inputs.onnx", "Add", ["x", "x2"], (2, 3))
    save_onnx(tmp_path / "other_shape.onnx", "Relu", ["image"], (5, 3, 2, 2))
    done = command("bench", digits, "--iterations", 1, *(w.format(tmp=tmp_path) for w in words))
    assert done.code == 1
    assert told in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plot", "{tmp}/x.svg"], ".html or .png"),
        (["--times", "{tmp}/no.onnx"], "what is written is .csv"),
        (["--iterations", "2", "--threads", "3"], "there are 3 threads"),
        (["--input_shape", "a"], "is not of the form"),
        (["--input", "none={tmp}/x.npy"], "there is no input 'none'"),
    ],
)
def test_wrong_arguments(
    command: Command, digits: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    done = command("bench", digits, "--iterations", 1, *(w.format(tmp=tmp_path) for w in words))
    assert (done.code, told in done.err, done.out) == (2, True, "")


def test_comparing_with_an_om_file(command: Command, digits: Path) -> None:
    done = command("bench", digits, "--iterations", 1, "--compare", digits)
    assert (done.code, "this is an .om file" in done.err) == (1, True)
    assert done.err.startswith(f"ascendcl bench: {digits}: ")


@pytest.mark.parametrize(
    "words",
    [
        ["--seconds", "inf"],
        ["--percentile", "x"],
        ["--percentile", "nan"],
        ["--threads", "100000"],
        ["--compute-threads", "5000"],
        ["--bound", "nan"],
        ["--bound", "-1"],
        ["--plot", ""],
        ["--times", ""],
        ["--compare", ""],
        ["--iterations", "0"],
        ["--iterations", "1", "--seconds", "1"],
        ["--seconds", "0"],
        ["--seconds", "nan"],
        ["--threads", "0"],
        ["--percentile", "101"],
        ["--memory", "ours"],
    ],
)
def test_usage_errors(command: Command, digits: Path, words: list[str]) -> None:
    done = command("bench", digits, *words)
    assert done.code == 2
    assert done.err.startswith("usage: ascendcl bench")
    assert f"error: argument {words[0]}: " in done.err or len(words) > 2
    assert "invalid" not in done.err or words[0] == "--memory"


def test_a_run_that_fails(command: Command, digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise acl.AclError(507011, "aclmdlExecute", "it fails")

    monkeypatch.setattr(acl.BoundModel, "__call__", fails)
    done = command("bench", digits, "--threads", 2)
    assert (done.code, "it fails" in done.err, done.out) == (1, True, "")


def save_onnx(path: Path, kind: str, inputs: list[str], shape: tuple[int, ...]) -> Path:
    """A model of one node."""
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in (*inputs, "y")]
    graph = helper.make_graph([helper.make_node(kind, inputs, ["y"])], "g", infos[:-1], infos[-1:])
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@pytest.fixture
def relu(tmp_path: Path) -> Path:
    spec = TensorSpec((2, 3), "float32", "ND")
    graph = GraphBuilder("relu")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)], ["relu:0:y"])
    path = tmp_path / "relu.om"
    path.write_bytes(ModelBuilder(graph).to_bytes())
    return path


class TestComparison:
    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("openvino")

    def test_with_the_same(self, command: Command, relu: Path, tmp_path: Path) -> None:
        pytest.importorskip("onnxruntime")
        source = save_onnx(tmp_path / "relu.onnx", "Relu", ["x"], (2, 3))
        before = os.environ.get("ASCENDCL_HOST_THREADS")
        words = ["--compare", source, "--iterations", 4, "--compute-threads", 1]
        found = measured(command, relu, *words)
        assert os.environ.get("ASCENDCL_HOST_THREADS") == before
        contest = found["compare"]
        assert (contest["threads"], found["compute_threads"], contest["missing"]) == (1, 1, [])
        assert list(contest["milliseconds"]) == ["ascendcl", "openvino", "onnxruntime"]
        assert {each["count"] for each in contest["milliseconds"].values()} == {4}
        assert set(contest["differences"]) == {"openvino", "onnxruntime"}
        for (row,) in contest["differences"].values():
            assert (row["output"], row["relative_l2"], row["max_abs"]) == ("relu:0:y", 0, 0)
        done = command("bench", relu, *words)
        assert (done.code, done.err) == (0, "")
        assert re.search(r"^  relu:0:y +onnxruntime +0 +0 +1\.0000000$", done.out, re.MULTILINE)

    @pytest.mark.parametrize("setting", [None, "0", "1", "3"])
    def test_all_get_the_same_threads(
        self, command: Command, relu: Path, monkeypatch: pytest.MonkeyPatch, setting: str | None
    ) -> None:
        monkeypatch.delenv("ASCENDCL_HOST_THREADS", raising=False)
        if setting is not None:
            monkeypatch.setenv("ASCENDCL_HOST_THREADS", setting)
        source = save_onnx(relu.with_suffix(".onnx"), "Relu", ["x"], (2, 3))
        found = measured(command, relu, "--compare", source, "--iterations", 1)
        expected = int(setting or 0) or len(os.sched_getaffinity(0))
        assert found["compute_threads"] == found["compare"]["threads"] == expected
        assert os.environ.get("ASCENDCL_HOST_THREADS") == setting

    def test_with_another(self, command: Command, relu: Path, tmp_path: Path) -> None:
        source = save_onnx(tmp_path / "abs.onnx", "Abs", ["x"], (2, 3))
        x = np.float32([[1, 2, 3], [-1, 2, 2]])
        np.save(tmp_path / "x.npy", x)
        words = ["--compare", source, "--iterations", 2, "--input", tmp_path / "x.npy"]
        done = command("bench", relu, *words, "--json")
        assert done.code == 1
        assert "output 'relu:0:y' is off by 0.209" in done.err
        assert f"`ascendcl compare {relu} {source} --bisect` tells" in done.err
        (row,) = json.loads(done.out)["compare"]["differences"]["openvino"]
        assert row["max_abs"] == 1
        assert row["relative_l2"] == pytest.approx(1 / np.linalg.norm(x))
        assert command("bench", relu, *words, "--bound", 0.3).code == 0

    def test_without_onnxruntime(
        self, command: Command, relu: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = save_onnx(tmp_path / "relu.onnx", "Relu", ["x"], (2, 3))
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        contest = measured(command, relu, "--compare", source, "--iterations", 2)["compare"]
        assert list(contest["milliseconds"]) == ["ascendcl", "openvino"]
        assert contest["missing"] == ["onnxruntime"]
        done = command("bench", relu, "--compare", source, "--iterations", 2)
        assert "note: onnxruntime is not installed" in done.out


@pytest.mark.parametrize("has_rich", [True, False])
def test_columns_with_and_without_rich(monkeypatch: pytest.MonkeyPatch, has_rich: bool) -> None:
    if has_rich:
        pytest.importorskip("rich")
    else:
        monkeypatch.setattr(columns.importlib.util, "find_spec", lambda _: None)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    columns.print_columns("title", ("", "ms"), [("[name]", "1.5")])
    assert all(text in terminal.text for text in ("title", "[name]", "1.5"))
    assert ("\x1b[" in terminal.text) == has_rich


@pytest.mark.parametrize("width", [80, 60, 30])
def test_no_number_is_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Names fold where the terminal is narrow; half a number would be another one."""
    pytest.importorskip("rich")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "dumb")
    name = "OpenVINO of a very long release, and not to be told without it"
    row = [str(1234.5678 + number) for number in range(7)]
    columns.print_columns("title", ("", *(f"head{i}" for i in range(7))), [(name, *row)])
    words = terminal.text.split()
    assert set(row) <= set(words)
    assert {f"head{i}" for i in range(7)} <= set(words)
    assert all(word in terminal.text for word in ("OpenVINO", "without"))
    assert "…" not in terminal.text
    (line,) = [line for line in terminal.text.splitlines() if row[0] in line]
    assert row[-1] in line


def test_contests_fit_a_terminal_of_80(monkeypatch: pytest.MonkeyPatch) -> None:
    """The widest table that there is, with all who may take part."""
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    times = [bench_report.in_digits(value) for value in (0.0421368, 1.23456, 87.654321, 123.4567)]
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    rows = [(name, *times, *times[:2], "1.25") for name in ("ascendcl", "OpenVINO", "ONNX Runtime")]
    heads = ("", "mean", "min", "p50", "p90", "p99", "max", "p50 / ours")
    columns.print_columns("milliseconds", heads, rows)
    assert max(map(len, terminal.text.splitlines())) <= 80
    assert sum(set(times) <= set(line.split()) for line in terminal.text.splitlines()) == 3


def test_small_memory_is_told_in_bytes(command: Command, digits: Path) -> None:
    done = command("bench", digits, "--iterations", 2, "--warmup", 0, "--quiet")
    (line,) = [each for each in done.out.splitlines() if "device memory" in each]
    assert line.endswith("; the inputs and outputs of this measurement 296 bytes")
    assert "0.3 KiB" not in line


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (0.000123, "0.000123"),
        (0.042136, "0.04214"),
        (9.99996, "10.000"),
        (12.3456, "12.35"),
        (123456.7, "123457"),
    ],
)
def test_times_have_four_digits(value: float, told: str) -> None:
    assert bench_report.in_digits(value) == told


@pytest.mark.parametrize("where", ["terminal", "pipe", "quiet", "without rich"])
def test_a_bar_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    pytest.importorskip("rich")
    terminal = Terminal()
    if where != "pipe":
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
    if where == "without rich":
        monkeypatch.setattr(progress_bar.importlib.util, "find_spec", lambda _: None)
    from ascendcl.bench import Duration

    monkeypatch.setattr(progress_bar, "_LEAST_PAUSE", 0)
    duration = Duration(runs=4)
    with progress_bar.progress_bar("measuring", duration, quiet=where == "quiet") as tell:
        assert (tell is not None) == (where == "terminal")
        if tell:
            tell(3)
    assert ("3 runs" in terminal.text) == (where == "terminal")
