# SPDX-License-Identifier: Apache-2.0
"""``ascendcl inspect``: what a file says, how it is understood, and what is refused of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from answer import Command
from onnx import TensorProto, helper

import ascendcl as acl
from ascendcl import _acl
from ascendcl._runtime import Runtime
from ascendcl.cli import main
from ascendcl.cli.exit_codes import EXIT_CODES
from ascendcl.data import DIGITS_MODEL
from ascendcl.inspection import Refused, examine, read_file
from ascendcl.om import CompileOptions, File, GraphBuilder, ModelBuilder, TensorSpec, compile
from written_models import dynamic_dense, model_with_gears

ROOT = Path(__file__).resolve().parents[2]

is_host = acl.runtime_info().kind == "host"
needs_engine = pytest.mark.skipif(
    is_host and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)
pytestmark = needs_engine


def inspected(
    capsys: pytest.CaptureFixture[str], path: Path, *options: str, code: int = 0
) -> dict[str, Any]:
    assert main(["inspect", str(path), "--json", *options]) == code
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def written(folder: Path, content: bytes) -> Path:
    path = folder / "m.om"
    path.write_bytes(content)
    return path


def graph_of(*types: str) -> GraphBuilder:
    """A chain of ops of these types."""
    graph = GraphBuilder("chain")
    spec = TensorSpec((2, 3), "float32", "ND")
    value = graph.data("x", spec)
    for index, type in enumerate(types):
        value = graph.op(type, [value], spec, name=f"{type.lower()}_{index}")
    graph.output([value], ["y"])
    return graph


# --- what the file says ---


def test_says_of_a_file_what_the_runtime_says(capsys: pytest.CaptureFixture[str]) -> None:
    found = inspected(capsys, DIGITS_MODEL)
    size = acl.query_size(DIGITS_MODEL)
    assert (found["work"], found["weight"]) == (size.work, size.weight)
    assert found["size"] == DIGITS_MODEL.stat().st_size
    with acl.Model.from_file(DIGITS_MODEL) as model:
        for key, tensors in (("inputs", model.inputs), ("outputs", model.outputs)):
            told = [(each["name"], each["dims"], each["dtype"]) for each in found[key]]
            assert told == [(each.name, list(each.shape), str(each.dtype)) for each in tensors]
    assert found["about"]["soc"] == "Ascend310B4"
    nodes = File.open(DIGITS_MODEL).models[0].definition.graphs[0].nodes
    assert sum(found["operators"].values()) == len(nodes)
    assert found["operators"]["Const"] == sum(node.type == "Const" for node in nodes)
    assert not found["for_host_runtime"]


@pytest.mark.filterwarnings("ignore::ascendcl.HostAssumption")
def test_real_file(capsys: pytest.CaptureFixture[str], real_model: Path) -> None:
    """What the file keeps is told; what loading finds, too."""
    has_aipp = "aipp" in real_model.name
    found = inspected(capsys, real_model)
    attrs = File.open(real_model).models[0].definition.attrs
    for attr, name in (
        ("soc_version", "soc"),
        ("framework_type", "framework"),
        ("atc_version", "atc_version"),
        ("atc_cmdline", "command"),
    ):
        assert found["about"].get(name) == attrs.get(attr)
    assert found["fused"]
    assert all(each["made_of"] for each in found["fused"])
    if has_aipp:
        assert [each["aipp"] for each in found["inputs"]] == ["static_aipp"]
        assert found["inputs"][0]["aipp_settings"]["src_image_size_h"] == 80
    with acl.Model.from_file(real_model) as model:
        known = [asdict(each) for each in model.findings]
    told = [
        {"node": node["node"], "type": node["type"], **each}
        for node in found["fused"]
        for each in node["findings"]
    ]
    if is_host:
        by_text = sorted(map(json.dumps, map(_sorted, known)))
        assert sorted(json.dumps(_sorted(e)) for e in told + found["other_findings"]) == by_text


def _sorted(content: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(content.items()))


def test_soc_and_framework_of_the_command_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Old files do not state them."""
    command = "atc --model=m.onnx --framework=5 --soc_version=Ascend310"
    attrs: dict[str, Any] = {"atc_cmdline": command, "soc_version": "", "framework_type": ""}
    path = written(tmp_path, ModelBuilder(graph_of("Relu"), attrs=attrs).to_bytes())
    found = inspected(capsys, path)
    assert found["about"]["soc"] == "Ascend310"
    assert found["about"]["framework"] == "Onnx"
    assert sorted(found["derived"]) == ["framework", "soc"]


def test_gears(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, model_with_gears("image"))
    found = inspected(capsys, path)
    assert (found["gear_kind"], found["gears"]) == ("image", [[4, 6], [8, 5]])
    assert found["host"] == {"scope": "all", "problem": "", "refused": []}
    assert main(["inspect", str(path)]) == 0
    assert "gears of image" in capsys.readouterr().out


def test_open_shapes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = written(tmp_path, dynamic_dense())
    found = inspected(capsys, path)
    assert found["host"]["scope"] == "types"
    assert found["is_dynamic"]
    found = inspected(capsys, path, "--input_shape", "x:4,6")
    assert found["host"] == {"scope": "all", "problem": "", "refused": []}
    found = inspected(capsys, path, "--input_shape", "x:4,7", code=1)
    assert found["host"]["refused"]


@pytest.mark.parametrize("options", [{}, {"dynamic_batch_size": (1, 2)}, {"open": True}])
def test_compiled_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: dict[str, Any]
) -> None:
    if not is_host:
        pytest.skip("compiled models are for the host runtime")
    x, y = (helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n", 3]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "graph", [x], [y])
    source = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), source)
    if options.pop("open", False) or options:
        options["input_shape"] = {"x": [-1, 3]}
    else:
        options["input_shape"] = {"x": [2, 3]}
    compile(source, tmp_path / "m.om", CompileOptions(**options))
    found = inspected(capsys, tmp_path / "m.om")
    assert found["for_host_runtime"]
    assert [each["quantity"] for each in found["other_findings"]] == ["precision"]
    for ending in (".svg", ".html"):
        assert main(["inspect", str(tmp_path / "m.om"), f"--memory-map={tmp_path}/m{ending}"]) == 0


# --- what is refused ---


def test_all_that_is_refused_is_told_at_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """More reasons than an error message has room for, and behind one another."""
    types = [name for i in range(20) for name in (f"Unknown{i}", "Relu")]
    path = written(tmp_path, ModelBuilder(graph_of(*types)).to_bytes())
    refused = inspected(capsys, path, code=1)["host"]["refused"]
    assert [(each["node"], each["type"]) for each in refused] == [
        (f"unknown{i}_{2 * i}", f"Unknown{i}") for i in range(20)
    ]
    assert main(["inspect", str(path)]) == 1
    out = capsys.readouterr().out
    assert out.count("REFUSED") == 20
    assert "unknown19_38 (Unknown19): Unknown19 is not supported" in out


def test_translation_is_looked_at_beyond_the_first_refusal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Shapes that do not fit are seen where the plain graph is translated, not where it is made."""
    graph = GraphBuilder("shapes")
    specs = [TensorSpec(shape, "float32", "ND") for shape in ((2, 3), (4, 5))]
    a, b = (graph.data(name, spec) for name, spec in zip("ab", specs, strict=True))
    bad = [graph.op("Add", [a, b], specs[0], name=f"bad{i}") for i in range(2)]
    behind = graph.op("Relu", [bad[0]], specs[0], name="behind")
    good = graph.op("Relu", [a], specs[0], name="good")
    graph.output([behind, bad[1], good], ["x", "y", "z"])
    path = written(tmp_path, ModelBuilder(graph).to_bytes())
    refused = inspected(capsys, path, code=1)["host"]["refused"]
    assert [each["node"] for each in refused] == ["bad0", "bad1"]


def test_gears_that_are_refused_are_named(tmp_path: Path) -> None:
    from ascendcl.om import join_gears

    graphs = []
    for rows in (1, 2, 4):
        graph = GraphBuilder(f"gear_{rows}")
        spec = TensorSpec((rows, 3), "float32", "ND")
        x = graph.data("x", spec)
        y = graph.op("Unheard" if rows == 2 else "Relu", [x], spec, name="y")
        graph.output([y], ["y"])
        graphs.append(graph)
    path = written(tmp_path, join_gears(graphs, "batch").to_bytes())
    gears = read_file(path)[0].gears
    assert examine(path, gears).refused == (
        Refused("y", "Unheard", "Unheard is not supported", (1,)),
    )


def test_a_crash_is_an_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    process = tmp_path / "process.py"
    process.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr("ascendcl.inspection.examination._PROCESS", process)
    found = examine(DIGITS_MODEL)
    assert found.scope == "none"
    assert "SIGSEGV" in found.problem


def test_with_another_runtime_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """CANN's library knows nothing of it: the host runtime is asked all the same."""
    expected = examine(DIGITS_MODEL)
    assert expected.findings
    other = Runtime("cann", Path("/nowhere/libascendcl.so"))
    monkeypatch.setattr("ascendcl._runtime.load", lambda: other)
    assert examine(DIGITS_MODEL) == expected


def test_no_engine_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ascendcl", "inspect", str(DIGITS_MODEL)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ASCENDCL_OPENVINO_LIBS": str(tmp_path)},
    )
    assert found.returncode == 1
    assert "NOT LOOKED AT" in found.stdout
    assert "ASCENDCL_OPENVINO_LIBS" in found.stdout
    assert found.stderr == ""


# --- nothing of the device ---


def test_no_device_is_touched(tmp_path: Path) -> None:
    """The trace has every call of the C ABI."""
    if not is_host:
        pytest.skip("only the host runtime writes traces")
    trace = tmp_path / "trace.json"
    command = [sys.executable, "-m", "ascendcl", "inspect", str(DIGITS_MODEL)]
    environment = {**os.environ, "ASCENDCL_TRACE": str(trace), "ASCENDCL_HOST_DEVICES": "0"}
    done = subprocess.run(
        [*command, "--memory-map", str(tmp_path / "m.svg")],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    called = set(
        re.findall(
            r"aclInit|aclrtSetDevice|aclrtCreate\w+|aclmdlLoad\w+|aclrtMalloc\w*",
            trace.read_text() if trace.exists() else "",
        )
    )
    assert called == set()


def test_leaves_nothing_in_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    before = _acl.core.live_counts()
    inspected(capsys, DIGITS_MODEL)
    assert _acl.core.live_counts() == before


# --- errors ---


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["inspect", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("ascendcl inspect: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_files_that_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    missing = tmp_path / "missing.om"
    assert f"{missing}: No such file" in error_of(capsys, str(missing))
    assert f"{tmp_path}: " in error_of(capsys, str(tmp_path))
    content = DIGITS_MODEL.read_bytes()
    random = np.random.default_rng(1)
    for name, data in {
        "empty.om": b"",
        "short.om": content[:100],
        "half.om": content[: len(content) // 2],
        "text.om": b"no model at all\n" * 50,
        "noise.om": random.bytes(4096),
        "magic.om": b"IMOD" + random.bytes(4096),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert str(path) in error_of(capsys, str(path))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--graph", "x.png"], "--graph: 'x.png' ends with none of .svg, .dot, .onnx"),
        (["--memory-map", "x.onnx"], "--memory-map: 'x.onnx' ends with none of .html, .svg"),
        (["--graph", "/nowhere/x.svg"], "/nowhere/x.svg"),
        (["--gear", "1"], "no gear 1"),
        (["--input_shape", "image"], "--input_shape"),
        (["--input_shape", "other:1,2"], "a shape for each of image"),
        (["--input_shape", "image:-1,1,8,8"], "needs sizes"),
    ],
)
def test_arguments_that_are_wrong(
    capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    code = main(["inspect", str(DIGITS_MODEL), *options])
    captured = capsys.readouterr()
    assert code == 2
    assert words in captured.err
    assert "Traceback" not in captured.err


def test_names_that_would_steer_a_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    graph = GraphBuilder("g\x1b[2J")
    spec = TensorSpec((2,), "float32", "ND")
    x = graph.data("in\x07put", spec)
    graph.output([graph.op("Relu", [x], spec, name="<b>\x00&\"'")], ["y"])
    path = written(tmp_path, ModelBuilder(graph).to_bytes())
    pictures = [f"--graph={tmp_path}/g.svg", f"--memory-map={tmp_path}/m.html"]
    assert main(["inspect", str(path), *pictures]) == 0
    out = capsys.readouterr().out
    assert not set("\x00\x07\x1b") & set(out)
    for picture in ("g.svg", "m.html"):
        text = (tmp_path / picture).read_text(encoding="utf-8")
        assert not set("\x00\x07\x1b") & set(text)
        assert "<b>" not in text


def test_a_pipe_that_is_closed(tmp_path: Path) -> None:
    """``ascendcl inspect model.om | head -1``."""
    head = shutil.which("head")
    if head is None:
        pytest.skip("no head")
    program = (
        "import sys; from ascendcl.cli import main; "
        f"sys.exit(main(['inspect', {str(DIGITS_MODEL)!r}]))"
    )
    reader = f'{sys.executable} -c "$PROGRAM" 2>{tmp_path}/stderr | {head} -c 1'
    subprocess.run(
        ["sh", "-c", reader],
        check=True,
        env={**os.environ, "PROGRAM": program},
        capture_output=True,
    )
    assert (tmp_path / "stderr").read_text() == ""


# --- the documents ---


def test_exit_codes_are_documented() -> None:
    """The table of docs/cli.md is that of the code."""
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", text, re.MULTILINE)
    told: dict[str, dict[int, str]] = {}
    for command, code, meaning in rows:
        told.setdefault(command, {})[int(code)] = meaning
    assert told == EXIT_CODES


def test_a_file_that_runs_in_its_place_is_told(
    command: Command, digits: Path, tmp_path: Path
) -> None:
    named, host = tmp_path / "X.om", tmp_path / "X.host.om"
    named.write_bytes(digits.read_bytes())
    assert json.loads(command("inspect", named, "--json").out)["runs_as"] == ""
    assert "runs as" not in command("inspect", named).out
    host.write_bytes(digits.read_bytes())
    assert json.loads(command("inspect", named, "--json").out)["runs_as"] == str(host)
    (line,) = [each for each in command("inspect", named).out.splitlines() if "runs as" in each]
    assert str(host) in line
    assert json.loads(command("inspect", host, "--json").out)["runs_as"] == ""


def test_all_keys_of_the_json_are_documented(command: Command, digits: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    section = page.partition("## JSON of inspect")[2]
    heads = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = {key for head in heads for key in re.findall(r"`(\w+)`", head)}
    found = json.loads(command("inspect", digits, "--json").out)
    assert documented == set(found)
    inner = set(re.findall(r"`(\w+)`", section))
    for each in ("inputs", "partitions", "fused", "refused"):
        rows = found["host"][each] if each == "refused" else found[each]
        assert not rows or set(rows[0]) <= inner
    assert {*found["container"], *found["host"], *found["about"]} <= inner
