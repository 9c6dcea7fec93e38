// A plain op on values with types: OpenVINO's op, a function of ours, or a refusal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/engine/translate/typed.h"

namespace ascendcl::host::engine {

// `notes` receives what is computed less exactly than its type says. Throws Refusal.
TypedList emit_typed(const Op &op, const TypedList &inputs, std::vector<std::string> &notes);

// wide.cpp: ops that move elements, of a type of two words.
TypedList moved_wide(const op::Reshape &op, const TypedList &inputs);
TypedList moved_wide(const op::Transpose &op, const TypedList &inputs);
TypedList moved_wide(const op::Concat &op, const TypedList &inputs);
TypedList moved_wide(const op::Split &op, const TypedList &inputs);
TypedList moved_wide(const op::StridedSlice &op, const TypedList &inputs);
TypedList moved_wide(const op::Pad &op, const TypedList &inputs);
TypedList moved_wide(const op::Gather &op, const TypedList &inputs);
TypedList moved_wide(const op::GatherElements &op, const TypedList &inputs);
TypedList moved_wide(const op::GatherNd &op, const TypedList &inputs);
TypedList moved_wide(const op::Tile &op, const TypedList &inputs);
TypedList moved_wide(const op::Broadcast &op, const TypedList &inputs);
TypedList moved_wide(const op::DepthToSpace &op, const TypedList &inputs);
TypedList moved_wide(const op::SpaceToDepth &op, const TypedList &inputs);
// Inputs: indices, and two values of two words each.
TypedList moved_wide(const op::OneHot &op, const TypedList &inputs);

}  // namespace ascendcl::host::engine
