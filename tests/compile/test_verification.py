# SPDX-License-Identifier: Apache-2.0
"""No file is written that was not held against its source, unless somebody said so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx_models import BOOL, F32, I64, compiled, floats, node, onnx_file, run

from ascendcl.om import (
    CompileError,
    CompileOptions,
    KnownWrongError,
    UnsupportedModelError,
    VerificationError,
    compile,
)

W = floats(8, 4, seed=1)


@pytest.fixture
def dense(tmp_path: Path) -> Path:
    return onnx_file(
        tmp_path / "dense.onnx",
        [node("MatMul", ["x", "W"], ["y"], name="mul")],
        {"x": (F32, [2, 8])},
        {"y": (F32, [2, 4])},
        {"W": W},
    )


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """One output is right, the other wrong: antialias is ignored."""
    return onnx_file(
        tmp_path / "wrong.onnx",
        [
            node("Relu", ["x"], ["right"], name="relu"),
            node("Resize", ["x", "", "scales"], ["thin"], name="thin", mode="linear", antialias=1),
        ],
        {"x": (F32, [1, 1, 8, 8])},
        {"right": (F32, [1, 1, 8, 8]), "thin": (F32, [1, 1, 3, 3])},
        {"scales": np.array([1, 1, 0.4, 0.4], np.float32)},
        opset=18,
    )


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the processes that verify begin with some code."""

    def begin(code: str) -> None:
        folder = tmp_path / "site"
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return begin


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", "compile", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


HIDE_ONE = "import sys; sys.modules['onnxruntime'] = None"
HIDE_BOTH = f"{HIDE_ONE}; sys.modules['onnx'] = None"


def test_a_wrong_output_is_named_and_nothing_is_written(wrong: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "model.om"
    target.parent.mkdir()
    target.write_bytes(b"what was there")
    with pytest.raises(VerificationError, match="output 'thin' is not what onnxruntime gives"):
        compile(wrong, target, CompileOptions(force=True))
    assert target.read_bytes() == b"what was there"
    assert list(target.parent.iterdir()) == [target]


def test_what_is_known_to_be_wrong_is_refused_by_name(wrong: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "model.om"
    with pytest.raises(
        KnownWrongError, match=r"thin \(Resize\): antialias=1 is ignored"
    ) as refusal:
        compile(wrong, target)
    assert refusal.value.nodes == ("thin",)
    assert not target.exists()


def test_those_who_know_go_on(wrong: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.om"
    done = command(wrong, "-o", target, "--force", "--no-verify")
    assert done.returncode == 0, done.stderr
    assert "NOT VERIFIED" in done.stdout
    assert "as asked" in done.stdout
    assert "verifying" not in done.stderr
    assert len(run(target, floats(1, 1, 8, 8))) == 2


def test_bound(wrong: Path, tmp_path: Path) -> None:
    target = tmp_path / "model.om"
    done = command(wrong, "-o", target, "--force", "--verify-bound", "0.001")
    assert done.returncode == 1
    assert "(bound 0.001)" in done.stderr
    assert not target.exists()
    done = command(wrong, "-o", target, "--force", "--verify-bound", "100")
    assert done.returncode == 0, done.stderr
    assert target.exists()


def test_the_bound_and_the_difference_are_told(dense: Path, tmp_path: Path) -> None:
    done = compile(dense, tmp_path / "m.om")
    assert done.bound == 1e-3
    assert done.differences
    assert all(row.relative_l2 <= done.bound for row in done.differences)
    told = command(dense, "-o", tmp_path / "m.om", "--verify-bound", "0.5")
    assert re.search(r"against onnxruntime: relative L2 \S+ \(bound 0\.5\)", told.stdout)
    assert compile(dense, tmp_path / "m.om", CompileOptions(verify=False)).bound == 0


def test_inputs_that_are_given(tmp_path: Path) -> None:
    """No made-up shape holds six elements; no input of another name is taken."""
    source = onnx_file(
        tmp_path / "reshape.onnx",
        [node("Reshape", ["x", "shape"], ["y"], allowzero=1)],
        {"x": (F32, [2, 3]), "shape": (I64, [2])},
        {"y": (F32, [None, None])},
    )
    target = tmp_path / "reshape.om"
    with pytest.raises(VerificationError, match="--verify-input gives inputs"):
        compile(source, target)
    assert not target.exists()
    done = compile(source, target, CompileOptions(verify_input={"shape": np.array([3, 2])}))
    assert done.reference == "onnxruntime"
    with pytest.raises(CompileError, match="verify_input: the model has no input 'form'"):
        compile(source, target, CompileOptions(verify_input={"form": np.array([3, 2])}))


def test_without_a_reference(dense: Path, tmp_path: Path, child: Any) -> None:
    child(HIDE_BOTH)
    target = tmp_path / "model.om"
    done = command(dense, "-o", target)
    assert done.returncode == 0, done.stderr
    assert "NOT VERIFIED" in done.stdout
    assert "nothing here can run the source" in done.stdout
    assert compile(dense, target).reference is None


def test_by_onnx_alone(dense: Path, wrong: Path, tmp_path: Path, child: Any) -> None:
    child(HIDE_ONE)
    target = tmp_path / "model.om"
    done = compile(dense, target)
    assert done.reference == "onnx.reference"
    assert [row.name for row in done.differences] == ["y"]
    assert done.differences[0].relative_l2 < 1e-5
    with pytest.raises(VerificationError, match=r"'thin' is not what onnx\.reference gives"):
        compile(wrong, target, CompileOptions(force=True))


def test_by_onnx_what_onnxruntime_lacks(tmp_path: Path, child: Any) -> None:
    child(
        "import onnxruntime\n"
        "def lacks(*_, **__): raise RuntimeError('NOT_IMPLEMENTED')\n"
        "onnxruntime.InferenceSession = lacks"
    )
    source = onnx_file(
        tmp_path / "neg.onnx",
        [node("Neg", ["x"], ["y"])],
        {"x": (F32, [4])},
        {"y": (F32, [4])},
    )
    assert compile(source, tmp_path / "m.om").reference == "onnx.reference"


def test_a_process_that_dies(dense: Path, tmp_path: Path, child: Any) -> None:
    child("import os, ascendcl\nascendcl.Model.run = lambda *_: os.abort()")
    target = tmp_path / "model.om"
    with pytest.raises(VerificationError, match="the process that runs it died of signal 6"):
        compile(dense, target)
    assert not target.exists()


def test_a_process_that_ends_without_an_answer(dense: Path, tmp_path: Path, child: Any) -> None:
    child("import os, ascendcl\nascendcl.Model.from_file = lambda *_: os._exit(3)")
    with pytest.raises(VerificationError, match="the process that runs it ended with 3"):
        compile(dense, tmp_path / "model.om")


def test_a_reference_that_dies_of_one_kind_of_input(tmp_path: Path) -> None:
    """ONNX Runtime divides by zero, and is no more; others divisors it takes."""
    source = onnx_file(
        tmp_path / "div.onnx",
        [node("Div", ["x", "y"], ["z"])],
        {"x": (I64, [64]), "y": (I64, [64])},
        {"z": (I64, [64])},
    )
    numbers = np.arange(64) - 32
    assert run(compiled(source), numbers, np.full(64, 7))[0].tolist() == [
        int(number / 7) for number in numbers
    ]


def test_a_reference_that_always_dies(dense: Path, tmp_path: Path, child: Any) -> None:
    child(
        "import os, onnxruntime\n"
        "class Session(onnxruntime.InferenceSession):\n"
        "    run = lambda *_: os.abort()\n"
        "onnxruntime.InferenceSession = Session"
    )
    with pytest.raises(VerificationError, match="onnxruntime dies of it"):
        compile(dense, tmp_path / "model.om")


def test_more_kinds_of_inputs_than_one(dense: Path, tmp_path: Path, child: Any) -> None:
    """A runtime that is wrong on whole numbers alone is caught."""
    child(
        "import ascendcl\n"
        "run = ascendcl.Model.run\n"
        "def wrong(self, x):\n"
        "    whole = (x * 2 == (x * 2).round()).all()\n"
        "    return [y + whole for y in run(self, x)]\n"
        "ascendcl.Model.run = wrong"
    )
    with pytest.raises(VerificationError, match=r"output 'y' .* on inputs: multiples of a half"):
        compile(dense, tmp_path / "model.om")


def test_all_operators_that_are_lacking_are_named(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "odd.onnx",
        [
            node("Frobnicate", ["x"], ["a"], name="first", domain="some.where"),
            node("Frobnicate", ["a"], ["b"], name="second", domain="some.where"),
            node("Relu", ["b"], ["c"], name="relu"),
            node("Transmogrify", ["c"], ["y"], name="third", domain="some.where"),
        ],
        {"x": (F32, [4])},
        {"y": (F32, [4])},
    )
    with pytest.raises(UnsupportedModelError) as refusal:
        compile(source, tmp_path / "odd.om")
    assert refusal.value.operators == {
        "some.where.Frobnicate": ("first", "second"),
        "some.where.Transmogrify": ("third",),
    }
    assert "2 of its operators" in str(refusal.value)
    assert "Frobnicate: first, second" in str(refusal.value)
    assert not (tmp_path / "odd.om").exists()


def test_operators_in_a_branch_that_are_lacking_are_named(tmp_path: Path) -> None:
    def branch(name: str, operator: str) -> onnx.GraphProto:
        out = helper.make_tensor_value_info(f"{name}_y", F32, [4])
        inner = node(operator, ["x"], [out.name], name=f"in_{name}", domain="some.where")
        return helper.make_graph([inner], name, [], [out])

    source = onnx_file(
        tmp_path / "if.onnx",
        [
            node("Mystify", ["x"], ["z"], name="outside", domain="some.where"),
            node(
                "If",
                ["c"],
                ["y"],
                name="if",
                then_branch=branch("then", "Frobnicate"),
                else_branch=branch("else", "Transmogrify"),
            ),
        ],
        {"c": (BOOL, []), "x": (F32, [4])},
        {"y": (F32, [4]), "z": (F32, [4])},
    )
    with pytest.raises(UnsupportedModelError) as refusal:
        compile(source, tmp_path / "if.om")
    assert refusal.value.operators == {
        "some.where.Frobnicate": ("in_then",),
        "some.where.Mystify": ("outside",),
        "some.where.Transmogrify": ("in_else",),
    }


def test_what_shows_at_some_shapes_only(tmp_path: Path) -> None:
    """OpenVINO's last window may lie outside; at the size that is tried first none does."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1)],
        {"x": (F32, ["n", 3, "h", "w"])},
        {"y": (F32, ["n", 3, "a", "b"])},
    )
    with pytest.raises(VerificationError, match=r"'y' is not what onnxruntime gives.*shape"):
        compile(source, tmp_path / "m.om")
    assert not (tmp_path / "m.om").exists()


def test_the_seed_makes_the_inputs(wrong: Path, tmp_path: Path) -> None:
    """The difference that is told depends on the inputs: equal seeds, equal differences."""

    def told(seed: int) -> str:
        with pytest.raises(VerificationError) as error:
            compile(wrong, tmp_path / "wrong.om", CompileOptions(seed=seed, force=True))
        return str(error.value)

    first = told(1)
    assert told(1) == first
    assert told(2) != first
