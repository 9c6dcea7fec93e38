// MatMul, BatchMatMul, GEMM and FullyConnection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// Transposes come from the attributes, of a fused node from the shapes. Throws Refusal where both
// readings fit and neither the source op's name nor other products of the file tell.
ValueId lower_matmul(NodeView &view, const Operand &a, const Operand &b,
                     const std::optional<Operand> &bias);

ValueId lower_fully_connection(NodeView &view, const Operand &x, const Operand &weights,
                               const std::optional<Operand> &bias);

// Whether some transposition of `a` and `b` yields `out`.
bool product_fits(const Shape &a, const Shape &b, const Shape &out);

// What the attributes say; nothing when they do not.
struct Transposes {
    bool a, b;
};
std::optional<Transposes> stated_transposes(const om::AttrMap &attrs);

// The only ones with which `a` and `b` yield `out`, the first matrix not being transposed.
std::optional<Transposes> only_transposes(const Shape &a, const Shape &b, const Shape &out);

}  // namespace ascendcl::host::engine
