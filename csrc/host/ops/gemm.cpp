// Checks, and the five operands in the order of the op: a, b, c, alpha, beta.
// SPDX-License-Identifier: Apache-2.0
#include "host/ops/gemm.h"

#include <string>

#include "host/model/program_cache.h"
#include "host/ops/attributes.h"
#include "host/ops/execute.h"
#include "host/report/report.h"

namespace ascendcl::host::ops {
namespace {

struct Types {
    aclDataType a, b, c;
};
constexpr Types kTypes[] = {
    {ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT16},
    {ACL_FLOAT16, ACL_FLOAT16, ACL_FLOAT},
    {ACL_INT8, ACL_INT8, ACL_FLOAT},
    {ACL_INT8, ACL_INT8, ACL_INT32},
};

bool is_transposed(const char *name, aclTransType transpose) {
    if (transpose == ACL_TRANS_NZ || transpose == ACL_TRANS_NZ_T) {
        throw Failure{ACL_ERROR_FORMAT_NOT_MATCH,
                      std::string("matrix ") + name +
                          " is in a fractal layout, which the host runtime does not take"};
    }
    require(transpose == ACL_TRANS_N || transpose == ACL_TRANS_T, "no such transposition");
    return transpose == ACL_TRANS_T;
}

void require_types(const Product &product) {
    for (const Types &types : kTypes) {
        if (types.a == product.type_a && types.b == product.type_b && types.c == product.type_c)
            return;
    }
    throw Failure{ACL_ERROR_UNSUPPORTED_DATA_TYPE,
                  "the product of types " + std::to_string(product.type_a) + " and " +
                      std::to_string(product.type_b) + " in " + std::to_string(product.type_c) +
                      " is not supported"};
}

engine::OpTensor matrix(aclDataType type, int rows, int columns, bool transposed = false) {
    engine::OpTensor tensor;
    tensor.dtype = type;
    tensor.format = ACL_FORMAT_ND;
    tensor.dims =
        transposed ? std::vector<int64_t>{columns, rows} : std::vector<int64_t>{rows, columns};
    return tensor;
}

engine::OpTensor scalar(aclDataType type) {
    engine::OpTensor tensor = matrix(type, 1, 1);
    tensor.dims = {1};
    return tensor;
}

engine::Binding binding(const void *data, aclDataType type, int rows, int columns) {
    require(data != nullptr, "a pointer is null");
    return {const_cast<void *>(data),
            aclDataTypeSize(type) * static_cast<size_t>(rows) * static_cast<size_t>(columns)};
}

}  // namespace

std::shared_ptr<CompiledOp> compile(const Product &product) {
    const auto &[transpose_a, transpose_b, transpose_c, m, n, k, type_a, type_b, type_c, compute] =
        product;
    require(m > 0 && n > 0 && k > 0, "m, n and k must be above 0");
    require(transpose_c == ACL_TRANS_N, "matrix C cannot be transposed");
    require(compute == ACL_COMPUTE_HIGH_PRECISION || compute == ACL_COMPUTE_LOW_PRECISION,
            "no such precision");
    require_types(product);
    aclopAttr attributes;
    const bool is_a_transposed = is_transposed("A", transpose_a);
    const bool is_b_transposed = is_transposed("B", transpose_b);
    attributes.values["transpose_a"] = boolean_attribute(is_a_transposed);
    attributes.values["transpose_b"] = boolean_attribute(is_b_transposed);
    engine::OpRequest request;
    request.type = "GEMM";
    request.inputs = {matrix(type_a, m, k, is_a_transposed), matrix(type_b, k, n, is_b_transposed),
                      matrix(type_c, m, n), scalar(type_c), scalar(type_c)};
    request.outputs = {matrix(type_c, m, n)};
    request.attributes = message_of(&attributes);
    request.threads = model::threads_per_execution();
    return compiled_op(request);
}

void submit(const Product &product, const Operands &operands, aclrtStream stream) {
    const auto op = compile(product);
    const engine::Binding c = binding(operands.c, product.type_c, product.m, product.n);
    submit(op,
           {binding(operands.a, product.type_a, product.m, product.k),
            binding(operands.b, product.type_b, product.k, product.n), c,
            binding(operands.alpha, product.type_c, 1, 1),
            binding(operands.beta, product.type_c, 1, 1)},
           {c}, stream);
}

void require_leading_dimension(const char *name, int given, int natural) {
    if (given == -1 || given == natural) return;
    throw Failure{ACL_ERROR_INVALID_PARAM, std::string(name) + " is " + std::to_string(given) +
                                               "; only -1 and " + std::to_string(natural) +
                                               " are possible"};
}

}  // namespace ascendcl::host::ops
