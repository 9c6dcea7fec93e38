// Image preprocessing (AIPP) in a compiled graph. The runtime does it before the program, which is
// given the image that comes out of it; what is left of it in the graph is nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"
#include "om/descriptors.h"

namespace ascendcl::host::engine {

// Before a parameter is made of an input with AIPP: that the file says the same of the image in all
// places, and that all that takes the picture begins with AIPP. Throws Refusal.
void check_aipp_input(NodeView &view, const om::Graph &graph, const om::IoDescriptor &image);

// Takes AIPP out of the ops that a kernel fuses. Throws Refusal where it does not come first, or
// where what the kernel takes is no picture.
void take_out_aipp(NodeView &view, std::vector<FusedStep> &steps);

// A node of its own.
Values lower_aipp(NodeView &view);

}  // namespace ascendcl::host::engine
