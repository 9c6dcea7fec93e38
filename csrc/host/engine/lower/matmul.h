// MatMul, BatchMatMul, GEMM and FullyConnection.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// Transposes come from the attributes, of a fused node from the shapes. Throws Refusal where both
// readings fit and the source op's name does not tell.
ValueId lower_matmul(NodeView &view, const Operand &a, const Operand &b,
                     const std::optional<Operand> &bias);

ValueId lower_fully_connection(NodeView &view, const Operand &x, const Operand &weights,
                               const std::optional<Operand> &bias);

// What the attributes say; nothing when they do not.
struct Transposes {
    bool a, b;
};
std::optional<Transposes> stated_transposes(const om::AttrMap &attrs);

}  // namespace ascendcl::host::engine
