// The model's inputs and outputs: descriptors on one side, logical tensors on the other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/lowering.h"
#include "host/engine/lower/refused_nodes.h"
#include "om/descriptors.h"

namespace ascendcl::host::engine {

bool is_input(const om::Node &node) noexcept;

// One parameter per Data node, in descriptor order; those that cannot be are added to `refused`. Of
// inputs with AIPP the descriptors are those behind it (om/aipp.h).
void add_parameters(Lowering &lowering, const om::Graph &graph, const om::Descriptors &descriptors,
                    RefusedNodes &refused);

// One result per slot of NetOutput. Throws Refusal.
void add_results(NodeView &view, const om::Descriptors &descriptors);

}  // namespace ascendcl::host::engine
