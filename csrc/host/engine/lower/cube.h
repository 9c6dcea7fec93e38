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

// The same in a fusion. A product's operands stand in the order of its own inputs, unless one of
// them `is_transformed` first: that one then comes first. The shapes have to agree.
ValueId lower_fused_cube(NodeView &view, StepKind kind, const Operand &first, const Operand &second,
                         const std::optional<Operand> &bias, bool is_transformed);

// Whether a fusion begins with the transformation of an operand's layout.
bool begins_with_transformation(const std::vector<FusedStep> &steps) noexcept;

}  // namespace ascendcl::host::engine
