// The node of a model that was compiled for the host runtime (`ascendcl compile`): the whole graph
// as an OpenVINO IR, whose constants are the weights partition.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "om/graph.h"

namespace ascendcl::om {

inline constexpr char kIrType[] = "OpenVinoIr";
// Its attribute: the IR's XML. Offsets in it count from the start of the weights partition.
inline constexpr char kIrXml[] = "ir_xml";

// The node of this graph, or null.
const Node *ir_node(const Graph &graph) noexcept;

// Whether any graph of the model has one.
bool has_ir(const ModelDef &model) noexcept;

}  // namespace ascendcl::om
