// The products of acl_cblas.h as the op GEMM: C = alpha * A * B + beta * C, a vector being a matrix
// of one column.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "acl/ops/acl_cblas.h"
#include "host/ops/compiled_op.h"

namespace ascendcl::host::ops {

// A has m rows and k columns, B k rows and n columns, after their transposition.
struct Product {
    aclTransType transpose_a, transpose_b, transpose_c;
    int m, n, k;
    aclDataType type_a, type_b, type_c;  // alpha and beta have C's
    aclComputeType compute;
};

// Throws Failure: 100000 for sizes and flags that are none, 100026 for a combination of types that
// is not documented, 100027 for a fractal layout.
std::shared_ptr<CompiledOp> compile(const Product &product);

struct Operands {
    const void *alpha, *a, *b, *beta;
    void *c;
};

// On a stream. The scalars are read in their turn, as the matrices are. Throws Failure: 100000 for
// null pointers, and as compile() and submit().
void submit(const Product &product, const Operands &operands, aclrtStream stream);

// The leading dimensions are reserved: -1, or what the sizes say. Throws Failure(100000).
void require_leading_dimension(const char *name, int given, int natural);

}  // namespace ascendcl::host::ops
