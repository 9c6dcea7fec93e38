// Constants out of the weights partition, decoded to their logical layout.
// Reference: om_format.md 4.1 and 4.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/logical_layout.h"
#include "host/engine/plain_graph.h"
#include "om/bytes.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

// The value of a Const node. f16, bf16 and f64 become f32; the bytes are owned by the result.
// A FRACTAL_Z filter has as many groups as its layout says or, where that says one, as `consumed`:
// those of the convolution that takes it. Throws Refusal without a node's name.
op::Constant decode_constant(const om::Node &node, om::Bytes weights, int64_t consumed = 1);

// The same for a value at hand, in logical order.
op::Constant make_constant(om::DataType dtype, Shape shape, std::vector<uint8_t> bytes);

}  // namespace ascendcl::host::engine
