// What each plain op asks of its inputs' shapes, and the shapes that it computes. The translation
// asks here before OpenVINO sees the op: its own inference does not survive all that a file can
// say. A plain op without a rule does not compile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

using Shapes = std::vector<Shape>;

// One shape per output. Throws Refusal without a node's name: what does not fit, or is implausibly
// large. Empty axes are shapes like others here; what is made of them, translate/empty.cpp says.
Shapes output_shapes(const Op &operation, const Shapes &inputs);

}  // namespace ascendcl::host::engine
