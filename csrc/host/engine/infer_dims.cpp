// Products of matrices, and what has the dims of its input.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/infer_dims.h"

#include <algorithm>

#include "host/engine/lower/matmul.h"

namespace ascendcl::host::engine {
namespace {

template <size_t kCount>
bool contains(const std::string_view (&types)[kCount], std::string_view type) noexcept {
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

bool has_dims_of_input(std::string_view type) noexcept {
    static constexpr std::string_view kTypes[] = {
        "Cast",        "Dropout",  "GuaranteeConst",  "Identity", "MemcpyAddrAsync",
        "MemcpyAsync", "OnesLike", "PreventGradient", "Snapshot", "StopGradient",
        "ZerosLike",
    };
    return contains(kTypes, type);
}

}  // namespace

bool is_matrix_product(std::string_view type) noexcept {
    static constexpr std::string_view kTypes[] = {"MatMul",        "MatMulV2", "BatchMatMul",
                                                  "BatchMatMulV2", "GEMM",     "Gemm"};
    return contains(kTypes, type);
}

std::optional<Shape> assumed_dims(std::string_view type, const om::AttrMap &attrs,
                                  const std::vector<Shape> &inputs) {
    if (inputs.empty()) return std::nullopt;
    const Shape &a = inputs[0];
    if (has_dims_of_input(type)) return a;
    if (!is_matrix_product(type) || inputs.size() < 2) return std::nullopt;
    const Shape &b = inputs[1];
    if (a.size() < 2 || b.size() < 2) return std::nullopt;
    const Transposes transposes = stated_transposes(attrs).value_or(Transposes{false, false});
    Shape dims = a.size() >= b.size() ? a : b;
    dims[dims.size() - 2] = a[a.size() - (transposes.a ? 1 : 2)];
    dims[dims.size() - 1] = b[b.size() - (transposes.b ? 2 : 1)];
    return dims;
}

}  // namespace ascendcl::host::engine
