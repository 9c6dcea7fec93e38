// Convolutions and matrix products, fused or not: operands to typed plain ops.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// The cube op of `kind` on connected operands. The result has the node's output axes.
ValueId lower_cube(NodeView &view, StepKind kind, const Operand &first, const Operand &second,
                   const std::optional<Operand> &bias);

}  // namespace ascendcl::host::engine
