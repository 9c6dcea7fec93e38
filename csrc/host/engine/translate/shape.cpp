// Ops that move elements without changing them.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using Value = ov::Output<ov::Node>;

std::vector<int64_t> bits(int64_t mask, size_t count) {
    std::vector<int64_t> list(count);
    for (size_t i = 0; i < count && i < 63; ++i) list[i] = (mask >> i) & 1;
    return list;
}

}  // namespace

Outputs emit(const op::Reshape &reshape, const Outputs &inputs) {
    return {reshaped(inputs[0], reshape.shape)};
}

Outputs emit(const op::Transpose &transpose, const Outputs &inputs) {
    return {permuted(inputs[0], transpose.permutation)};
}

Outputs emit(const op::Concat &concat, const Outputs &inputs) {
    if (inputs.size() == 1) return inputs;
    return {std::make_shared<ops::Concat>(inputs, concat.axis)};
}

Outputs emit(const op::Split &split, const Outputs &inputs) {
    return std::make_shared<ops::VariadicSplit>(inputs[0], integer_scalar(split.axis),
                                                integer_constant(split.lengths))
        ->outputs();
}

Outputs emit(const op::StridedSlice &slice, const Outputs &inputs) {
    const size_t count = slice.begin.size();
    return {std::make_shared<ops::StridedSlice>(
        inputs[0], integer_constant(slice.begin), integer_constant(slice.end),
        integer_constant(slice.strides), bits(slice.begin_mask, count), bits(slice.end_mask, count),
        bits(slice.new_axis_mask, count), bits(slice.shrink_axis_mask, count),
        bits(slice.ellipsis_mask, count))};
}

Value padded(const Value &x, const op::Pad &pad, const Value &fill) {
    const auto mode = [&] {
        switch (pad.mode) {
            case op::PadMode::kReflect:
                return ov::op::PadMode::REFLECT;
            case op::PadMode::kEdge:
                return ov::op::PadMode::EDGE;
            case op::PadMode::kSymmetric:
                return ov::op::PadMode::SYMMETRIC;
            case op::PadMode::kConstant:
                break;
        }
        return ov::op::PadMode::CONSTANT;
    }();
    return std::make_shared<ops::Pad>(x, integer_constant(pad.begin), integer_constant(pad.end),
                                      fill, mode);
}

Outputs emit(const op::Pad &pad, const Outputs &inputs) {
    return {padded(inputs[0], pad, scalar_like(inputs[0], pad.value))};
}

Outputs emit(const op::Gather &gather, const Outputs &inputs) {
    return {std::make_shared<ops::Gather>(inputs[0], inputs[1], integer_scalar(gather.axis),
                                          gather.batch_dims)};
}

Outputs emit(const op::Tile &tile, const Outputs &inputs) {
    return {std::make_shared<ops::Tile>(inputs[0], integer_constant(tile.repeats))};
}

Outputs emit(const op::Broadcast &broadcast, const Outputs &inputs) {
    // OpenVINO's own does not survive a scalar for a scalar.
    const ov::Shape given = inputs[0].get_shape();
    if (Shape(given.begin(), given.end()) == broadcast.shape) return inputs;
    return {std::make_shared<ops::Broadcast>(inputs[0], integer_constant(broadcast.shape))};
}

Outputs emit(const op::DepthToSpace &op, const Outputs &inputs) {
    const auto mode = op.depth_first ? ops::DepthToSpace::DepthToSpaceMode::DEPTH_FIRST
                                     : ops::DepthToSpace::DepthToSpaceMode::BLOCKS_FIRST;
    const auto x = to_channels_first(inputs[0], op.channels_last);
    const auto y = std::make_shared<ops::DepthToSpace>(x, mode, static_cast<size_t>(op.block));
    return {from_channels_first(y, op.channels_last)};
}

Outputs emit(const op::SpaceToDepth &op, const Outputs &inputs) {
    const auto x = to_channels_first(inputs[0], op.channels_last);
    const auto y = std::make_shared<ops::SpaceToDepth>(
        x, ops::SpaceToDepth::SpaceToDepthMode::BLOCKS_FIRST, static_cast<size_t>(op.block));
    return {from_channels_first(y, op.channels_last)};
}

}  // namespace ascendcl::host::engine
