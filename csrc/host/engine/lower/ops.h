// Lowering of the nodes that are no fusions: GE op type -> function.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

using LowerFunction = Values (*)(NodeView &);

struct OpEntry {
    std::string_view type;
    LowerFunction lower;
};

// Null for a type that no family knows.
LowerFunction find_lowering(std::string_view type) noexcept;

// The value itself, in the declared output shape: Identity, Cast between floats, Reshape, ...
Values lower_pass(NodeView &view);

// Elementwise op by its GE type; null when it is none. FrameworkOp uses it for TensorFlow's names.
Values lower_elementwise(NodeView &view, std::string_view type);

// `x`, provided that input `slot` says what the declared output repeats: refused now where it is
// constant, when it runs elsewhere. `what` it is stands in the message.
ValueId with_repeated(NodeView &view, ValueId x, size_t slot, const std::vector<int64_t> &values,
                      std::string_view what);

// One table per family.
struct OpFamily {
    const OpEntry *entries;
    size_t count;
};
OpFamily cube_ops() noexcept;
OpFamily activation_ops() noexcept;
OpFamily normalization_ops() noexcept;
OpFamily pool_ops() noexcept;
OpFamily reduce_ops() noexcept;
OpFamily resize_ops() noexcept;
OpFamily layout_ops() noexcept;
OpFamily slice_ops() noexcept;
OpFamily index_ops() noexcept;
OpFamily caffe_ops() noexcept;
OpFamily framework_ops() noexcept;

inline constexpr size_t kNoSlot = static_cast<size_t>(-1);  // of what only attributes say
inline constexpr size_t kMostMaskBits = 63;  // of slices: a bit per dim in one integer

// Constant axes: attribute `name`, else constant input `slot`; negative ones counted from `rank`.
std::vector<int64_t> axes_of_node(NodeView &view, std::string_view name, size_t slot, int64_t rank);
int64_t axis_of_node(NodeView &view, std::string_view name, size_t slot, int64_t rank);
// The axis that attribute `name` says, `fallback` without it; a negative one counted from `rank`.
int64_t axis_attribute(const NodeView &view, std::string_view name, int64_t fallback, int64_t rank);

}  // namespace ascendcl::host::engine
