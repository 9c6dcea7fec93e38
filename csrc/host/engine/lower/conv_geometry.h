// Strides, dilations and pads of convolutions: from attributes where the node has them, else
// recovered in the order of om_format.md 5.3.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/conv_node.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

struct Geometry {
    Pair strides{1, 1}, dilations{1, 1}, pads_begin{0, 0}, pads_end{0, 0};
    Pair output_padding{0, 0};  // of transposed convolutions
};

// Fused nodes lose the attributes; what they still show are defaults of the IR, not facts.
bool has_geometry_attributes(const NodeView &view);

// Height and width entries of a 4-entry attribute in `data_format` order (also 1 or 2 entries).
Pair spatial(const NodeView &view, const std::vector<int64_t> &values, bool channels_last);

// The attribute's top, bottom, left, right. Of both: what no model has is refused, so that sizes
// can be computed with them.
struct Pads {
    Pair begin, end;
};
Pads pads_of(const NodeView &view, std::string_view name);

// The entries of an attribute are in the order of the node's data_format (falling back to x's own).
bool attributes_channels_last(const NodeView &view, const Operand &x);

// Geometry that maps sizes.input to sizes.output exactly. Of fused nodes it is recovered
// (recovered_geometry.h); throws Refusal when nothing fits.
Geometry convolution_geometry(NodeView &view, const ConvSizes &sizes);
Geometry transposed_geometry(NodeView &view, const ConvSizes &sizes);

// Groups, cross-checked between filter, attribute and channel counts.
int64_t convolution_groups(NodeView &view, int64_t input_channels, int64_t filter_channels,
                           const om::TensorDesc *filter_desc);

}  // namespace ascendcl::host::engine
