# SPDX-License-Identifier: Apache-2.0
"""acl.blas: matrix products.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from typing import SupportsIndex

def gemv_ex(
    trans_a: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    type_a: SupportsIndex,
    x: SupportsIndex,
    incx: SupportsIndex,
    type_x: SupportsIndex,
    beta: SupportsIndex,
    y: SupportsIndex,
    incy: SupportsIndex,
    type_y: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """y = alpha * A x + beta * y, with types given; A is m x n."""

def create_handle_for_gemv_ex(
    trans_a: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    type_a: SupportsIndex,
    type_x: SupportsIndex,
    type_y: SupportsIndex,
    compute_type: SupportsIndex,
) -> tuple[int, int]:
    """A handle to `gemv_ex`. Returns (handle, ret)."""

def hgemv(
    trans_a: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    x: SupportsIndex,
    incx: SupportsIndex,
    beta: SupportsIndex,
    y: SupportsIndex,
    incy: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """y = alpha * A x + beta * y in half precision."""

def create_handle_for_hgemv(
    trans_a: SupportsIndex, m: SupportsIndex, n: SupportsIndex, compute_type: SupportsIndex
) -> tuple[int, int]:
    """A handle to `hgemv`. Returns (handle, ret)."""

def s8gemv(
    trans_a: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    x: SupportsIndex,
    incx: SupportsIndex,
    beta: SupportsIndex,
    y: SupportsIndex,
    incy: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """y = alpha * A x + beta * y: int8 in, int32 out."""

def create_handle_for_s8gemv(
    trans_a: SupportsIndex, m: SupportsIndex, n: SupportsIndex, compute_type: SupportsIndex
) -> tuple[int, int]:
    """A handle to `s8gemv`. Returns (handle, ret)."""

def gemm_ex(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    type_a: SupportsIndex,
    b: SupportsIndex,
    ldb: SupportsIndex,
    type_b: SupportsIndex,
    beta: SupportsIndex,
    c: SupportsIndex,
    ldc: SupportsIndex,
    type_c: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """C = alpha * A B + beta * C, with types given; A is m x k, B is k x n."""

def create_handle_for_gemm_ex(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    type_a: SupportsIndex,
    type_b: SupportsIndex,
    type_c: SupportsIndex,
    compute_type: SupportsIndex,
) -> tuple[int, int]:
    """A handle to `gemm_ex`. Returns (handle, ret)."""

def hgemm(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    b: SupportsIndex,
    ldb: SupportsIndex,
    beta: SupportsIndex,
    c: SupportsIndex,
    ldc: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """C = alpha * A B + beta * C in half precision."""

def create_handle_for_hgemm(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    compute_type: SupportsIndex,
) -> tuple[int, int]:
    """A handle to `hgemm`. Returns (handle, ret)."""

def s8gemm(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    alpha: SupportsIndex,
    a: SupportsIndex,
    lda: SupportsIndex,
    b: SupportsIndex,
    ldb: SupportsIndex,
    beta: SupportsIndex,
    c: SupportsIndex,
    ldc: SupportsIndex,
    compute_type: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """C = alpha * A B + beta * C: int8 in, int32 out."""

def create_handle_for_s8gemm(
    trans_a: SupportsIndex,
    trans_b: SupportsIndex,
    trans_c: SupportsIndex,
    m: SupportsIndex,
    n: SupportsIndex,
    k: SupportsIndex,
    compute_type: SupportsIndex,
) -> tuple[int, int]:
    """A handle to `s8gemm`. Returns (handle, ret)."""
