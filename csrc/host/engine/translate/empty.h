// Tensors without elements. OpenVINO's shape inference and its plugin are not at ease with them: no
// op with one, and none that yields one, reaches it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/engine/plain_graph.h"
#include "host/engine/shape_rules/shape_rules.h"
#include "host/engine/translate/typed.h"

namespace ascendcl::host::engine {

bool is_empty(const Typed &value);
Typed empty_of(om::DataType dtype, const Shape &dims);
// As an output of the model lies in memory.
ov::Output<ov::Node> empty_output(om::DataType dtype, const Shape &dims);

// What an op makes of empty tensors: constants, and the op without the parts that are empty.
// `shapes` are those of its outputs. Throws Refusal where the op defines nothing.
TypedList emit_of_empty(const Op &operation, const TypedList &inputs, const Shapes &shapes,
                        std::vector<std::string> &notes);

}  // namespace ascendcl::host::engine
