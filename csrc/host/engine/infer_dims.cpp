// The ops, and the two kinds that need to be told something.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/infer_dims.h"

#include <algorithm>

#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/matmul.h"

namespace ascendcl::host::engine {
namespace {

template <size_t kCount>
bool contains(const std::string_view (&types)[kCount], std::string_view type) noexcept {
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

}  // namespace

bool is_matrix_product(std::string_view type) noexcept {
    static constexpr std::string_view kTypes[] = {"MatMul",        "MatMulV2", "BatchMatMul",
                                                  "BatchMatMulV2", "GEMM",     "Gemm"};
    return contains(kTypes, type);
}

bool can_infer_dims(std::string_view type) noexcept {
    static constexpr std::string_view kTypes[] = {
        "AddN",         "Adds",         "ArgMaxD",      "ArgMaxV2",      "ArgMinD",
        "BatchNorm",    "BiasAdd",      "BNInferenceD", "Cast",          "ClipByValue",
        "Concat",       "ConcatD",      "ConcatV2",     "ConcatV2D",     "DepthToSpace",
        "Eltwise",      "Gather",       "GatherV2",     "GatherV2D",     "LayerNorm",
        "LogSoftmaxV2", "MirrorPad",    "Muls",         "PRelu",         "Pad",
        "PadD",         "PadV2",        "PadV3",        "PadV3D",        "Power",
        "ReduceAll",    "ReduceAllD",   "ReduceAny",    "ReduceAnyD",    "ReduceMax",
        "ReduceMaxD",   "ReduceMean",   "ReduceMeanD",  "ReduceMin",     "ReduceMinD",
        "ReduceProd",   "ReduceProdD",  "ReduceSum",    "ReduceSumD",    "Scale",
        "Select",       "SelectV2",     "Slice",        "SliceD",        "Softmax",
        "SoftmaxV2",    "SpaceToDepth", "StridedSlice", "StridedSliceD", "StridedSliceV2",
        "Tile",         "TileD",        "Transpose",    "TransposeD",
    };
    return is_matrix_product(type) || elementwise_by_type(type) != nullptr ||
           contains(kTypes, type);
}

Shape assumed_dims(std::string_view type, const om::AttrMap &attrs,
                   const std::vector<Shape> &inputs) {
    if (inputs.empty()) return {};
    const Shape &a = inputs[0];
    if (type == "Cast") return a;
    if (!is_matrix_product(type) || inputs.size() < 2) return {};
    const Shape &b = inputs[1];
    if (a.size() < 2 || b.size() < 2) return {};
    const Transposes transposes = stated_transposes(attrs).value_or(Transposes{false, false});
    Shape dims = a.size() >= b.size() ? a : b;
    dims[dims.size() - 2] = a[a.size() - (transposes.a ? 1 : 2)];
    dims[dims.size() - 1] = b[b.size() - (transposes.b ? 2 : 1)];
    return dims;
}

}  // namespace ascendcl::host::engine
