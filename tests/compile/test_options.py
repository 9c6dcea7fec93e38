# SPDX-License-Identifier: Apache-2.0
"""What the options of `ascendcl compile` make of a model; the names are those of ATC."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import F16, F32, I64, Array, compiled, floats, node, onnx_file, run

import ascendcl as acl
from ascendcl.om import CompileError, CompileOptions, compile

W = floats(8, 4, seed=1)


@pytest.fixture
def dense(tmp_path: Path) -> Path:
    """Of x: relu(x @ W), by way of a tensor "product"."""
    return onnx_file(
        tmp_path / "dense.onnx",
        [
            node("MatMul", ["x", "W"], ["product"], name="mul"),
            node("Relu", ["product"], ["y"], name="relu"),
        ],
        {"x": (F32, ["batch", 8])},
        {"y": (F32, ["batch", 4])},
        {"W": W},
    )


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return onnx_file(
        tmp_path / "image.onnx",
        [node("GlobalAveragePool", ["x"], ["mean"]), node("Sub", ["x", "mean"], ["y"])],
        {"x": (F32, ["n", 3, "h", "w"])},
        {"y": (F32, ["n", 3, "h", "w"])},
    )


def relu_of_product(x: Array) -> Array:
    return np.maximum(x @ W, 0)


def infos(path: Path) -> tuple[tuple[acl.TensorInfo, ...], tuple[acl.TensorInfo, ...]]:
    with acl.Model.from_file(path) as model:
        return model.inputs, model.outputs


def test_names_are_those_of_atc(dense: Path) -> None:
    with acl.Model.from_file(compiled(dense)) as model:
        assert [info.name for info in model.inputs] == ["x"]
        assert [info.name for info in model.outputs] == ["relu:0:y"]
        assert list(model.run_named({"x": floats(2, 8)})) == ["y"]


def test_names_with_colons_and_of_other_scripts(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["вход:0"], ["出力:0"], name="узел"), node("Neg", ["出力:0"], ["b"])],
        {"вход:0": (F32, [3])},
        {"出力:0": (F32, [3]), "b": (F32, [3])},
    )
    with acl.Model.from_file(compiled(source)) as model:
        assert [info.name for info in model.outputs] == ["узел:0:出力:0", "Neg_1:0:b"]
        found = model.run_named({"вход:0": np.array([1, -2, 3], np.float32)})
    np.testing.assert_array_equal(found["出力:0"], [1, 0, 3])
    np.testing.assert_array_equal(found["b"], [-1, 0, -3])


@pytest.mark.parametrize("batch", [1, 5])
def test_shapes_stay_open(dense: Path, batch: int) -> None:
    path = compiled(dense)
    assert infos(path)[0][0].shape == (-1, 8)
    assert acl.query_size(path).work == 0
    x = floats(batch, 8)
    np.testing.assert_allclose(run(path, x)[0], relu_of_product(x), rtol=1e-5, atol=1e-6)


def test_input_shape(dense: Path) -> None:
    path = compiled(dense, input_shape={"x": (3, 8)})
    assert infos(path)[0][0].shape == (3, 8)
    assert acl.query_size(path).work > 0


def test_input_shape_of_a_static_model(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["x"], ["y"])],
        {"x": (F32, [1, 8])},
        {"y": (F32, [1, 8])},
    )
    assert infos(compiled(source, input_shape={"x": (7, 8)}))[1][0].shape == (7, 8)


def test_input_shape_with_ranges(dense: Path) -> None:
    path = compiled(dense, input_shape={"x": ((2, 4), 8)})
    assert infos(path)[0][0].ranges == ((2, 4), (8, 8))
    run(path, floats(4, 8))
    with acl.Model.from_file(path) as model, pytest.raises(ValueError, match="axis 0 is 5"):
        model(floats(5, 8))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ({"z": (1, 8)}, "no input 'z'; it has x"),
        ({"x": (1, 9)}, "does not allow"),
        ({"x": ((5, 2), 8)}, "input_shape: x: 5~2 is no range: it ends before it begins"),
        ({"x": (-2, 8)}, "input_shape: x: -2 is no size"),
    ],
)
def test_input_shapes_that_are_refused(dense: Path, shape: Any, words: str) -> None:
    with pytest.raises(CompileError, match=words):
        compile(dense, dense.with_suffix(".om"), CompileOptions(input_shape=shape))
    assert not dense.with_suffix(".om").exists()


def test_input_value(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Mul", ["x", "rate"], ["y"])],
        {"x": (F32, [3]), "rate": (F32, [])},
        {"y": (F32, [3])},
    )
    path = compiled(source, input_value={"rate": 2.5})
    assert [info.name for info in infos(path)[0]] == ["x"]
    np.testing.assert_array_equal(run(path, np.array([1, 2, 4], np.float32))[0], [2.5, 5, 10])


def test_out_nodes(dense: Path) -> None:
    for name in ("mul:0", "product"):
        path = compiled(dense, out_nodes=[name], input_shape={"x": (2, 8)})
        assert [info.name for info in infos(path)[1]] == ["mul:0:product"]
        x = floats(2, 8)
        np.testing.assert_allclose(run(path, x)[0], x @ W, rtol=1e-5, atol=1e-6)
    with pytest.raises(CompileError, match="no tensor 'mul:1'"):
        compiled(dense, out_nodes=["mul:1"])


def test_output_type(dense: Path) -> None:
    path = compiled(dense, output_type="FP16", input_shape={"x": (2, 8)})
    assert infos(path)[1][0].dtype == np.float16
    x = floats(2, 8)
    np.testing.assert_allclose(run(path, x)[0], relu_of_product(x), rtol=2e-3, atol=2e-3)


def test_an_output_type_of_integers_cuts_off(dense: Path) -> None:
    path = compiled(dense, output_type="UINT8", input_shape={"x": (2, 8)})
    x = floats(2, 8) * 9
    np.testing.assert_array_equal(run(path, x)[0], relu_of_product(x).astype(np.uint8))


def test_an_output_type_that_does_not_hold_what_is_computed(tmp_path: Path) -> None:
    """The compiler is not to blame: the line names the option, and what to do."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Abs", ["x"], ["abs"]), node("Sub", ["minus_one", "abs"], ["y"])],
        {"x": (F32, [4])},
        {"y": (F32, [4])},
        {"minus_one": np.array(-1, np.float32)},
    )
    with pytest.raises(
        CompileError, match=r"output_type: output 'y' is -\S+ somewhere, which uint8 does not hold"
    ):
        compiled(source, output_type="UINT8")
    assert not source.with_suffix(".om").exists()
    compiled(source, output_type="INT8")


def test_precision_mode(tmp_path: Path) -> None:
    weights = floats(64, 64)
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("MatMul", ["x", "W"], ["y"])],
        {"x": (F32, [1, 64])},
        {"y": (F32, [1, 64])},
        {"W": weights},
    )
    whole = acl.query_size(compiled(source)).weight
    path = compiled(source, precision_mode="fp16")
    assert acl.query_size(path).weight <= 0.55 * whole
    x = floats(1, 64)
    expected = x @ weights.astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(run(path, x)[0], expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(CompileError, match="precision_mode: 'int4' is none of"):
        compiled(source, precision_mode="int4")


def test_input_format(image: Path) -> None:
    shape = {"x": (1, 3, 8, 8)}
    assert infos(compiled(image, input_shape=shape))[0][0].format == "NCHW"
    assert infos(compiled(image, input_shape=shape, input_format="ND"))[0][0].format == "ND"


def in_gears(path: Path, static: dict[tuple[int, ...], Path]) -> None:
    with acl.Model.from_file(path) as model:
        assert [gear.inputs[0] for gear in model.gears] == list(static)
        for shape, other in static.items():
            x = floats(*shape)
            np.testing.assert_array_equal(model(x), run(other, x)[0])


def test_dynamic_batch_size(dense: Path, tmp_path: Path) -> None:
    static = {}
    for batch in (1, 2, 8):
        source = tmp_path / f"{batch}.onnx"
        source.write_bytes(dense.read_bytes())
        static[batch, 8] = compiled(source, input_shape={"x": (batch, 8)})
    in_gears(compiled(dense, dynamic_batch_size=[1, 2, 8]), static)


def test_dynamic_image_size(image: Path, tmp_path: Path) -> None:
    static = {}
    for h, w in ((8, 8), (16, 12)):
        source = tmp_path / f"{h}.onnx"
        source.write_bytes(image.read_bytes())
        static[1, 3, h, w] = compiled(source, input_shape={"x": (1, 3, h, w)})
    path = compiled(image, input_shape={"x": (1, 3, -1, -1)}, dynamic_image_size=[(8, 8), (16, 12)])
    in_gears(path, static)


def test_dynamic_dims_of_which_one_is_equal_in_all_gears(image: Path, tmp_path: Path) -> None:
    static = {}
    for n, h in ((1, 8), (2, 16)):
        source = tmp_path / f"{h}.onnx"
        source.write_bytes(image.read_bytes())
        static[n, 3, h, 8] = compiled(source, input_shape={"x": (n, 3, h, 8)})
    path = compiled(image, dynamic_dims=[(1, 8, 8), (2, 16, 8)])
    in_gears(path, static)
    with acl.Device(0):
        model, ret = acl.mdl.load_from_file(str(path))
        assert ret == 0
        desc = acl.mdl.create_desc()
        acl.mdl.get_desc(desc, model)
        assert acl.mdl.get_input_dynamic_gear_count(desc, -1) == (2, 0)
        gears, ret = acl.mdl.get_input_dynamic_dims(desc, -1, 2)
        assert ret == 0
        assert [gear["dims"][: gear["dimCount"]] for gear in gears] == [
            [1, 3, 8, 8],
            [2, 3, 16, 8],
        ]
        acl.mdl.destroy_desc(desc)
        acl.mdl.unload(model)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dynamic_batch_size": [1, 2], "dynamic_dims": [(1,), (2,)]}, "exclude each other"),
        ({"dynamic_batch_size": [1]}, "two or more"),
        ({"dynamic_batch_size": [1, 1]}, "dynamic_batch_size: 1 is given twice"),
        ({"dynamic_dims": [(1,), (2,), (1,)]}, "dynamic_dims: 1 is given twice"),
        ({"dynamic_dims": [(1, 2), (2, 2)]}, "does not fit"),
        ({"dynamic_batch_size": [1, 2], "input_shape": {"x": (1, 8)}}, "does not fit"),
    ],
)
def test_gears_that_are_refused(dense: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CompileError, match=words):
        compile(dense, dense.with_suffix(".om"), CompileOptions(**options))


def test_a_device_is_told_that_the_file_is_not_for_it(dense: Path) -> None:
    from ascendcl.om import File

    file = File.open(compiled(dense))
    (model,) = file.models
    assert model.definition.attrs["soc_version"] == "Host"


def test_half_inputs(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx", [node("Add", ["x", "x"], ["y"])], {"x": (F16, [3])}, {"y": (F16, [3])}
    )
    x = np.array([1, 2, 3], np.float16)
    np.testing.assert_array_equal(run(compiled(source), x)[0], x * 2)


def test_int64_is_kept(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx", [node("Neg", ["x"], ["y"])], {"x": (I64, [3])}, {"y": (I64, [3])}
    )
    np.testing.assert_array_equal(run(compiled(source), np.array([1, -2, 3]))[0], [-1, 2, -3])


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", "compile", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command(dense: Path, tmp_path: Path) -> None:
    done = command(
        dense, "-o", tmp_path / "out", "--input_shape", "x:-1,8", "--dynamic_batch_size", "1,2"
    )
    assert done.returncode == 0, done.stderr
    assert "verifying" in done.stderr
    for words in ("x: [?, 8]", "relu:0:y", "gears", "2", "against onnxruntime"):
        assert words in done.stdout
    run(tmp_path / "out.om", floats(2, 8))


def test_the_command_as_atc_has_it(dense: Path, tmp_path: Path) -> None:
    """Its options with =, and the model by name."""
    done = command(
        f"--model={dense}", "--framework=5", f"--output={tmp_path / 'm'}", "--input_shape=x:1,8"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.om").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--input_shape", "x"], "--input_shape: 'x' is not of the form"),
        (["--input_shape", "x:1,a"], "--input_shape: 'x:1,a': 'a' is no size"),
        (["--input_shape", "x:5~2,8"], "--input_shape: 'x:5~2,8': 5~2 is no range: it ends before"),
        (["--input_shape", "x:-3,8"], "--input_shape: 'x:-3,8': -3 is no size"),
        (["--dynamic_batch_size", "1,0"], "sizes are above 0"),
        (["--dynamic_batch_size", "1,2,1"], "dynamic_batch_size: 1 is given twice"),
        (["--dynamic_dims", "1,2;3"], "different lengths"),
        (["--framework", "0"], "'0' is not supported"),
        (["--input_value", "x"], "name=1,2,3"),
        (["--output_type", "X"], "'X' is none of"),
        (["--precision_mode", "x"], "'x' is none of"),
        (["--input_format", "x"], "'x' is none of"),
        (["--dynamic_batch_size", "1"], "give two or more"),
        (["--dynamic_batch_size", "1,2", "--dynamic_dims", "1;2"], "exclude each other"),
    ],
)
def test_the_command_says_what_is_wrong(
    dense: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = command(dense, "-o", tmp_path / "m.om", *arguments)
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "m.om").exists()


def test_a_folder_that_cannot_be_made(dense: Path) -> None:
    done = command(dense, "--output", "/proc/none/m.om")
    assert done.returncode == 1
    assert "output: nothing can be written to /proc/none" in done.stderr.splitlines()[-1]


def test_no_such_model(tmp_path: Path) -> None:
    done = command(tmp_path / "none.onnx", "-o", tmp_path / "m.om")
    assert done.returncode == 1
    assert "none.onnx" in done.stderr


def test_out_nodes_may_be_outputs_in_another_order(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["x"], ["p"], name="a"), node("Neg", ["p"], ["q"], name="b")],
        {"x": (F32, [1, 4])},
        {"p": (F32, [1, 4]), "q": (F32, [1, 4])},
    )
    path = compiled(source, out_nodes=["q", "p"])
    assert [info.name for info in infos(path)[1]] == ["b:0:q", "a:0:p"]


def test_two_models(dense: Path, tmp_path: Path) -> None:
    done = command(dense, "--model", dense, "-o", tmp_path / "m.om")
    assert done.returncode == 2
    assert "two models are given" in done.stderr


def test_another_framework_than_the_ending_says(dense: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"framework: '3' is tensorflow; the ending .* says onnx"):
        compile(dense, tmp_path / "m.om", CompileOptions(framework="3"))


def test_a_folder_that_is_no_saved_model(tmp_path: Path) -> None:
    with pytest.raises(CompileError, match="OpenVINO cannot read it"):
        compile(tmp_path, tmp_path / "m.om")


def test_gears_that_the_model_does_not_allow(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Reshape", ["x", "dims"], ["y"])],
        {"x": (F32, ["n", 4])},
        {"y": (F32, [2, 2])},
        {"dims": np.array([2, 2])},
    )
    with pytest.raises(CompileError, match=r"does not allow the gear \[\(2, 4\)\]"):
        compile(source, tmp_path / "m.om", CompileOptions(dynamic_batch_size=[1, 2]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"input_shape": "x:1,8"}, "input_shape: a mapping from names is wanted, not 'x:1,8'"),
        ({"out_nodes": "product"}, "out_nodes: a sequence is wanted, not 'product'"),
        ({"dynamic_batch_size": "1,2"}, "dynamic_batch_size: a sequence is wanted"),
    ],
)
def test_texts_where_python_has_lists(options: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        CompileOptions(**options)


def test_a_node_whose_name_looks_like_an_index(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["x"], ["out:1;ä"], name="n:1")],
        {"x": (F32, [3])},
        {"out:1;ä": (F32, [3])},
    )
    with acl.Model.from_file(compiled(source)) as model:
        assert model.outputs[0].name == "n_1:0:out:1;ä"
        assert list(model.run_named(floats(3))) == ["out:1;ä"]


@pytest.mark.parametrize("option", ["--input_value", "--verify-input"])
@pytest.mark.parametrize("value", ["x", "x=missing.npy", "x=one"])
def test_a_value_that_cannot_be_read_names_its_option(
    dense: Path, tmp_path: Path, option: str, value: str
) -> None:
    done = command(dense, "-o", tmp_path / "m.om", option, value)
    assert done.returncode == 2
    assert option in done.stderr
    assert "x" in done.stderr
    assert "Traceback" not in done.stderr


def test_soc_version_is_told_to_mean_nothing(dense: Path, tmp_path: Path) -> None:
    done = command(dense, "-o", tmp_path / "m.om", "--soc_version", "Ascend310P3", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "--soc_version Ascend310P3 is ignored" in done.stderr
    assert (tmp_path / "m.om").is_file()
