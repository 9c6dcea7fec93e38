// Gears: the batch sizes, image sizes or dims that one model was compiled for, each as a graph of
// its own behind a Case node. Reference: om_format.md 3.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "om/budget.h"
#include "om/descriptors.h"

namespace ascendcl::om {

// The hidden input that carries the values of the chosen gear.
inline constexpr char kGearInput[] = "ascend_mbatch_shape_data";

// On an input of a gear's graph: which input of the Case node it is. On a descriptor of its
// NetOutput: which output.
inline constexpr char kParentIndex[] = "_parent_node_index";

// The node that chooses, or null for a model without gears.
const Node *gear_switch(const Graph &graph) noexcept;

// Where a graph ends, or null.
const Node *net_output(const Graph &graph) noexcept;

// Indexes of the inputs that a caller feeds, in the order in which gears of dims list their values.
std::vector<size_t> gear_input_order(const Descriptors &model);

// What the model would report if it were compiled for gear `index` alone: that gear's dims and
// sizes, and no hidden input. Throws Error(kBadModelDef) where the gear's values do not fit the
// inputs.
Descriptors descriptors_of_gear(const Descriptors &model, size_t index);

// For each output of the model the input of the gear's NetOutput that gives it; empty where an
// output does not come from the gears.
std::vector<size_t> gear_output_slots(const Graph &main, const Node &choice,
                                      const Node &net_output);

// Output dims [gear][output] as the gears' own graphs give them; empty unless all of them do.
std::vector<std::vector<std::vector<int64_t>>> gear_outputs_of_graphs(const ModelDef &model,
                                                                      Budget &budget);

}  // namespace ascendcl::om
