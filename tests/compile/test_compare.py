# SPDX-License-Identifier: Apache-2.0
"""`ascendcl compare`: how far two models are apart, and where they depart."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from onnx import numpy_helper
from onnx_models import F32, Array, floats, node, onnx_file

import ascendcl as acl
from ascendcl.om import (
    CompareError,
    CompareOptions,
    CompileOptions,
    GraphBuilder,
    ModelBuilder,
    TensorSpec,
    compare,
    compile,
)
from ascendcl.om.runnable import open_runnable

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
needs_models = pytest.mark.skipif(not MODELS.is_dir(), reason=f"{MODELS} is not there")

W = floats(8, 8, seed=3)
NAMES = ["first", "second", "third", "fourth", "fifth"]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", acl.HostAssumption)
        yield


def source(path: Path, kinds: list[str] | None = None, *, batch: int | str = 2) -> Path:
    """A chain of x @ W and four nodes of these types, named first to fifth."""
    kinds = kinds or ["Relu", "Abs", "Sigmoid", "Tanh"]
    nodes = [node("MatMul", ["x", "W"], ["t0"], name="first")]
    for i, kind in enumerate(kinds):
        nodes.append(node(kind, [f"t{i}"], [f"t{i + 1}"], name=NAMES[i + 1]))
    return onnx_file(path, nodes, {"x": (F32, [batch, 8])}, {"t4": (F32, [batch, 8])}, {"W": W})


def written(path: Path, kinds: list[str] | None = None) -> Path:
    """The same as another compiler writes it."""
    kinds = kinds or ["Relu", "Abs", "Sigmoid", "Tanh"]
    graph = GraphBuilder("main")
    spec = TensorSpec((2, 8), "float32", "ND")
    value = graph.op(
        "MatMulV2",
        [graph.data("x", spec), graph.constant("W", W, dtype="float32")],
        spec,
        name="first",
        attrs={"transpose_x1": False, "transpose_x2": False},
    )
    for name, kind in zip(NAMES[1:], kinds, strict=True):
        value = graph.op(kind, [value], spec, name=name)
    graph.output([value], ["fifth:0:t4"])
    path.write_bytes(ModelBuilder(graph, framework_type="Onnx").to_bytes())
    return path


def as_ir(onnx_path: Path) -> Path:
    path = onnx_path.with_suffix(".xml")
    ov.save_model(ov.Core().read_model(onnx_path), path, compress_to_fp16=False)
    return path


def test_each_kind_against_each(tmp_path: Path) -> None:
    onnx_path = source(tmp_path / "m.onnx")
    compiled = tmp_path / "host.om"
    compile(onnx_path, compiled, CompileOptions())
    files = [onnx_path, as_ir(onnx_path), written(tmp_path / "X.om"), compiled]
    for first in files:
        for second in files:
            found = compare(first, second, CompareOptions(bisect=True))
            assert found.is_within
            assert len(found.differences) == 1
            assert found.differences[0].relative_l2 < 1e-5
            assert found.departure is not None
            assert found.departure.node is None
            assert found.departure.compared >= 3


@pytest.mark.parametrize("fault", range(4))
@pytest.mark.parametrize("reference", [".onnx", ".xml"])
def test_a_planted_fault_is_found(tmp_path: Path, fault: int, reference: str) -> None:
    kinds = ["Relu", "Abs", "Sigmoid", "Tanh"]
    other = kinds.copy()
    other[fault] = "Neg"
    onnx_path = source(tmp_path / "m.onnx", kinds)
    second = onnx_path if reference == ".onnx" else as_ir(onnx_path)
    found = compare(written(tmp_path / "X.om", other), second, CompareOptions(bisect=True))
    assert not found.is_within
    departure = found.departure
    assert departure is not None
    assert departure.node is not None
    assert departure.node.node == NAMES[fault + 1]
    assert departure.node.difference.relative_l2 > 0.1
    assert [step.node for step in departure.inputs] == [NAMES[fault]]
    assert all(step.difference.relative_l2 < 1e-5 for step in departure.inputs)


def test_a_fault_in_one_of_two_branches(tmp_path: Path) -> None:
    """Both inputs of the node that departs are told."""
    onnx_path = onnx_file(
        tmp_path / "m.onnx",
        [
            node("Sigmoid", ["x"], ["a"], name="left"),
            node("Tanh", ["x"], ["b"], name="right"),
            node("Add", ["a", "b"], ["c"], name="join"),
        ],
        {"x": (F32, [1, 4])},
        {"c": (F32, [1, 4])},
    )
    graph = GraphBuilder("main")
    spec = TensorSpec((1, 4), "float32", "ND")
    x = graph.data("x", spec)
    left, right = (
        graph.op(k, [x], spec, name=n) for k, n in (("Sigmoid", "left"), ("Tanh", "right"))
    )
    graph.output([graph.op("Sub", [left, right], spec, name="join")], ["join:0:c"])
    om_path = tmp_path / "X.om"
    om_path.write_bytes(ModelBuilder(graph, framework_type="Onnx").to_bytes())
    departure = compare(om_path, onnx_path, CompareOptions(bisect=True)).departure
    assert departure is not None
    assert departure.node is not None
    assert departure.node.node == "join"
    assert {step.node for step in departure.inputs} == {"left", "right"}


@needs_models
def test_lane_departs_at_its_first_resize() -> None:
    """ATC wrote it asymmetric, the source says half_pixel."""
    options = CompareOptions(bisect=True, fp16_weights=True)
    found = compare(MODELS / "lane.om", MODELS / "lane.onnx", options)
    assert not found.is_within
    departure = found.departure
    assert departure is not None
    assert departure.node is not None
    assert "/Resize_Resize_" in departure.node.node
    assert departure.node.tensor.endswith("_4_0/Resize:0")
    assert departure.compared > 90
    assert max(step.difference.relative_l2 for step in departure.inputs) < 2e-3


@needs_models
@pytest.mark.parametrize(
    ("compiled", "model", "tensors"),
    [
        ("nanotrack_backbone127", "nanotrack_backbone127", 20),
        ("nanotrack_v3_backbone_ascend310b4", "nanotrack_v3_backbone", 20),
        # This one was made of another export, whose nodes have other names: outputs alone match.
        ("nanotrack_v3_head_ascend310b4", "nanotrack_v3_head", 2),
    ],
)
def test_real_models_do_not_depart(compiled: str, model: str, tensors: int) -> None:
    options = CompareOptions(bisect=True, fp16_weights=True)
    found = compare(MODELS / f"{compiled}.om", MODELS / f"{model}.onnx", options)
    assert found.is_within
    assert found.departure is not None
    assert found.departure.node is None
    assert found.departure.compared >= tensors


def test_weights_in_16_bits(tmp_path: Path) -> None:
    """The other file has its weights so: rounding the source's takes the difference away."""
    onnx_path = source(tmp_path / "m.onnx")
    half = tmp_path / "half.om"
    compile(onnx_path, half, CompileOptions(precision_mode="fp16"))
    (as_it_is,) = compare(half, onnx_path).differences
    (rounded,) = compare(half, onnx_path, CompareOptions(fp16_weights=True)).differences
    assert 1e-5 < as_it_is.relative_l2 < 1e-2
    assert rounded.relative_l2 < 1e-6


def in_16_bits(array: Array) -> Array:
    return array.astype(np.float16).astype(np.float32)


@pytest.mark.parametrize("reference", [".onnx", ".xml"])
def test_what_is_no_weight_is_not_rounded(tmp_path: Path, reference: str) -> None:
    """ATC stores initializers and Constant nodes in 16 bits; attributes and scales it does not."""

    def written_with(path: Path, weight: Array, constant: Array) -> Path:
        return onnx_file(
            path,
            [
                node("MatMul", ["x", "W"], ["a"]),
                node("Constant", [], ["c"], value=numpy_helper.from_array(constant)),
                node("Mul", ["a", "c"], ["m"]),
                node("HardSigmoid", ["m"], ["h"], alpha=0.1666, beta=0.4999),
                node("Unsqueeze", ["h", "axes"], ["u"]),
                # In 16 bits 1.3 is less, and the result a row shorter.
                node("Resize", ["u", "", "scales"], ["y"], mode="nearest"),
            ],
            {"x": (F32, [10, 8])},
            {"y": (F32, [1, 1, 13, 8])},
            {
                "W": weight,
                "axes": np.array([0, 1], np.int64),
                "scales": np.array([1, 1, 1.3, 1], np.float32),
            },
        )

    constant = np.array(1.0999, np.float32)
    plain = written_with(tmp_path / "plain.onnx", W, constant)
    by_hand = written_with(tmp_path / "by_hand.onnx", in_16_bits(W), in_16_bits(constant))
    if reference == ".xml":
        plain, by_hand = as_ir(plain), as_ir(by_hand)
    assert compare(by_hand, plain).differences[0].relative_l2 > 1e-5
    options = CompareOptions(fp16_weights=True)
    assert compare(by_hand, plain, options).differences[0].relative_l2 == 0
    rounded, exact = (
        open_runnable(path, fp16_weights=is_rounded)
        for path, is_rounded in ((plain, True), (by_hand, False))
    )
    x = floats(10, 8, seed=5)
    np.testing.assert_array_equal(rounded.run([x])[0], exact.run([x])[0])


@needs_models
def test_weights_of_a_real_model_are_rounded_as_atc_did() -> None:
    """Its HardSigmoids have an alpha that 16 bits do not hold."""
    options = CompareOptions(fp16_weights=True)
    name = MODELS / "nanotrack_backbone127"
    found = compare(name.with_suffix(".om"), name.with_suffix(".onnx"), options)
    assert max(row.relative_l2 for row in found.differences) < 1e-5


def test_inputs_of_ones_own_and_open_dims(tmp_path: Path) -> None:
    onnx_path = source(tmp_path / "m.onnx", ["Relu", "Relu", "Relu", "Neg"], batch="n")
    plain = compare(onnx_path, onnx_path)
    assert plain.differences[0].relative_l2 == 0
    other = source(tmp_path / "o.onnx", ["Relu", "Relu", "Relu", "Abs"], batch="n")
    x = -W[:3].copy()
    x[1:] = 0
    options = CompareOptions(inputs={"x": np.zeros((3, 8), np.float32)})
    assert compare(onnx_path, other, options).is_within  # -0 and |0|
    assert not compare(onnx_path, other, CompareOptions(input_shape={"x": (5, 8)})).is_within
    with pytest.raises(CompareError, match="there is no input 'y'"):
        compare(onnx_path, other, CompareOptions(inputs={"y": x}))


def test_a_file_beside_does_not_count(tmp_path: Path) -> None:
    """What is compared is the file that was named."""
    named = written(tmp_path / "X.om", ["Relu", "Neg", "Sigmoid", "Tanh"])
    onnx_path = source(tmp_path / "m.onnx")
    compile(onnx_path, options=CompileOptions(like=named))
    found = compare(named, onnx_path, CompareOptions(bisect=True))
    assert not found.is_within
    assert found.departure is not None
    assert found.departure.node is not None
    assert found.departure.node.node == "third"


def test_others_are_refused(tmp_path: Path) -> None:
    first = source(tmp_path / "m.onnx")
    second = onnx_file(
        tmp_path / "o.onnx",
        [node("Add", ["x", "y"], ["z"])],
        {"x": (F32, [2, 8]), "y": (F32, [2, 8])},
        {"z": (F32, [2, 8])},
    )
    with pytest.raises(CompareError, match="has the inputs x"):
        compare(first, second)
    (tmp_path / "bad.xml").write_text("<net")
    with pytest.raises(CompareError, match="OpenVINO cannot read it"):
        compare(tmp_path / "bad.xml", first)


def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ascendcl", "compare", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command(tmp_path: Path) -> None:
    onnx_path = source(tmp_path / "m.onnx")
    same = written(tmp_path / "X.om")
    other = written(tmp_path / "Y.om", ["Relu", "Neg", "Sigmoid", "Tanh"])
    done = run_command(same, onnx_path)
    assert done.returncode == 0, done.stderr
    assert "cosine 1.0000000" in done.stdout
    steps = [line.split()[0] for line in done.stderr.splitlines()]
    assert steps == ["reading", "reading", "running", "running"]
    done = run_command(other, onnx_path, "--bisect", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["is_within"], told["bound"]) == (1, False, 0.01)
    assert told["differences"][0]["relative_l2"] > told["bound"]
    assert told["departure"]["node"]["node"] == "third"
    done = run_command(other, onnx_path, "--bisect")
    assert done.returncode == 1, done.stderr
    assert "the first node that departs" in done.stdout
    assert "third" in done.stdout
    np.save(tmp_path / "x.npy", np.zeros((2, 8), np.float32))
    done = run_command(other, onnx_path, "--input", f"x={tmp_path / 'x.npy'}")
    assert done.returncode == 0, done.stdout
    assert run_command(other, onnx_path, "--bound", "100").returncode == 0
    done = run_command(tmp_path / "none.onnx", onnx_path)
    assert done.returncode == 2
    assert "none.onnx" in done.stderr


@pytest.mark.parametrize("value", ["x", "x=missing.npy", "x=one"])
def test_an_input_that_cannot_be_read_names_its_option(tmp_path: Path, value: str) -> None:
    model = source(tmp_path / "m.onnx")
    done = run_command(model, model, "--input", value, "--quiet")
    assert done.returncode == 2
    assert done.stderr.startswith("ascendcl compare: --input: ")
    assert len(done.stderr.splitlines()) == 1


def test_models_of_other_shapes_are_not_compared(tmp_path: Path) -> None:
    files = [
        onnx_file(
            tmp_path / f"{size}.onnx",
            [node("Relu", ["x"], ["y"])],
            {"x": (F32, [size])},
            {"y": (F32, [size])},
        )
        for size in (3, 4)
    ]
    with pytest.raises(CompareError, match="does not take inputs of the other's shapes"):
        compare(*files)
