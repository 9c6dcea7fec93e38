// Ops that move or relabel elements: pass-through, TransData, transposes, concatenation, splits.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

int64_t one_integer(const NodeView &view, std::string_view name) {
    const auto value = view.attrs().integer(name);
    if (!value) view.refuse_without(name);
    return *value;
}

// Between floats nothing is to be done: all of them are f32 here.
Values cast(NodeView &view) {
    const om::DataType to = view.output().dtype;
    const LogicalTensor &from = view.operand(0).logical;
    if (to == from.dtype || (om::is_floating(to) && om::is_floating(from.dtype)))
        return lower_pass(view);
    return {view.add(op::Cast{to}, {view.operand(0).value})};
}

// The identity in logical terms, except between logical axis orders.
Values trans_data(NodeView &view) {
    const Operand &x = view.operand(0);
    const LogicalTensor &out = view.output();
    if (const auto order = axis_permutation(x.axes(), out.axes)) {
        Shape moved;
        for (const int64_t axis : *order) moved.push_back(x.shape()[static_cast<size_t>(axis)]);
        const ValueId value = view.transpose(x.value, *order);
        if (element_count(moved) != element_count(out.shape)) return lower_pass(view);
        return {view.reshape(value, moved, out.shape)};
    }
    return lower_pass(view);
}

Values transpose(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::vector<int64_t> permutation = axes_of_node(view, "perm", 1, x.rank());
    if (static_cast<int64_t>(permutation.size()) != x.rank())
        view.refuse("attribute 'perm' does not match its input " + to_string(x.shape()));
    return {view.transpose(x.value, permutation)};
}

Values join(NodeView &view, const std::vector<Operand> &inputs, int64_t axis) {
    if (inputs.empty()) view.refuse("it has no inputs");
    const int64_t rank = inputs[0].rank();
    if (axis < -rank || axis >= rank)
        view.refuse("axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dims");
    std::vector<ValueId> values;
    for (const Operand &input : inputs) values.push_back(input.value);
    return {view.add(op::Concat{axis < 0 ? axis + rank : axis}, values)};
}

Values concat_d(NodeView &view) {
    return join(view, view.connected(), one_integer(view, "concat_dim"));
}

// The axis is an input: the last one, or the first.
template <bool kFirst>
Values concat(NodeView &view) {
    std::vector<Operand> inputs = view.connected();
    if (inputs.size() < 2) view.refuse("it has no inputs");
    const size_t slot = kFirst ? 0 : inputs.size() - 1;
    const std::vector<int64_t> axis = view.constant_integers(slot);
    if (axis.size() != 1) view.refuse("one axis is expected");
    inputs.erase(inputs.begin() + static_cast<long>(slot));
    return join(view, inputs, axis[0]);
}

Values pack(NodeView &view) {
    std::vector<Operand> inputs = view.connected();
    int64_t axis = view.integer("axis", 0);
    const auto rank = static_cast<int64_t>(view.output().shape.size());
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) view.refuse("attribute 'axis' is out of range");
    for (Operand &input : inputs) {
        Shape shape = input.shape();
        shape.insert(shape.begin() +
                         std::min<long>(static_cast<long>(axis), static_cast<long>(shape.size())),
                     1);
        input.value = view.reshape(input.value, input.shape(), shape);
        input.logical.shape = shape;
    }
    return join(view, inputs, axis);
}

Values split_along(NodeView &view, const Operand &x, int64_t axis) {
    std::vector<int64_t> lengths;
    int64_t total = 0;
    for (size_t i = 0; i < view.output_count(); ++i) {
        const Shape &shape = view.output(i).shape;
        if (shape.size() != x.shape().size())
            view.refuse("output " + std::to_string(i) + " has shape " + to_string(shape));
        lengths.push_back(shape[static_cast<size_t>(axis)]);
        total += lengths.back();
    }
    if (total != x.shape()[static_cast<size_t>(axis)])
        view.refuse("its outputs do not add up to " + to_string(x.shape()));
    const ValueId first =
        view.add(op::Split{axis, lengths}, {x.value}, static_cast<int32_t>(lengths.size()));
    Values values;
    for (size_t i = 0; i < lengths.size(); ++i) values.push_back(first + static_cast<ValueId>(i));
    return values;
}

// The lengths are those of the declared outputs.
template <size_t kDataSlot, size_t kAxisSlot>
Values split(NodeView &view) {
    const Operand &x = view.operand(kDataSlot);
    return split_along(view, x, axis_of_node(view, "split_dim", kAxisSlot, x.rank()));
}

Values unpack(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_of_node(view, "axis", 1, x.rank());
    const int64_t count = x.shape()[static_cast<size_t>(axis)];
    if (static_cast<size_t>(count) != view.output_count())
        view.refuse("its outputs do not match " + to_string(x.shape()));
    Shape slice = x.shape();
    slice[static_cast<size_t>(axis)] = 1;
    const std::vector<int64_t> ones(static_cast<size_t>(count), 1);
    const ValueId first = view.add(op::Split{axis, ones}, {x.value}, static_cast<int32_t>(count));
    Values values;
    for (size_t i = 0; i < ones.size(); ++i)
        values.push_back(
            view.reshape(first + static_cast<ValueId>(i), slice, view.output(i).shape));
    return values;
}

Values depth_to_space(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::string_view mode = view.text("mode", "DCR");
    if (mode != "DCR" && mode != "CRD")
        view.refuse("mode '" + std::string(mode) + "' is not supported");
    const bool last =
        x.axes() == Axes::kNone ? view.text("data_format", "NHWC") == "NHWC" : x.channels_last();
    return {view.add(op::DepthToSpace{one_integer(view, "block_size"), mode == "CRD", last},
                     {x.value})};
}

Values space_to_depth(NodeView &view) {
    const Operand &x = view.operand(0);
    const bool last =
        x.axes() == Axes::kNone ? view.text("data_format", "NHWC") == "NHWC" : x.channels_last();
    return {view.add(op::SpaceToDepth{one_integer(view, "block_size"), last}, {x.value})};
}

constexpr std::array kEntries = {
    OpEntry{"CacheUpdate", lower_pass},
    OpEntry{"Identity", lower_pass},
    OpEntry{"Reshape", lower_pass},
    OpEntry{"StridedRead", lower_pass},
    OpEntry{"StridedWrite", lower_pass},
    OpEntry{"Squeeze", lower_pass},
    OpEntry{"SqueezeV2", lower_pass},
    OpEntry{"SqueezeV3", lower_pass},
    OpEntry{"Unsqueeze", lower_pass},
    OpEntry{"UnsqueezeV2", lower_pass},
    OpEntry{"UnsqueezeV3", lower_pass},
    OpEntry{"ExpandDims", lower_pass},
    OpEntry{"Flatten", lower_pass},
    OpEntry{"FlattenV2", lower_pass},
    OpEntry{"StopGradient", lower_pass},
    OpEntry{"Dropout", lower_pass},
    OpEntry{"Cast", cast},
    OpEntry{"TransData", trans_data},
    OpEntry{"TransposeD", transpose},
    OpEntry{"Transpose", transpose},
    OpEntry{"ConcatD", concat_d},
    OpEntry{"ConcatV2D", concat_d},
    OpEntry{"Concat", concat<true>},
    OpEntry{"ConcatV2", concat<false>},
    OpEntry{"Pack", pack},
    OpEntry{"SplitD", split<0, 1>},
    OpEntry{"Split", split<1, 0>},
    OpEntry{"SplitVD", split<0, 2>},
    OpEntry{"SplitV", split<0, 2>},
    OpEntry{"Unpack", unpack},
    OpEntry{"DepthToSpace", depth_to_space},
    OpEntry{"SpaceToDepth", space_to_depth},
};

}  // namespace

OpFamily layout_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
