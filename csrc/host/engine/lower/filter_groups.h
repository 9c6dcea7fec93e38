// Groups of filters that are stored without saying so. Reference: om_format.md 8.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "om/graph.h"

namespace ascendcl::host::engine {

// By the name of the constant: the groups of the convolution that takes it, where they are more
// than the filter's layout says. 0 where two convolutions differ.
using FilterGroups = std::unordered_map<std::string_view, int64_t>;

FilterGroups filter_groups(const om::Graph &graph);

}  // namespace ascendcl::host::engine
