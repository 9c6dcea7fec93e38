// Activations that a source model writes out in several ops and a fused kernel lists one by one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// clip(x + 3, 0, 6) / 6, told by its constants, becomes one step, and x * clip(x + 3, 0, 6) / 6
// that step and a product. The constants leave the inputs. What is not exactly this stays.
void fold_hard_sigmoid(const PlainGraph &graph, std::vector<FusedStep> &steps,
                       std::vector<Operand> &inputs);

}  // namespace ascendcl::host::engine
