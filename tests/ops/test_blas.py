# SPDX-License-Identifier: Apache-2.0
"""acl.blas against numpy: the documented types, transposed or not, in a stream's turn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from single_ops import HOST_TO_DEVICE, Array, data_type, on_device, random, wide

import acl

N, T, NZ = 0, 1, 2
HIGH_PRECISION = 0
TYPES = [
    ("float16", "float16"),
    ("float16", "float32"),
    ("int8", "float32"),
    ("int8", "int32"),
]


def scalars(dtype: str) -> tuple[Array, Array]:
    return np.array([3], dtype), np.array([-2], dtype)


def assert_product(result: Array, a: Array, b: Array, c: Array) -> None:
    """The result is 3 a b - 2 c."""
    expected = 3 * (wide(a) @ wide(b)) - 2 * wide(c)
    if result.dtype == np.int32:
        np.testing.assert_array_equal(result, expected)
        return
    magnitude = 3 * (np.abs(wide(a)) @ np.abs(wide(b))) + 2 * np.abs(wide(c))
    rounding = np.finfo(result.dtype).eps if result.dtype == np.float16 else 0
    assert (np.abs(result - expected) <= 1e-6 * magnitude + rounding * np.abs(expected)).all()


def stored(matrix: Array, transposed: int) -> Array:
    return np.ascontiguousarray(matrix.T if transposed == T else matrix)


@pytest.mark.parametrize("trans_b", [N, T])
@pytest.mark.parametrize("trans_a", [N, T])
@pytest.mark.parametrize(("narrow", "result_type"), TYPES)
def test_gemm(
    narrow: str, result_type: str, trans_a: int, trans_b: int, rng: np.random.Generator
) -> None:
    m, n, k = 33, 17, 50
    a, b = random(rng, narrow, m, k), random(rng, narrow, k, n)
    c = rng.integers(-100, 100, (m, n)).astype(result_type)
    before, (alpha, beta) = c.copy(), scalars(result_type)
    with on_device(stored(a, trans_a), stored(b, trans_b), c, alpha, beta) as device:
        p_a, p_b, p_c, p_alpha, p_beta = device.pointers
        # fmt: off
        ret = acl.blas.gemm_ex(
            trans_a, trans_b, N, m, n, k,
            p_alpha, p_a, -1, data_type(a), p_b, -1, data_type(b),
            p_beta, p_c, -1, data_type(c), HIGH_PRECISION, 0,
        )
        # fmt: on
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        assert_product(device.download()[2], a, b, before)


@pytest.mark.parametrize(
    ("function", "create_handle", "narrow", "result_type"),
    [
        (acl.blas.hgemm, acl.blas.create_handle_for_hgemm, "float16", "float16"),
        (acl.blas.s8gemm, acl.blas.create_handle_for_s8gemm, "int8", "int32"),
    ],
)
def test_gemm_of_one_type(
    function: Any, create_handle: Any, narrow: str, result_type: str, rng: np.random.Generator
) -> None:
    """With leading dimensions as the sizes have them, then the same by a handle."""
    m, n, k = 4, 5, 6
    a, b = random(rng, narrow, m, k), random(rng, narrow, k, n)
    c = rng.integers(-9, 9, (m, n)).astype(result_type)
    before, (alpha, beta) = c.copy(), scalars(result_type)
    with on_device(a, b, c, alpha, beta) as device:
        p_a, p_b, p_c, p_alpha, p_beta = device.pointers
        ret = function(N, N, N, m, n, k, p_alpha, p_a, k, p_b, n, p_beta, p_c, n, HIGH_PRECISION, 0)
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        once = device.download()[2].copy()
        assert_product(once, a, b, before)

        handle, ret = create_handle(N, N, N, m, n, k, HIGH_PRECISION)
        assert ret == 0
        ret = acl.op.execute_with_handle(handle, device.buffers, [device.buffers[2]], 0)
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        acl.op.destroy_handle(handle)
        assert_product(device.download()[2], a, b, once)


@pytest.mark.parametrize("trans_a", [N, T])
@pytest.mark.parametrize(("narrow", "result_type"), TYPES)
def test_gemv(narrow: str, result_type: str, trans_a: int, rng: np.random.Generator) -> None:
    m, n = 20, 35
    a, x = random(rng, narrow, m, n), random(rng, narrow, n, 1)
    y = rng.integers(-100, 100, (m, 1)).astype(result_type)
    before, (alpha, beta) = y.copy(), scalars(result_type)
    with on_device(stored(a, trans_a), x, y, alpha, beta) as device:
        p_a, p_x, p_y, p_alpha, p_beta = device.pointers
        # fmt: off
        ret = acl.blas.gemv_ex(
            trans_a, m, n, p_alpha, p_a, -1, data_type(a), p_x, -1, data_type(x),
            p_beta, p_y, -1, data_type(y), HIGH_PRECISION, 0,
        )
        # fmt: on
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        once = device.download()[2].copy()
        assert_product(once, a, x, before)

        types = (data_type(a), data_type(x), data_type(y))
        handle, ret = acl.blas.create_handle_for_gemv_ex(trans_a, m, n, *types, HIGH_PRECISION)
        assert ret == 0
        assert acl.op.execute_with_handle(handle, device.buffers, [device.buffers[2]], 0) == 0
        assert acl.rt.synchronize_stream(0) == 0
        acl.op.destroy_handle(handle)
        assert_product(device.download()[2], a, x, once)


@pytest.mark.parametrize(
    ("function", "create_handle", "narrow", "result_type"),
    [
        (acl.blas.hgemv, acl.blas.create_handle_for_hgemv, "float16", "float16"),
        (acl.blas.s8gemv, acl.blas.create_handle_for_s8gemv, "int8", "int32"),
    ],
)
def test_gemv_of_one_type(
    function: Any, create_handle: Any, narrow: str, result_type: str, rng: np.random.Generator
) -> None:
    m, n = 7, 9
    a, x = random(rng, narrow, m, n), random(rng, narrow, n, 1)
    y = np.zeros((m, 1), result_type)
    before, (alpha, beta) = y.copy(), scalars(result_type)
    with on_device(a, x, y, alpha, beta) as device:
        p_a, p_x, p_y, p_alpha, p_beta = device.pointers
        ret = function(N, m, n, p_alpha, p_a, -1, p_x, -1, p_beta, p_y, -1, HIGH_PRECISION, 0)
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(0) == 0
        assert_product(device.download()[2], a, x, before)
    handle, ret = create_handle(N, m, n, HIGH_PRECISION)
    assert ret == 0
    acl.op.destroy_handle(handle)


def test_scalars_are_read_in_their_turn(stream: int, rng: np.random.Generator) -> None:
    """A copy queued before the product sets alpha."""
    a, b = random(rng, "int8", 4, 4), random(rng, "int8", 4, 4)
    c, beta = np.zeros((4, 4), np.int32), np.zeros(1, np.int32)
    with on_device(a, b, c, np.array([1], np.int32), beta) as device:
        p_a, p_b, p_c, p_alpha, p_beta = device.pointers
        source, ret = acl.rt.malloc_host(4)
        assert ret == 0
        seven = np.array([7], np.int32)
        assert acl.rt.memcpy(source, 4, acl.util.numpy_to_ptr(seven), 4, 0) == 0
        assert acl.rt.memcpy_async(p_alpha, 4, source, 4, HOST_TO_DEVICE, stream) == 0
        ret = acl.blas.s8gemm(
            N, N, N, 4, 4, 4, p_alpha, p_a, -1, p_b, -1, p_beta, p_c, -1, HIGH_PRECISION, stream
        )
        assert ret == 0
        assert acl.rt.synchronize_stream(stream) == 0
        np.testing.assert_array_equal(device.download()[2], 7 * (wide(a) @ wide(b)))
        assert acl.rt.free_host(source) == 0


def hgemm(**changes: int) -> int:
    """A product of 2 x 2 matrices with one argument changed."""
    square = np.zeros((2, 2), np.float16)
    with on_device(square, square, square, np.ones(1, np.float16), np.ones(1, np.float16)) as d:
        arguments = {
            "trans_a": N,
            "trans_b": N,
            "trans_c": N,
            "m": 2,
            "n": 2,
            "k": 2,
            "alpha": d.pointers[3],
            "a": d.pointers[0],
            "lda": -1,
            "b": d.pointers[1],
            "ldb": -1,
            "beta": d.pointers[4],
            "c": d.pointers[2],
            "ldc": -1,
            "compute_type": HIGH_PRECISION,
            "stream": 0,
        }
        ret = acl.blas.hgemm(**{**arguments, **changes})
        assert acl.rt.synchronize_stream(0) == 0
    return int(ret)


@pytest.mark.parametrize("name", ["alpha", "a", "b", "beta", "c"])
def test_null(name: str) -> None:
    assert hgemm() == 0
    assert hgemm(**{name: 0}) == 100000


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("m", 0, 100000),
        ("n", -1, 100000),
        ("k", 0, 100000),
        ("lda", 3, 100000),
        ("ldc", 1, 100000),
        ("trans_a", 7, 100000),
        ("trans_c", T, 100000),
        ("trans_b", NZ, 100027),
        ("compute_type", 5, 100000),
    ],
)
def test_bad_argument(name: str, value: int, code: int) -> None:
    assert hgemm(**{name: value}) == code
    assert str(acl.get_recent_err_msg()).startswith(f"[{code}] aclblasHgemm: ")


@pytest.mark.parametrize("types", [(0, 0, 0), (1, 2, 1), (2, 2, 1), (1, 1, 3)])
def test_types_that_are_not_documented(types: tuple[int, int, int]) -> None:
    handle, ret = acl.blas.create_handle_for_gemm_ex(N, N, N, 2, 2, 2, *types, HIGH_PRECISION)
    assert (handle, ret) == (0, 100026)
