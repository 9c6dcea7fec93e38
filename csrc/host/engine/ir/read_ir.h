// The second way to a program, beside lower -> translate: a model that was compiled for the host
// runtime carries an OpenVINO IR, which is read over the weight memory as loaded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/openvino.hpp>

#include "om/descriptors.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

// `graph`: the main graph or that of a gear, with nothing in it but inputs, the IR's node and
// NetOutput. `io`: what the model reports in the shapes that are wanted. The model's constants lie
// in `weights`, which it and all that is compiled from it hold. Throws Refusal where the IR
// is not what the graph and the descriptors say.
std::shared_ptr<ov::Model> read_ir(ov::Core &core, const om::Graph &graph,
                                   const om::Descriptors &io, const ov::Tensor &weights);

}  // namespace ascendcl::host::engine
