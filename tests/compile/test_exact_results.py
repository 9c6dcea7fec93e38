# SPDX-License-Identifier: Apache-2.0
"""Results inside of a model that 32 bits, or float32, have no room for: right, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import F16, F32, F64, I32, I64, U8, Array, compiled, node, onnx_file, run

import ascendcl as acl

U32 = 12  # ONNX's number
DTYPES: dict[int, Any] = {I32: np.int32, I64: np.int64, F32: np.float32, F16: np.float16}
DTYPES[F64] = np.float64


def model_of(
    folder: Path, op: Any, kind: int, inputs: dict[str, Any], *, opset: int = 17, **constants: Array
) -> Path:
    """One node of outputs "y"."""
    ports = {name: (kind, dims) for name, dims in inputs.items()}
    return compiled(
        onnx_file(folder / "m.onnx", [op], ports, {"y": (kind, None)}, constants, opset=opset)  # type: ignore[dict-item]
    )


def refused(path: Path, words: str, *inputs: Array) -> None:
    with pytest.raises(acl.AclError, match=words):
        run(path, *inputs)


IN_32_BITS = r"a result is -?\d+, and the host runtime computes this op in 32 bits"
IN_FLOAT32 = r"and the host runtime computes this op in float32, exact below 2\^24"

# Of int64, each operand within 32 bits: operands whose results are, and one that has none.
ELEMENTWISE = {
    "Add": ([2**30, -(2**31), 5], [2**30 - 1, 0, -7], [2**30, 0, 0], [2**30, 1, 1]),
    "Sub": ([-(2**31), 2**31 - 1, 5], [0, 2**31 - 1, -7], [2**31 - 1, 0, 0], [-1, 0, 0]),
    "Mul": ([46340, -(2**16), 3], [46340, 2**15, -4], [1, 65536, 1], [1, 32768, 1]),
}


@pytest.mark.parametrize("op", ELEMENTWISE)
def test_int64_arithmetic(tmp_path: Path, op: str) -> None:
    path = model_of(tmp_path, node(op, ["a", "b"], ["y"]), I64, {"a": [3], "b": [3]})
    a, b, bad_a, bad_b = (np.array(each) for each in ELEMENTWISE[op])
    function = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}[op]
    np.testing.assert_array_equal(run(path, a, b)[0], function(a, b))
    refused(path, IN_32_BITS, bad_a, bad_b)


def test_int64_arithmetic_with_operands_of_other_shapes(tmp_path: Path) -> None:
    """Those that meet count, not the greatest of each."""
    path = model_of(tmp_path, node("Mul", ["a", "b"], ["y"]), I64, {"a": [3, 1], "b": [2, 1, 2]})
    a, b = np.array([[1], [0], [-2]]), np.array([[[2**30, 5]], [[7, -(2**29)]]])
    np.testing.assert_array_equal(run(path, a, b)[0], a * b)
    a[2] = 2
    refused(path, rf"a result is {2**31}, .* 32 bits", a, b)
    wide = model_of(tmp_path, node("Mul", ["a", "b"], ["y"]), I64, {"a": [2], "b": [2]})
    np.testing.assert_array_equal(run(wide, np.array([2**30, 1]), np.array([1, 2**30]))[0], 2**30)


def test_int32_wraps_around_as_in_onnx(tmp_path: Path) -> None:
    path = model_of(tmp_path, node("Add", ["a", "a"], ["y"]), I32, {"a": [2]})
    a = np.array([2**30, 3], np.int32)
    np.testing.assert_array_equal(run(path, a)[0], a + a)


@pytest.mark.parametrize(("op", "value"), [("Neg", 1), ("Abs", 1)])
def test_the_least_of_32_bits(tmp_path: Path, op: str, value: int) -> None:
    path = model_of(tmp_path, node(op, ["a"], ["y"]), I64, {"a": [2]})
    a = np.array([value, 2**31 - 1])
    np.testing.assert_array_equal(run(path, a)[0], -a if op == "Neg" else a)
    refused(path, rf"a result is {2**31}, .*32 bits", np.array([1, -(2**31)]))


@pytest.mark.parametrize("kind", [I32, I64])
@pytest.mark.parametrize("op", ["ReduceSum", "ReduceMean", "ReduceL1", "ReduceProd"])
def test_sums_along_an_axis(tmp_path: Path, op: str, kind: int) -> None:
    """OpenVINO does them in float32. Each result counts, not all of the tensor."""
    path = model_of(
        tmp_path,
        node(op, ["x", "axes"], ["y"], keepdims=0),
        kind,
        {"x": [3, 2]},
        opset=18,
        axes=np.array([-1]),
    )
    x = np.array([[2**23, 2], [2**23 + 1, 1], [4096, 2]], DTYPES[kind])
    if op == "ReduceProd":
        x[:2, 1] = 1
    function = {"ReduceSum": np.sum, "ReduceL1": np.sum, "ReduceProd": np.prod}.get(op)
    wanted = function(x, axis=-1) if function else x.sum(-1) // 2
    np.testing.assert_array_equal(run(path, x)[0], wanted)
    x[2] = [4097, 4099] if op == "ReduceProd" else [2**24, 1]
    refused(path, IN_FLOAT32, x)


@pytest.mark.parametrize("kind", [I32, I64])
def test_powers(tmp_path: Path, kind: int) -> None:
    path = model_of(
        tmp_path, node("Pow", ["x", "two"], ["y"]), kind, {"x": [3]}, two=np.array(2, DTYPES[kind])
    )
    x = np.array([4095, -4095, 3], DTYPES[kind])
    np.testing.assert_array_equal(run(path, x)[0], x**2)
    refused(path, IN_FLOAT32, np.array([1, 4097, 1], DTYPES[kind]))


def test_sums_along_an_axis_that_are_all_kept(tmp_path: Path) -> None:
    path = model_of(
        tmp_path, node("CumSum", ["x", "axis"], ["y"]), I64, {"x": [2, 2]}, axis=np.array(1)
    )
    x = np.array([[2**30, 2**30 - 1], [2**29, 5]])
    np.testing.assert_array_equal(run(path, x)[0], x.cumsum(1))
    refused(path, IN_32_BITS, x + 1)


@pytest.mark.parametrize("kind", [I32, I64])
@pytest.mark.parametrize(
    ("left", "right"), [([2, 3], [3, 2]), ([3], [3]), ([4, 2, 3], [3, 2]), ([1, 2, 3], [4, 3, 5])]
)
def test_integer_products_of_matrices(
    tmp_path: Path, left: list[int], right: list[int], kind: int
) -> None:
    path = model_of(tmp_path, node("MatMul", ["a", "b"], ["y"]), kind, {"a": left, "b": right})
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-2000, 2000, dims).astype(DTYPES[kind]) for dims in (left, right))
    np.testing.assert_array_equal(run(path, a, b)[0], a @ b)
    a[...], b[...] = 4097, 1
    b[..., 1 if b.ndim == 1 else 0] = 4097
    refused(path, IN_FLOAT32, a, b)


@pytest.mark.parametrize(("value", "is_told"), [(2**40, True), (2**31 - 1, False)])
def test_constants_beyond_32_bits_are_told(tmp_path: Path, value: int, is_told: bool) -> None:
    path = model_of(
        tmp_path,
        node("Mod", ["x", "c"], ["y"], name="wrap"),
        I64,
        {"x": [2]},
        c=np.array([value]),
    )
    with acl.Model.from_file(path) as model:
        told = [note.reason for note in model.notes]
    words = f"node 'wrap' (FloorMod): input 'c' holds {value} (element 0)"
    assert [reason.startswith(words) for reason in told] == [True] * is_told


def test_ends_of_slices_are_far_out_on_purpose(tmp_path: Path) -> None:
    path = model_of(
        tmp_path,
        node("Slice", ["x", "starts", "ends"], ["y"]),
        I64,
        {"x": ["n"]},
        starts=np.array([1]),
        ends=np.array([2**63 - 1]),
    )
    with acl.Model.from_file(path) as model:
        assert not model.notes
        np.testing.assert_array_equal(model(np.array([4, 5, 6])), [5, 6])


@pytest.mark.parametrize(("terms", "is_told"), [(258, False), (259, True)])
@pytest.mark.parametrize("op", ["MatMulInteger", "ConvInteger"])
def test_products_of_bytes_are_rounded_and_told(
    tmp_path: Path, op: str, terms: int, is_told: bool
) -> None:
    """As the operands of a quantised model were rounded by far more."""
    dims = {"x": [1, terms], "z": [terms, 1]}
    if op == "ConvInteger":
        dims = {"x": [1, terms, 1, 1], "z": [1, terms, 1, 1]}
    source = onnx_file(
        tmp_path / "m.onnx",
        [node(op, ["x", "z"], ["y"])],
        {name: (U8, each) for name, each in dims.items()},
        {"y": (I32, None)},  # type: ignore[dict-item]
    )
    x, z = (np.full(each, 255, np.uint8) for each in dims.values())
    with acl.Model.from_file(compiled(source)) as model:
        assert [note.quantity for note in model.notes] == ["precision"] * is_told
        np.testing.assert_allclose(model(x, z).item(), terms * 255**2, rtol=1e-6)


@pytest.mark.parametrize(("kind", "least"), [(I64, -(2**31)), (U32, 0)])
def test_casts_of_floats(tmp_path: Path, kind: int, least: int) -> None:
    source = onnx_file(
        tmp_path / "m.onnx",
        [node("Cast", ["x"], ["y"], to=kind)],
        {"x": (F32, [3])},
        {"y": (kind, [3])},
    )
    path = compiled(source)
    x = np.array([2**31 - 128, least, 2.75], np.float32)
    np.testing.assert_array_equal(run(path, x)[0], x.astype(np.int64))
    for bad in (2.0**31, 3e9, 5e12):
        refused(path, IN_32_BITS, np.array([1, bad, 2], np.float32))
    # What is no number is no integer in ONNX either, and selected away behind it.
    run(path, np.array([np.inf, np.nan, 1], np.float32))


@pytest.mark.parametrize("kind", [F32, F16, F64])
@pytest.mark.parametrize(("left", "right"), [([5], [5]), ([5], [1]), ([2, 1], [5]), (["n"], [5])])
def test_remainders_of_floats(tmp_path: Path, left: list[Any], right: list[Any], kind: int) -> None:
    """OpenVINO's is 0 for 1 % 0.1, and for 1e10 % 0.3."""
    path = model_of(tmp_path, node("Mod", ["a", "b"], ["y"], fmod=1), kind, {"a": left, "b": right})
    a = np.array([1, 5.5, -0.6, 100, 1e4], np.float32).astype(DTYPES[kind])
    b = np.array([0.1, 0.1, 0.3, -0.7, 0.3], np.float32).astype(DTYPES[kind])
    if left == [2, 1]:
        a = a[:2].reshape(2, 1)
    if right == [1]:
        b = b[:1]
    np.testing.assert_array_equal(
        run(path, a, b)[0], np.fmod(a.astype(np.float32), b.astype(np.float32)).astype(a.dtype)
    )
