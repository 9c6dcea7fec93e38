// A graph with dynamic shapes, made static for given inputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/engine/lower/lower.h"

namespace ascendcl::host::engine {

// The main graph with the dims that follow from `input_dims`, one shape per input of the model.
// Throws Refusal naming the node whose output shape cannot be told.
om::Graph with_known_shapes(const LowerInput &model, const std::vector<Shape> &input_dims);

// What the model reports in these shapes; `graph` is the result of with_known_shapes.
om::Descriptors descriptors_of_shapes(const om::Descriptors &model, const om::Graph &graph,
                                      const std::vector<Shape> &input_dims);

}  // namespace ascendcl::host::engine
