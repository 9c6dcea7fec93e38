// From the plain graph to an OpenVINO model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/openvino.hpp>
#include <vector>

#include "host/engine/engine.h"
#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

struct Translated {
    std::shared_ptr<ov::Model> model;  // its inputs and outputs lie as the caller's memory does
    std::vector<Shape> output_dims;
    std::vector<Finding> findings;  // what is computed less exactly than its type says
};

// Every value that has a declared shape is checked against the shape that OpenVINO computes.
// Throws Refusal naming the node.
Translated translate(const PlainGraph &graph);

// What is refused of a graph, and what translation finds of the rest; nodes behind one that is
// refused are left out.
Examined examine_translation(const PlainGraph &graph);

}  // namespace ascendcl::host::engine
