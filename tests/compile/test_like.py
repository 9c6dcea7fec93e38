# SPDX-License-Identifier: Apache-2.0
"""Files that stand for one that ATC made: `ascendcl compile model.onnx --like X.om`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import F32, I64, Array, floats, node, onnx_file, run

import ascendcl as acl
from ascendcl.om import (
    CompileError,
    CompileOptions,
    File,
    GraphBuilder,
    Header,
    ModelBuilder,
    TensorSpec,
    compile,
    join_gears,
)

MODELS = Path(__file__).parents[2].parent / "shared" / "models"
needs_models = pytest.mark.skipif(not MODELS.is_dir(), reason=f"{MODELS} is not there")

REAL = {
    "lane": "lane",
    "nanotrack_backbone127": "nanotrack_backbone127",
    "nanotrack_v3_backbone_ascend310b4": "nanotrack_v3_backbone",
    "nanotrack_v3_head_ascend310b4": "nanotrack_v3_head",
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", acl.HostAssumption)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """X.host.om of each real X.om, in a folder without X.om."""
    if not MODELS.is_dir():
        pytest.skip(f"{MODELS} is not there")
    folder = tmp_path_factory.mktemp("like")
    files = {}
    for name, source in REAL.items():
        files[name] = folder / f"{name}.host.om"
        options = CompileOptions(like=MODELS / f"{name}.om")
        done = compile(MODELS / f"{source}.onnx", files[name], options)
        assert done.reference == "onnxruntime"
    return files


def told_by_the_flat_functions(path: Path) -> dict[str, Any]:
    """What every getter of acl.mdl answers of a loaded file."""
    mdl = acl.mdl
    told: dict[str, Any] = {"query_size": mdl.query_size(str(path))}
    model_id, ret = mdl.load_from_file(str(path))
    assert ret == 0, acl.get_recent_err_msg()
    desc = mdl.create_desc()
    assert mdl.get_desc(desc, model_id) == 0
    inputs, outputs = mdl.get_num_inputs(desc), mdl.get_num_outputs(desc)
    told["numbers"] = inputs, outputs
    for index in range(inputs):
        told[f"input {index}"] = [
            mdl.get_input_name_by_index(desc, index),
            mdl.get_input_dims(desc, index),
            mdl.get_input_dims_v2(desc, index),
            mdl.get_input_size_by_index(desc, index),
            mdl.get_input_format(desc, index),
            mdl.get_input_data_type(desc, index),
            mdl.get_input_index_by_name(desc, mdl.get_input_name_by_index(desc, index)),
            mdl.get_input_dynamic_gear_count(desc, index),
            mdl.get_dynamic_hw(desc, index),
            mdl.get_aipp_type(model_id, index),
            mdl.get_first_aipp_info(model_id, index),
        ]
        count, _ = mdl.get_input_dynamic_gear_count(desc, index)
        told[f"gears {index}"] = mdl.get_input_dynamic_dims(desc, index, count) if count else None
    for index in range(outputs):
        name = mdl.get_output_name_by_index(desc, index)
        told[f"output {index}"] = [
            name,
            _without_id(mdl.get_output_dims(desc, index)),
            _without_id(mdl.get_cur_output_dims(desc, index)),
            mdl.get_output_size_by_index(desc, index),
            mdl.get_output_format(desc, index),
            mdl.get_output_data_type(desc, index),
            mdl.get_output_index_by_name(desc, name),
            mdl.get_tensor_real_name(desc, name),
        ]
    told["batches"] = mdl.get_dynamic_batch(desc)
    names = [node.name for node in File.open(path).models[0].definition.graphs[0].nodes]
    told["op attributes"] = {
        name: attr
        for name in names
        if (attr := mdl.get_op_attr(desc, name, "_datadump_original_op_names"))
    }
    mdl.destroy_desc(desc)
    mdl.unload(model_id)
    return told


def _without_id(dims: Any) -> Any:
    """Long names are shortened to ones that hold the model's id."""
    told, ret = dims
    return {**told, "name": told["name"].partition("_output_")[2] or told["name"]}, ret


@pytest.fixture
def device() -> Iterator[None]:
    with acl.Device(0) as current:
        current.set_current()
        yield


@pytest.mark.parametrize("name", REAL)
def test_the_flat_functions_tell_the_same(name: str, made: dict[str, Path], device: None) -> None:
    theirs = told_by_the_flat_functions(MODELS / f"{name}.om")
    ours = told_by_the_flat_functions(made[name])
    attributes = theirs.pop("op attributes")
    ours.pop("op attributes")  # asked by names of nodes, which only the other file has
    assert ours == theirs
    assert attributes
    model_id, _ = acl.mdl.load_from_file(str(made[name]))
    desc = acl.mdl.create_desc()
    acl.mdl.get_desc(desc, model_id)
    for op, text in attributes.items():
        assert acl.mdl.get_op_attr(desc, op, "_datadump_original_op_names") == text
    acl.mdl.destroy_desc(desc)
    acl.mdl.unload(model_id)


@pytest.mark.parametrize("name", REAL)
def test_outputs_are_those_of_the_other_file(name: str, made: dict[str, Path]) -> None:
    rng = np.random.default_rng(7)
    with acl.Model.from_file(MODELS / f"{name}.om") as theirs:
        inputs = [rng.standard_normal(info.shape).astype(info.dtype) for info in theirs.inputs]
        expected = theirs.run(*inputs)
        size = acl.query_size(MODELS / f"{name}.om")
        with (
            acl.DeviceBuffer(size.work) as work,
            acl.DeviceBuffer(size.weight) as weight,
            acl.Model.from_file(made[name], work=work, weight=weight) as ours,
        ):
            found = ours.run(*inputs)
    for actual, wanted in zip(found, expected, strict=True):
        a, b = actual.ravel().astype(np.float64), wanted.ravel().astype(np.float64)
        assert a @ b / np.sqrt((a @ a) * (b @ b)) >= 0.9999


@needs_models
def test_the_hash_is_inside(made: dict[str, Path]) -> None:
    attrs = File.open(made["lane"]).models[0].definition.attrs
    assert attrs["like_sha256"] == hashlib.sha256((MODELS / "lane.om").read_bytes()).hexdigest()


@needs_models
def test_resizes_are_the_other_files_and_told(tmp_path: Path) -> None:
    """ATC wrote asymmetric where the source says half_pixel."""
    done = compile(MODELS / "lane.onnx", tmp_path / "x.om", CompileOptions(like=MODELS / "lane.om"))
    assert len(done.as_in_like) == 4
    assert all(line.endswith("asymmetric (in the model: half_pixel)") for line in done.as_in_like)


@needs_models
def test_aipp_is_refused(tmp_path: Path) -> None:
    options = CompileOptions(like=MODELS / "face_aipp_ascend310.om")
    with pytest.raises(CompileError, match=r"input 'data' .* has AIPP: .*no file made from"):
        compile(MODELS / "lane.onnx", tmp_path / "x.om", options)
    assert list(tmp_path.iterdir()) == []


@needs_models
def test_sizes_that_the_source_declares_otherwise(tmp_path: Path) -> None:
    """The source says 255, the file was compiled for 127."""
    like = MODELS / "nanotrack_v3_backbone127_ascend310.om"
    target = tmp_path / "x.om"
    done = compile(MODELS / "nanotrack_v3_backbone.onnx", target, CompileOptions(like=like))
    assert done.reference == "onnxruntime"
    x = floats(1, 3, 127, 127)
    (found,) = run(target, x)
    (expected,) = run(like, x)
    a, b = found.ravel().astype(np.float64), expected.ravel().astype(np.float64)
    assert a @ b / np.sqrt((a @ a) * (b @ b)) >= 0.9999


@needs_models
def test_another_model_is_refused(tmp_path: Path) -> None:
    options = CompileOptions(like=MODELS / "nanotrack_v3_head_ascend310b4.om")
    with pytest.raises(CompileError, match=r"the model has the inputs input_image, .* has input1"):
        compile(MODELS / "lane.onnx", tmp_path / "x.om", options)


W = floats(8, 4, seed=3)


def dense(path: Path, batch: int | str = 2) -> Path:
    """Of x and y: x @ W + y, and twice that."""
    return onnx_file(
        path,
        [
            node("MatMul", ["x", "W"], ["product"], name="mul"),
            node("Add", ["product", "y"], ["sum"], name="add"),
            node("Add", ["sum", "sum"], ["twice"], name="double"),
        ],
        {"x": (F32, [batch, 8]), "y": (F32, [batch, 4])},
        {"sum": (F32, [batch, 4]), "twice": (F32, [batch, 4])},
        {"W": W},
    )


def graph_of_dense(
    name: str = "main", batch: int = 2, dtype: str = "float32", *, swapped: bool = False
) -> GraphBuilder:
    """The same network as another compiler might write it."""
    graph = GraphBuilder(name)
    specs = {"x": (batch, 8), "y": (batch, 4)}
    values = {
        each: graph.data(each, TensorSpec(specs[each], dtype, "ND"))
        for each in (("y", "x") if swapped else ("x", "y"))
    }
    spec = TensorSpec((batch, 4), dtype, "ND")
    ranged = {"transpose_x1": False, "transpose_x2": False}
    weights = graph.constant("W", W, dtype=dtype)
    product = graph.op("MatMulV2", [values["x"], weights], spec, name="mul", attrs=ranged)
    total = graph.op("Add", [product, values["y"]], spec, name="add")
    twice = graph.op("Add", [total, total], spec, name="double")
    outputs = {"add:0:sum": total, "double:0:twice": twice}
    if swapped:
        outputs = dict(reversed(outputs.items()))
    graph.output(list(outputs.values()), list(outputs))
    return graph


def write(path: Path, graph: GraphBuilder) -> Path:
    path.write_bytes(ModelBuilder(graph, framework_type="Onnx").to_bytes())
    return path


def make_like(source: Path, like: Path, **options: Any) -> Path:
    target = like.with_suffix(".like.om")
    compile(source, target, CompileOptions(like=like, **options))
    return target


def reported(path: Path) -> tuple[Any, ...]:
    with acl.Model.from_file(path) as model:
        return model.inputs, model.outputs, model.gears, acl.query_size(path)


def expect_same(like: Path, ours: Path, *inputs: Array) -> Sequence[Array]:
    assert reported(ours) == reported(like)
    found, expected = run(ours, *inputs), run(like, *inputs)
    for actual, wanted in zip(found, expected, strict=True):
        assert actual.dtype == wanted.dtype
        np.testing.assert_allclose(
            actual.astype(np.float32), wanted.astype(np.float32), rtol=1e-2, atol=1e-2
        )
    return found


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_types_and_order(tmp_path: Path, dtype: str, swapped: bool) -> None:
    like = write(tmp_path / "X.om", graph_of_dense(dtype=dtype, swapped=swapped))
    x, y = floats(2, 8).astype(dtype), floats(2, 4, seed=5).astype(dtype)
    ours = make_like(dense(tmp_path / "dense.onnx"), like)
    expect_same(like, ours, *((y, x) if swapped else (x, y)))


def test_one_output_of_two(tmp_path: Path) -> None:
    graph = graph_of_dense()
    graph.outputs, graph.output_names = [], []
    last = graph.nodes.pop("Node_Output").inputs[1]
    graph.output([last], ["double:0:twice"])
    like = write(tmp_path / "X.om", graph)
    expect_same(like, make_like(dense(tmp_path / "m.onnx"), like), floats(2, 8), floats(2, 4))


@pytest.mark.parametrize("swapped", [False, True])
def test_gears(tmp_path: Path, swapped: bool) -> None:
    graphs = [graph_of_dense(f"gear_{i}", i, swapped=swapped) for i in (1, 2, 4)]
    like = tmp_path / "X.om"
    join_gears(graphs, "batch", framework_type="Onnx").write(like)
    ours = make_like(dense(tmp_path / "dense.onnx", "batch"), like)
    for batch in (1, 2, 4):
        x, y = floats(batch, 8), floats(batch, 4, seed=5)
        expect_same(like, ours, *((y, x) if swapped else (x, y)))


def test_gears_listed_in_another_order_than_inputs(tmp_path: Path) -> None:
    """A gear's values are those of y, then of x."""

    def graph(name: str, rows: int, columns: int) -> GraphBuilder:
        built = GraphBuilder(name)
        x = built.data("x", TensorSpec((rows, 4), "float32", "ND"))
        y = built.data("y", TensorSpec((1, columns), "float32", "ND"))
        twice = TensorSpec((rows, 4), "float32", "ND")
        outputs = [
            built.op("Add", [x, x], twice, name="a"),
            built.op("Add", [y, y], TensorSpec((1, columns), "float32", "ND"), name="b"),
        ]
        built.output(outputs, ["a:0:p", "b:0:q"])
        return built

    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Add", ["x", "x"], ["p"], name="a"), node("Add", ["y", "y"], ["q"], name="b")],
        {"x": (F32, ["n", 4]), "y": (F32, [1, "m"])},
        {"p": (F32, ["n", 4]), "q": (F32, [1, "m"])},
    )
    like = tmp_path / "X.om"
    join_gears([graph("g0", 2, 3), graph("g1", 5, 7)], "dims", order=["y", "x"]).write(like)
    assert File.open(like).models[0].descriptors.gears == [[3, 2], [7, 5]]
    # acl.Model, by which files are verified, does not take such gears; the flat functions do.
    ours = make_like(source, like, verify=False)
    descriptors = File.open(ours).models[0].descriptors
    assert descriptors.gears == [[3, 2], [7, 5]]
    assert descriptors.user_input_order == ["y", "x"]


def test_open_shapes(tmp_path: Path) -> None:
    graph = GraphBuilder("main")
    spec = TensorSpec((-1, 4), "float32", "ND", ranges=((1, 9), (4, 4)))
    x = graph.data("x", spec)
    graph.output([graph.op("Relu", [x], spec, name="r")], ["r:0:p"])
    like = tmp_path / "X.om"
    ModelBuilder(graph).write(like, Header("X", is_unknown_shape=True))
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["x"], ["p"], name="r")],
        {"x": (F32, ["n", 4])},
        {"p": (F32, ["n", 4])},
    )
    ours = make_like(source, like)
    expect_same(like, ours, floats(3, 4))
    assert acl.query_size(ours).work == 0


def test_dims_that_only_the_other_file_has(tmp_path: Path) -> None:
    """Compilers of old keep four dims."""
    graph = GraphBuilder("main")
    spec = TensorSpec((2, 3, 1, 1), "float32", "NCHW")
    x = graph.data("x", spec)
    graph.output([graph.op("Relu", [x], spec, name="r")], ["r:0:p"])
    like = write(tmp_path / "X.om", graph)
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Relu", ["x"], ["p"], name="r")],
        {"x": (F32, [2, 3])},
        {"p": (F32, [2, 3])},
    )
    expect_same(like, make_like(source, like), floats(2, 3, 1, 1))


def test_weights_that_have_no_room_are_kept_apart(tmp_path: Path) -> None:
    """In 32 bits they are twice what the other file asks for."""
    w = floats(64, 64, seed=9)
    graph = GraphBuilder("main")
    x = graph.data("x", TensorSpec((1, 64), "float32", "ND"))
    attrs = {"transpose_x1": False, "transpose_x2": False}
    y = graph.op(
        "MatMulV2",
        [x, graph.constant("w", w)],
        TensorSpec((1, 64), "float32", "ND"),
        name="mul",
        attrs=attrs,
    )
    graph.output([y], ["mul:0:y"])
    like = write(tmp_path / "X.om", graph)
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("MatMul", ["x", "w"], ["y"], name="mul")],
        {"x": (F32, [1, 64])},
        {"y": (F32, [1, 64])},
        {"w": w},
    )
    ours = make_like(source, like, precision_mode="fp32")
    size = acl.query_size(ours)
    assert size == acl.query_size(like)
    assert size.weight < w.nbytes
    sent = floats(1, 64)
    with (
        acl.DeviceBuffer(size.weight) as weight,
        acl.Model.from_file(ours, weight=weight) as model,
    ):
        np.testing.assert_allclose(model.run(sent)[0], sent @ w, rtol=1e-4, atol=1e-4)
        (finding,) = model.findings
        assert finding.quantity == "weights"
        assert "outside of the weight memory" in finding.reason
    roomy = make_like(source, like)  # 16 bits fit
    with acl.Model.from_file(roomy) as model:
        assert model.findings == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": (I64, [2, 8])}, "input 'x' is float32, in the model it is i64"),
        ({"x": (F32, [2, 8]), "z": (F32, [1])}, "the model has the inputs x, z"),
    ],
)
def test_other_inputs_are_refused(
    tmp_path: Path, change: dict[str, tuple[int, list[int]]], words: str
) -> None:
    graph = GraphBuilder("main")
    spec = TensorSpec((2, 8), "float32", "ND")
    x = graph.data("x", spec)
    graph.output([graph.op("Abs", [x], spec, name="a")], ["a:0:p"])
    like = write(tmp_path / "X.om", graph)
    nodes = [node("Abs", ["x"], ["p"], name="a")]
    outputs = {"p": change["x"]}
    if "z" in change:
        nodes.append(node("Neg", ["z"], ["q"]))
        outputs["q"] = change["z"]
    source = onnx_file(tmp_path / "m.onnx", nodes, change, outputs)
    with pytest.raises(CompileError, match=words):
        make_like(source, like)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["X.om", "m.onnx"]


def test_options_that_the_other_file_sets_are_refused(tmp_path: Path) -> None:
    like = write(tmp_path / "X.om", graph_of_dense())
    source = dense(tmp_path / "m.onnx")
    with pytest.raises(CompileError, match="input_shape: it is that of the other file"):
        make_like(source, like, input_shape={"x": [2, 8]})


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    like = tmp_path / "X.om"
    like.write_bytes(b"IMOD" + bytes(400))
    with pytest.raises(CompileError, match=f"like: {like} cannot be read"):
        make_like(dense(tmp_path / "m.onnx"), like)


def test_the_command_writes_beside(tmp_path: Path) -> None:
    like = write(tmp_path / "X.om", graph_of_dense())
    source = dense(tmp_path / "m.onnx")
    command = [sys.executable, "-m", "ascendcl", "compile", source, "--like", like, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "X.host.om").exists()
    assert "verified" in done.stdout
    shutil.copy(like, tmp_path / "X")
    command[-2] = tmp_path / "X"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "does not end with .om" in done.stderr


@needs_models
def test_the_file_of_like_is_not_written_over(tmp_path: Path) -> None:
    real = tmp_path / "lane.om"
    real.write_bytes((MODELS / "lane.om").read_bytes())
    with pytest.raises(CompileError, match="is the file of `like`, which would be lost"):
        compile(MODELS / "lane.onnx", real, CompileOptions(like=real))
    assert real.read_bytes() == (MODELS / "lane.om").read_bytes()
