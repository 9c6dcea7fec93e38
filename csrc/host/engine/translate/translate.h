// From the plain graph to an OpenVINO model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/openvino.hpp>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

// Every value that has a declared shape is checked against the shape that OpenVINO computes.
// Throws Refusal naming the node.
std::shared_ptr<ov::Model> translate(const PlainGraph &graph);

}  // namespace ascendcl::host::engine
