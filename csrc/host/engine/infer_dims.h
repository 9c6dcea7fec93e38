// What the lowering of an op is told of output dims that its descriptor leaves open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "host/engine/plain_graph.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

bool is_matrix_product(std::string_view type) noexcept;

// What lowering is told of an output with unknown dims where it goes by the declared ones although
// they follow from the inputs'.
std::optional<Shape> assumed_dims(std::string_view type, const om::AttrMap &attrs,
                                  const std::vector<Shape> &inputs);

}  // namespace ascendcl::host::engine
