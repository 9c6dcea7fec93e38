// Field numbers of the GE IR messages that are read. Reference: ge_ir_fields.tsv.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ascendcl::om::fields {

// An entry of any map<string, AttrDef>.
inline constexpr uint32_t kMapKey = 1;
inline constexpr uint32_t kMapValue = 2;

inline constexpr uint32_t kListListInt = 1;  // AttrDef.ListListInt.list_list_i
inline constexpr uint32_t kListInt = 1;      // AttrDef.ListListInt.ListInt.list_i

namespace named_attrs {
inline constexpr uint32_t kName = 1;
inline constexpr uint32_t kAttr = 2;
}  // namespace named_attrs

namespace tensor_desc {
inline constexpr uint32_t kName = 1;
inline constexpr uint32_t kDtype = 2;
inline constexpr uint32_t kShape = 3;
inline constexpr uint32_t kLayout = 4;
inline constexpr uint32_t kAttr = 5;
inline constexpr uint32_t kSize = 10;
inline constexpr uint32_t kWeightSize = 11;
inline constexpr uint32_t kDataOffset = 18;
inline constexpr uint32_t kShapeDim = 1;  // ShapeDef.dim
}  // namespace tensor_desc

namespace tensor {
inline constexpr uint32_t kDesc = 1;
inline constexpr uint32_t kData = 2;
}  // namespace tensor

namespace op {
inline constexpr uint32_t kName = 1;
inline constexpr uint32_t kType = 2;
inline constexpr uint32_t kInput = 5;
inline constexpr uint32_t kAttr = 10;
inline constexpr uint32_t kId = 21;
inline constexpr uint32_t kInputName = 23;
inline constexpr uint32_t kSrcName = 24;
inline constexpr uint32_t kSrcIndex = 25;
inline constexpr uint32_t kInputOffset = 28;
inline constexpr uint32_t kOutputOffset = 29;
inline constexpr uint32_t kWorkspaceOffset = 30;
inline constexpr uint32_t kWorkspaceSize = 31;
inline constexpr uint32_t kInputDesc = 33;
inline constexpr uint32_t kOutputDesc = 34;
inline constexpr uint32_t kSubgraphName = 35;
}  // namespace op

namespace graph {
inline constexpr uint32_t kName = 1;
inline constexpr uint32_t kOp = 6;
inline constexpr uint32_t kAttr = 11;
}  // namespace graph

namespace model {
inline constexpr uint32_t kName = 1;
inline constexpr uint32_t kGraph = 7;
inline constexpr uint32_t kAttr = 11;
}  // namespace model

}  // namespace ascendcl::om::fields
