# SPDX-License-Identifier: Apache-2.0
"""Integers beyond 32 bits, indices beyond their axis, data that decides about an output's shape.

OpenVINO would compute something of the first two.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import BOOL, F32, F64, I32, I64, Array, compiled, floats, node, onnx_file, run

import ascendcl as acl

X = np.arange(30, dtype=np.float32).reshape(5, 6)


def test_int64_inputs_are_looked_at(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Add", ["ids", "ids"], ["y"])],
        {"ids": (I64, [2, 3])},
        {"y": (I64, [2, 3])},
    )
    path = compiled(source)
    fits = np.array([[1, -(2**30), 0], [2**30 - 1, 7, -1]])
    np.testing.assert_array_equal(run(path, fits)[0], fits * 2)
    for value in (2**31, -(2**31) - 1, 2**62, -(2**63)):
        ids = np.zeros((2, 3), np.int64)
        ids[1, 1] = value
        with pytest.raises(acl.AclValueError, match=rf"'ids' holds {value} \(element 4\)"):
            run(path, ids)


def test_float64_is_told(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx", [node("Add", ["x", "x"], ["y"])], {"x": (F64, [3])}, {"y": (F64, [3])}
    )
    with acl.Model.from_file(compiled(source)) as model:
        (note,) = model.notes
        assert (note.quantity, note.value) == ("precision", "float32")


def test_float64_is_told_in_gears(tmp_path: Path) -> None:
    """The main graph has no IR there."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Add", ["x", "x"], ["y"])],
        {"x": (F64, ["n", 3])},
        {"y": (F64, ["n", 3])},
    )
    path = compiled(source, dynamic_batch_size=(1, 2))
    with acl.Model.from_file(path) as model:
        (note,) = model.notes
        assert (note.quantity, note.value) == ("precision", "float32")


@pytest.mark.parametrize("dims", [[4], ["n"]], ids=["static", "dynamic"])
@pytest.mark.parametrize("kind", [I32, I64])
def test_gather(tmp_path: Path, dims: list[Any], kind: int) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Gather", ["table", "ids"], ["y"])],
        {"ids": (kind, dims)},
        {"y": (F32, [*dims, 6])},
        {"table": X},
    )
    path = compiled(source)
    dtype = np.int32 if kind == I32 else np.int64
    good = np.array([0, 4, -1, -5], dtype)
    np.testing.assert_array_equal(run(path, good)[0], X[good])
    for bad in (5, -6, 2**31 - 1):
        with pytest.raises(acl.AclError, match=rf"index {bad} \(element 2 .*axis of 5"):
            run(path, np.array([0, 1, bad, 2], dtype))


POINTING = {
    "GatherElements": (node("GatherElements", ["x", "i"], ["y"], axis=1), [5, 2], [5, 2], [5], [6]),
    "GatherND": (node("GatherND", ["x", "i"], ["y"]), [3, 2], [3], [4, 5], [4, 6]),
    "GatherND, first": (node("GatherND", ["x", "i"], ["y"]), [3, 2], [3], [4, 5], [5, 0]),
    "GatherND, rows": (node("GatherND", ["x", "i"], ["y"]), [3, 1], [3, 6], [4], [-6]),
    "GatherND, batch": (
        node("GatherND", ["x", "i"], ["y"], batch_dims=1),
        [5, 1],
        [5],
        [5],
        [6],
    ),
}


@pytest.mark.parametrize("name", POINTING)
def test_reading_where_an_index_points(tmp_path: Path, name: str) -> None:
    op, dims, shape, last, beyond = POINTING[name]
    source = onnx_file(
        tmp_path / "m.onnx", [op], {"x": (F32, [5, 6]), "i": (I64, dims)}, {"y": (F32, shape)}
    )
    path = compiled(source)
    for bad in (False, True):
        indices = np.zeros(dims, np.int64)
        indices.reshape(-1)[-len(last) :] = beyond if bad else last
        if not bad:
            run(path, X, indices)  # its values are the verification's
            continue
        with pytest.raises(acl.AclError, match="is out of range of an axis of"):
            run(path, X, indices)


@pytest.mark.parametrize("bad", [6, -7])
def test_writing_where_an_index_points(tmp_path: Path, bad: int) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [
            node("ScatterElements", ["x", "i", "u"], ["y"], axis=1),
            node("ScatterND", ["x", "j", "v"], ["z"]),
        ],
        {"x": (F32, [5, 6]), "i": (I64, [1, 2]), "u": (F32, [1, 2]), "j": (I64, [1, 2])}
        | {"v": (F32, [1])},
        {"y": (F32, [5, 6]), "z": (F32, [5, 6])},
    )
    path = compiled(source)
    i, u, j, v = np.array([[5, -6]]), floats(1, 2), np.array([[4, 5]]), floats(1)
    y, z = run(path, X, i, u, j, v)
    wanted = X.copy()
    wanted[0, i] = u
    np.testing.assert_array_equal(y, wanted)
    wanted = X.copy()
    wanted[4, 5] = v[0]
    np.testing.assert_array_equal(z, wanted)
    with pytest.raises(acl.AclError, match=f"index {bad} "):
        run(path, X, np.array([[0, bad]]), u, j, v)
    with pytest.raises(acl.AclError, match=f"index {bad} "):
        run(path, X, i, u, np.array([[0, bad]]), v)


def test_indices_in_a_branch(tmp_path: Path) -> None:
    from onnx import helper

    def branch(name: str, values: Array) -> Any:
        return helper.make_graph(
            [node("Gather", [name, "ids"], [f"{name}_y"])],
            name,
            [],
            [helper.make_tensor_value_info(f"{name}_y", F32, [4, 6])],
            [helper.make_tensor("unused", F32, [1], [0.0])],
        )

    choice = node(
        "If",
        ["first"],
        ["y"],
        then_branch=branch("a", X),
        else_branch=branch("b", -X),
    )
    source = onnx_file(
        tmp_path / "m.onnx",
        [choice],
        {"first": (BOOL, []), "ids": (I64, [4]), "a": (F32, [5, 6]), "b": (F32, [5, 6])},
        {"y": (F32, [4, 6])},
    )
    path = compiled(source)
    ids = np.array([0, 4, -1, 2])
    for first, table in ((True, X), (False, -X)):
        np.testing.assert_array_equal(run(path, np.array(first), ids, X, -X)[0], table[ids])
        with pytest.raises(acl.AclError, match="index 5 "):
            run(path, np.array(first), np.array([0, 1, 2, 5]), X, -X)


def test_outputs_whose_shape_depends_on_data(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("NonZero", ["x"], ["where"]), node("Relu", ["x"], ["y"])],
        {"x": (F32, ["rows", 3])},
        {"where": (I64, [2, "count"]), "y": (F32, ["rows", 3])},
    )
    with acl.Model.from_file(compiled(source)) as model:
        assert [info.shape for info in model.outputs] == [(2, -1), (-1, 3)]
        for rows, count in ((2, 3), (2, 0), (4, 12), (2, 6), (2, 1)):
            x = np.zeros((rows, 3), np.float32)
            x.reshape(-1)[:count] = -1
            where, y = model(x)
            np.testing.assert_array_equal(where, np.stack(np.nonzero(x)))
            np.testing.assert_array_equal(y, np.zeros((rows, 3)))


def test_an_output_whose_shape_depends_on_data_by_the_flat_api(tmp_path: Path) -> None:
    """A buffer of the caller's takes it where it fits, and says how many bytes where not."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("NonZero", ["x"], ["y"])],
        {"x": (F32, [4])},
        {"y": (I64, [1, "n"])},
    )
    path = compiled(source)
    with acl.Device(0):
        model, ret = acl.mdl.load_from_file(str(path))
        assert ret == 0
        x, size = np.array([0, 2, 0, 3], np.float32), 32
        pointers = [acl.rt.malloc(size, 0)[0] for _ in range(2)]
        assert acl.rt.memcpy(pointers[0], 16, acl.util.bytes_to_ptr(x.tobytes()), 16, 1) == 0
        for room, code in ((16, 0), (32, 0), (8, 500002)):
            inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
            acl.mdl.add_dataset_buffer(inputs, acl.create_data_buffer(pointers[0], 16))
            acl.mdl.add_dataset_buffer(outputs, acl.create_data_buffer(pointers[1], room))
            assert acl.mdl.execute(model, inputs, outputs) == code
            if code == 0:
                desc = acl.mdl.get_dataset_tensor_desc(outputs, 0)
                assert [acl.get_tensor_desc_dim_v2(desc, i)[0] for i in range(2)] == [1, 2]
            else:
                assert "has 16 bytes this time, its buffer has 8" in acl.get_recent_err_msg()
            for data_set in (inputs, outputs):
                acl.destroy_data_buffer(acl.mdl.get_dataset_buffer(data_set, 0))
                acl.mdl.destroy_dataset(data_set)
        assert acl.mdl.unload(model) == 0
        for pointer in pointers:
            acl.rt.free(pointer)


def test_an_output_that_is_an_input(tmp_path: Path) -> None:
    """OpenVINO's CPU plugin leaves the caller's memory as it was."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Identity", ["x"], ["y"]), node("Reshape", ["x", "dims"], ["z"])],
        {"x": (F32, [2, 3])},
        {"y": (F32, [2, 3]), "z": (F32, [6])},
        {"dims": np.array([6])},
    )
    path = compiled(source)
    x = floats(2, 3)
    y, z = run(path, x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(z, x.reshape(6))


def test_an_output_that_opens_only_until_it_is_compiled(tmp_path: Path) -> None:
    """OpenVINO knows its size when it compiles, where the model itself does not say it."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [
            node("Shape", ["x"], ["dims"]),
            node("ReduceProd", ["dims"], ["count"], keepdims=1),
            node("Reshape", ["x", "count"], ["y"]),
        ],
        {"x": (F32, ["a", 3, "b"])},
        {"y": (F32, ["n"])},
    )
    path = compiled(source)
    for a, b in ((2, 4), (1, 1)):
        x = floats(a, 3, b)
        np.testing.assert_array_equal(run(path, x)[0], x.reshape(-1))


@pytest.mark.parametrize("kind", [I32, I64])
@pytest.mark.parametrize("op", ["Equal", "Less", "Mod", "Div"])
def test_integers_that_float32_cannot_tell_apart(tmp_path: Path, op: str, kind: int) -> None:
    """OpenVINO compares and divides in float32: exact below 2^24, of what is made of inputs too."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Mul", ["x", "thousand"], ["product"]), node(op, ["product", "y"], ["z"])],
        {"x": (kind, [3]), "y": (kind, [3])},
        {"z": (BOOL if op in ("Equal", "Less") else kind, [3])},
        {"thousand": np.array(1000, np.int32 if kind == I32 else np.int64)},
    )
    path = compiled(source)
    x, y = np.array([1, 2, -3]), np.array([1000, 2001, 7])
    dtype = np.int32 if kind == I32 else np.int64
    run(path, x.astype(dtype), y.astype(dtype))
    for bad in ((x, y + 2**24), (x * 6000, y)):
        with pytest.raises(acl.AclError, match=r"exact below 2\^24"):
            run(path, *(each.astype(dtype) for each in bad))


def test_errors_name_the_node(tmp_path: Path) -> None:
    """OpenVINO calls one by its output where that is the graph's."""
    source = onnx_file(
        tmp_path / "m.onnx",
        [
            node("Gather", ["table", "ids"], ["rows"], name="embed"),
            node("Gather", ["rows", "where"], ["y"], name="last"),
        ],
        {"ids": (I64, [2]), "where": (I64, [1])},
        {"y": (F32, [1, 6])},
        {"table": X},
    )
    path = compiled(source)
    for name, ids, where in (("embed", 7, 0), ("last", 0, 2)):
        with pytest.raises(acl.AclError, match=rf"node '{name}' \(Gather\): index"):
            run(path, np.array([1, ids]), np.array([where]))


def test_more_of_the_greatest_than_there_are(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("TopK", ["x", "k"], ["y", "where"])],
        {"x": (F32, ["n"]), "k": (I64, [1])},
        {"y": (F32, ["k"]), "where": (I64, ["k"])},
    )
    with acl.Model.from_file(compiled(source)) as model:
        x = np.array([1, 4, 2, 3], np.float32)
        for count in (1, 3, 4):
            np.testing.assert_array_equal(model(x, np.array([count]))[0], -np.sort(-x)[:count])
        for count in (0, 5, -1):
            with pytest.raises(acl.AclError, match=rf"TopK\): k is {count}, its axis has 4 elem"):
                model(x, np.array([count]))


def test_more_of_the_greatest_than_the_shape_that_comes_has(tmp_path: Path) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("TopK", ["x", "k"], ["y", "where"])],
        {"x": (F32, ["n"])},
        {"y": (F32, [3]), "where": (I64, [3])},
        {"k": np.array([3])},
    )
    with acl.Model.from_file(compiled(source)) as model:
        x = np.array([1, 4, 2, 3], np.float32)
        np.testing.assert_array_equal(model(x)[0], [4, 3, 2])
        with pytest.raises(acl.AclError, match=r"k is 3, its axis has 2 elements: .*TopK"):
            model(x[:2])


def test_a_loop_that_runs_no_time(tmp_path: Path) -> None:
    """What OpenVINO answers then is what an earlier request has left."""
    from onnx import helper

    body = helper.make_graph(
        [
            node("Identity", ["go"], ["go_on"]),
            node("Add", ["sum", "x"], ["next"]),
            node("Identity", ["next"], ["row"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", I64, []),
            helper.make_tensor_value_info("go", BOOL, []),
            helper.make_tensor_value_info("sum", F32, [3]),
        ],
        [
            helper.make_tensor_value_info("go_on", BOOL, []),
            helper.make_tensor_value_info("next", F32, [3]),
            helper.make_tensor_value_info("row", F32, [3]),
        ],
    )
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Loop", ["n", "", "x"], ["last", "rows"], body=body)],
        {"n": (I64, []), "x": (F32, [3])},
        {"last": (F32, [3]), "rows": (F32, ["count", 3])},
    )
    x = floats(3)
    with acl.Model.from_file(compiled(source)) as model:
        for count in (3, 1, 2):
            rows = model(np.array(count), x)[1]
            expected = np.cumsum([x] * (count + 1), axis=0)[1:]
            np.testing.assert_allclose(rows, expected, rtol=1e-5)
        with pytest.raises(acl.AclError, match=r"\(Loop\): it would run no time at all"):
            model(np.array(0), x)
