// Activations with tensors for parameters, in whatever shape the file keeps those.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// `x_axes` and `x_shape` are those of x. One slope, one per channel, or broadcastable as it is.
ValueId add_prelu(NodeView &view, ValueId x, const Shape &x_shape, Axes x_axes,
                  const Operand &slope);

// The numbers of a constant; nothing for other operands.
std::optional<std::vector<float>> constant_numbers(const PlainGraph &graph, const Operand &operand);
// The number of a constant with one element.
std::optional<float> constant_number(const PlainGraph &graph, const Operand &operand);

// min(max(x, low), high); one op where the bounds are constant scalars.
ValueId add_clip(NodeView &view, ValueId x, const Operand &low, const Operand &high);

}  // namespace ascendcl::host::engine
