// The order to lower nodes in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "om/graph.h"

namespace ascendcl::host::engine {

// Producers before consumers, otherwise as in the file (where Const nodes stand anywhere). Throws
// Refusal when the graph has a cycle.
std::vector<const om::Node *> execution_order(const om::Graph &graph);

}  // namespace ascendcl::host::engine
