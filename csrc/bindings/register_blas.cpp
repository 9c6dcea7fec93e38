// The flat functions of acl.blas: matrix products.
// SPDX-License-Identifier: Apache-2.0
#include "acl/ops/acl_cblas.h"
#include "bindings/flat/function.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_blas(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&aclblasGemvEx, kAddresses>("gemv_ex", "trans_a", "m", "n", "alpha", "a", "lda",
                                         "type_a", "x", "incx", "type_x", "beta", "y", "incy",
                                         "type_y", "compute_type", "stream"),
        bind<&aclblasCreateHandleForGemvEx, kAddresses>("create_handle_for_gemv_ex", "trans_a", "m",
                                                        "n", "type_a", "type_x", "type_y",
                                                        "compute_type"),
        bind<&aclblasHgemv, kAddresses>("hgemv", "trans_a", "m", "n", "alpha", "a", "lda", "x",
                                        "incx", "beta", "y", "incy", "compute_type", "stream"),
        bind<&aclblasCreateHandleForHgemv, kAddresses>("create_handle_for_hgemv", "trans_a", "m",
                                                       "n", "compute_type"),
        bind<&aclblasS8gemv, kAddresses>("s8gemv", "trans_a", "m", "n", "alpha", "a", "lda", "x",
                                         "incx", "beta", "y", "incy", "compute_type", "stream"),
        bind<&aclblasCreateHandleForS8gemv, kAddresses>("create_handle_for_s8gemv", "trans_a", "m",
                                                        "n", "compute_type"),
        bind<&aclblasGemmEx, kAddresses>("gemm_ex", "trans_a", "trans_b", "trans_c", "m", "n", "k",
                                         "alpha", "a", "lda", "type_a", "b", "ldb", "type_b",
                                         "beta", "c", "ldc", "type_c", "compute_type", "stream"),
        bind<&aclblasCreateHandleForGemmEx, kAddresses>(
            "create_handle_for_gemm_ex", "trans_a", "trans_b", "trans_c", "m", "n", "k", "type_a",
            "type_b", "type_c", "compute_type"),
        bind<&aclblasHgemm, kAddresses>("hgemm", "trans_a", "trans_b", "trans_c", "m", "n", "k",
                                        "alpha", "a", "lda", "b", "ldb", "beta", "c", "ldc",
                                        "compute_type", "stream"),
        bind<&aclblasCreateHandleForHgemm, kAddresses>("create_handle_for_hgemm", "trans_a",
                                                       "trans_b", "trans_c", "m", "n", "k",
                                                       "compute_type"),
        bind<&aclblasS8gemm, kAddresses>("s8gemm", "trans_a", "trans_b", "trans_c", "m", "n", "k",
                                         "alpha", "a", "lda", "b", "ldb", "beta", "c", "ldc",
                                         "compute_type", "stream"),
        bind<&aclblasCreateHandleForS8gemm, kAddresses>("create_handle_for_s8gemm", "trans_a",
                                                        "trans_b", "trans_c", "m", "n", "k",
                                                        "compute_type"),
    };
    add_functions(module, "acl.blas", functions);
}

}  // namespace ascendcl
