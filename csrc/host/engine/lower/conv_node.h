// A convolution in the GE graph as it is stored, fused or not: which inputs are its data and its
// filter, and their sizes. For what has to be known before nodes are lowered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/plain_graph.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

struct ConvSizes {
    Pair input, output, kernel;
};

struct ConvNode {
    bool is_transposed = false;
    std::string_view filter;  // the node that it comes from
    const om::TensorDesc *filter_desc = nullptr;
    ConvSizes sizes;
    int64_t groups = 1;  // by the channels; 0 where they do not divide
};

// Nothing for another op, and where a descriptor does not fit (its lowering will say so).
std::optional<ConvNode> conv_node(const om::Node &node);

// What the node's attributes say, where it has all of them: unfused nodes do. Negative pads, which
// stand for TensorFlow's SAME, count as nothing.
struct StatedGeometry {
    Pair strides, dilations, pads_begin;
};
std::optional<StatedGeometry> stated_geometry(const om::Node &node);

// The descriptor that belongs to an input; null where the file has none.
const om::TensorDesc *input_desc(const om::Node &node, size_t slot);

}  // namespace ascendcl::host::engine
