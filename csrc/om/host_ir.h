// The node of a model that was compiled for the host runtime (`ascendcl compile`): the whole graph
// as an OpenVINO IR, whose constants are the weights partition. Where that is to be as small as
// another compiler's (--like), they may be a partition of their own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "om/container.h"
#include "om/graph.h"

namespace ascendcl::om {

inline constexpr char kIrType[] = "OpenVinoIr";
// Its attribute: the IR's XML. Offsets in it count from the start of the weights partition.
inline constexpr char kIrXml[] = "ir_xml";

// Attributes of a model that stands for a file of another compiler: that file's SHA-256, and of its
// fused nodes the names and, at the same places, the original names as aclmdlGetOpAttr tells them.
inline constexpr char kLikeHash[] = "like_sha256";
inline constexpr char kLikeOps[] = "like_ops";
inline constexpr char kLikeOriginalOps[] = "like_original_ops";

// The node of this graph, or null.
const Node *ir_node(const Graph &graph) noexcept;

// That of the first graph that has one (with gears the main graph has none), or null.
const Node *first_ir_node(const ModelDef &model) noexcept;

// Whether any graph of the model has one.
bool has_ir(const ModelDef &model) noexcept;

// The hash of the file that this one stands for; empty where it stands for none. Weights are not
// looked at. Throws Error.
std::string like_hash(Bytes file);

}  // namespace ascendcl::om
