// Fused nodes other than FixPipe: chains of elementwise ops, with or without a cube op in front.
// Reference: om_format.md 5.4.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// Branched fusions go by a pattern table, linear ones by a stack machine; what is neither for
// certain is refused.
ValueId lower_ub_fusion(NodeView &view, const std::vector<FusedStep> &steps);

}  // namespace ascendcl::host::engine
