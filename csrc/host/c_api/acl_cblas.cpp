// acl/ops/acl_cblas.h: matrix products.
// SPDX-License-Identifier: Apache-2.0
#include "acl/ops/acl_cblas.h"

#include "host/ops/execute.h"
#include "host/ops/gemm.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

// The columns that a matrix has in memory.
int stored_columns(aclTransType transpose, int rows, int columns) {
    return transpose == ACL_TRANS_T ? rows : columns;
}

struct LeadingDimensions {
    int a, b, c;
};

aclError multiply(const char *function, const ops::Product &product, LeadingDimensions leading,
                  const ops::Operands &operands, aclrtStream stream) {
    return guarded(function, [&] {
        const auto &[trans_a, trans_b, trans_c, m, n, k, type_a, type_b, type_c, compute] = product;
        ops::require_leading_dimension("lda", leading.a, stored_columns(trans_a, m, k));
        ops::require_leading_dimension("ldb", leading.b, stored_columns(trans_b, k, n));
        ops::require_leading_dimension("ldc", leading.c, n);
        ops::submit(product, operands, stream);
    });
}

aclError create_handle(const char *function, const ops::Product &product, aclopHandle **handle) {
    return guarded(function, [&] {
        require(handle != nullptr, "handle is null");
        *handle = ops::make_handle(ops::compile(product));
    });
}

// y = A x: x is a matrix of one column. m and n are A's rows and columns in the product, so that y
// has m elements whether A is transposed or not. The steps of the vectors are reserved as leading
// dimensions are; a matrix of one column has 1.
ops::Product matrix_times_vector(aclTransType trans_a, int m, int n, aclDataType type_a,
                                 aclDataType type_x, aclDataType type_y, aclComputeType compute) {
    return {trans_a, ACL_TRANS_N, ACL_TRANS_N, m, 1, n, type_a, type_x, type_y, compute};
}

}  // namespace

aclError aclblasGemvEx(aclTransType transA, int m, int n, const void *alpha, const void *a, int lda,
                       aclDataType dataTypeA, const void *x, int incx, aclDataType dataTypeX,
                       const void *beta, void *y, int incy, aclDataType dataTypeY,
                       aclComputeType type, aclrtStream stream) {
    return multiply(__func__,
                    matrix_times_vector(transA, m, n, dataTypeA, dataTypeX, dataTypeY, type),
                    {lda, incx, incy}, {alpha, a, x, beta, y}, stream);
}

aclError aclblasCreateHandleForGemvEx(aclTransType transA, int m, int n, aclDataType dataTypeA,
                                      aclDataType dataTypeX, aclDataType dataTypeY,
                                      aclComputeType type, aclopHandle **handle) {
    return create_handle(
        __func__, matrix_times_vector(transA, m, n, dataTypeA, dataTypeX, dataTypeY, type), handle);
}

aclError aclblasHgemv(aclTransType transA, int m, int n, const aclFloat16 *alpha,
                      const aclFloat16 *a, int lda, const aclFloat16 *x, int incx,
                      const aclFloat16 *beta, aclFloat16 *y, int incy, aclComputeType type,
                      aclrtStream stream) {
    return multiply(__func__,
                    matrix_times_vector(transA, m, n, ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16, type),
                    {lda, incx, incy}, {alpha, a, x, beta, y}, stream);
}

aclError aclblasCreateHandleForHgemv(aclTransType transA, int m, int n, aclComputeType type,
                                     aclopHandle **handle) {
    return create_handle(
        __func__, matrix_times_vector(transA, m, n, ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16, type),
        handle);
}

aclError aclblasS8gemv(aclTransType transA, int m, int n, const int32_t *alpha, const int8_t *a,
                       int lda, const int8_t *x, int incx, const int32_t *beta, int32_t *y,
                       int incy, aclComputeType type, aclrtStream stream) {
    return multiply(__func__,
                    matrix_times_vector(transA, m, n, ACL_INT8, ACL_INT8, ACL_INT32, type),
                    {lda, incx, incy}, {alpha, a, x, beta, y}, stream);
}

aclError aclblasCreateHandleForS8gemv(aclTransType transA, int m, int n, aclComputeType type,
                                      aclopHandle **handle) {
    return create_handle(
        __func__, matrix_times_vector(transA, m, n, ACL_INT8, ACL_INT8, ACL_INT32, type), handle);
}

aclError aclblasGemmEx(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n,
                       int k, const void *alpha, const void *matrixA, int lda,
                       aclDataType dataTypeA, const void *matrixB, int ldb, aclDataType dataTypeB,
                       const void *beta, void *matrixC, int ldc, aclDataType dataTypeC,
                       aclComputeType type, aclrtStream stream) {
    return multiply(__func__,
                    {transA, transB, transC, m, n, k, dataTypeA, dataTypeB, dataTypeC, type},
                    {lda, ldb, ldc}, {alpha, matrixA, matrixB, beta, matrixC}, stream);
}

aclError aclblasCreateHandleForGemmEx(aclTransType transA, aclTransType transB, aclTransType transC,
                                      int m, int n, int k, aclDataType dataTypeA,
                                      aclDataType dataTypeB, aclDataType dataTypeC,
                                      aclComputeType type, aclopHandle **handle) {
    return create_handle(
        __func__, {transA, transB, transC, m, n, k, dataTypeA, dataTypeB, dataTypeC, type}, handle);
}

aclError aclblasHgemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n,
                      int k, const aclFloat16 *alpha, const aclFloat16 *matrixA, int lda,
                      const aclFloat16 *matrixB, int ldb, const aclFloat16 *beta,
                      aclFloat16 *matrixC, int ldc, aclComputeType type, aclrtStream stream) {
    return multiply(__func__,
                    {transA, transB, transC, m, n, k, ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16, type},
                    {lda, ldb, ldc}, {alpha, matrixA, matrixB, beta, matrixC}, stream);
}

aclError aclblasCreateHandleForHgemm(aclTransType transA, aclTransType transB, aclTransType transC,
                                     int m, int n, int k, aclComputeType type,
                                     aclopHandle **handle) {
    return create_handle(
        __func__, {transA, transB, transC, m, n, k, ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16, type},
        handle);
}

aclError aclblasS8gemm(aclTransType transA, aclTransType transB, aclTransType transC, int m, int n,
                       int k, const int32_t *alpha, const int8_t *matrixA, int lda,
                       const int8_t *matrixB, int ldb, const int32_t *beta, int32_t *matrixC,
                       int ldc, aclComputeType type, aclrtStream stream) {
    return multiply(__func__,
                    {transA, transB, transC, m, n, k, ACL_INT8, ACL_INT8, ACL_INT32, type},
                    {lda, ldb, ldc}, {alpha, matrixA, matrixB, beta, matrixC}, stream);
}

aclError aclblasCreateHandleForS8gemm(aclTransType transA, aclTransType transB, aclTransType transC,
                                      int m, int n, int k, aclComputeType type,
                                      aclopHandle **handle) {
    return create_handle(
        __func__, {transA, transB, transC, m, n, k, ACL_INT8, ACL_INT8, ACL_INT32, type}, handle);
}
