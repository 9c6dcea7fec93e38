// A cube op fused with FixPipe (Ascend310B, CANN 7 and 8): 13 inputs by slot.
// Reference: om_format.md 5.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// conv + bias -> scale_0 -> activation_0 -> clip_0 -> eltwise -> scale_1 -> activation_1 -> clip_1.
ValueId lower_fixpipe(NodeView &view, StepKind cube, bool is_transformed);

}  // namespace ascendcl::host::engine
