// Ops that move or relabel elements: pass-through, TransData, transposes, concatenation, splits.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

constexpr int64_t kMostBlock = int64_t{1} << 20;  // no model has more, and products stay in range

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
    if (const auto order = axis_permutation(x.axes(), view.output().axes)) {
        const Shape &out = view.output_shape();
        Shape moved;
        for (const int64_t axis : *order) moved.push_back(x.shape()[static_cast<size_t>(axis)]);
        // Shapes that agree as they are: only the names of the axes differ.
        if (moved != out && x.shape() == out) return {x.value};
        const ValueId value = view.transpose(x.value, *order);
        if (element_count(moved) != element_count(out)) return lower_pass(view);
        return {view.reshape(value, moved, out)};
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

// A transpose, then a reshape, or the other way round.
Values confusion_transpose(NodeView &view) {
    const Operand &x = view.operand(0);
    const Shape shape =
        view.attrs().has("shape") ? view.integers({"shape"}) : view.constant_integers(1);
    const bool transpose_first = view.boolean("transpose_first", true);
    if (checked_element_count(shape) != element_count(x.shape()))
        view.refuse("it reshapes " + to_string(x.shape()) + " to " + to_string(shape));
    Shape given = transpose_first ? x.shape() : shape;
    ValueId y = transpose_first ? x.value : view.reshape(x.value, x.shape(), shape);
    const auto rank = static_cast<int64_t>(given.size());
    const std::vector<int64_t> permutation = axes_of_node(view, "perm", kNoSlot, rank);
    if (permutation.size() != given.size())
        view.refuse("attribute 'perm' does not match " + to_string(given));
    y = view.transpose(y, permutation);
    if (!transpose_first) return {y};
    Shape moved;
    for (const int64_t axis : permutation) moved.push_back(given[static_cast<size_t>(axis)]);
    return {view.reshape(y, moved, shape)};
}

Values identity_n(NodeView &view) {
    Values values;
    for (const Operand &input : view.connected()) values.push_back(input.value);
    if (values.size() != view.output_count())
        view.refuse("it has " + std::to_string(values.size()) + " inputs and " +
                    std::to_string(view.output_count()) + " outputs");
    return values;
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
    return join(view, view.connected(), view.one_integer("concat_dim"));
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
    const auto rank = static_cast<int64_t>(view.output_rank());
    const int64_t axis = axis_attribute(view, "axis", 0, rank);
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

// The lengths are those of the declared outputs; input `lengths_slot` says them, too.
Values split_along(NodeView &view, const Operand &x, int64_t axis, size_t lengths_slot) {
    std::vector<int64_t> lengths;
    int64_t total = 0;
    for (size_t i = 0; i < view.output_count(); ++i) {
        if (view.output_rank(i) != x.shape().size())
            view.refuse("output " + std::to_string(i) + " has shape " +
                        to_string(view.output(i).shape));
        lengths.push_back(view.output_dim(i, axis));
        total += lengths.back();
    }
    if (total != x.shape()[static_cast<size_t>(axis)])
        view.refuse("its outputs do not add up to " + to_string(x.shape()));
    ValueId value = x.value;
    if (view.has(lengths_slot) && !view.operand(lengths_slot).is_constant)
        value = with_repeated(view, value, lengths_slot, lengths, "list of sizes");
    const ValueId first =
        view.add(op::Split{axis, lengths}, {value}, static_cast<int32_t>(lengths.size()));
    Values values;
    for (size_t i = 0; i < lengths.size(); ++i) values.push_back(first + static_cast<ValueId>(i));
    return values;
}

template <size_t kDataSlot, size_t kAxisSlot>
Values split(NodeView &view) {
    const Operand &x = view.operand(kDataSlot);
    constexpr size_t kLengthsSlot = kAxisSlot == 2 ? 1 : kNoSlot;
    return split_along(view, x, axis_of_node(view, "split_dim", kAxisSlot, x.rank()), kLengthsSlot);
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
            view.reshape(first + static_cast<ValueId>(i), slice, view.output_shape(i)));
    return values;
}

Values depth_to_space(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::string_view mode = view.text("mode", "DCR");
    if (mode != "DCR" && mode != "CRD")
        view.refuse("mode '" + std::string(mode) + "' is not supported");
    const bool last =
        x.axes() == Axes::kNone ? view.text("data_format", "NHWC") == "NHWC" : x.channels_last();
    return {
        view.add(op::DepthToSpace{view.one_integer("block_size"), mode == "CRD", last}, {x.value})};
}

Values space_to_depth(NodeView &view) {
    const Operand &x = view.operand(0);
    const bool last =
        x.axes() == Axes::kNone ? view.text("data_format", "NHWC") == "NHWC" : x.channels_last();
    return {view.add(op::SpaceToDepth{view.one_integer("block_size"), last}, {x.value})};
}

// Blocks of the dims behind the batch, from attributes or constant inputs 1 and 2.
struct Blocks {
    std::vector<int64_t> sizes;
    std::vector<int64_t> edges;  // begin and end of each dim: paddings or crops
};

Blocks blocks_of(NodeView &view, std::string_view edges) {
    Blocks blocks;
    const bool has_attributes = view.attrs().has("block_shape");
    blocks.sizes = has_attributes ? view.integers({"block_shape"}) : view.constant_integers(1);
    for (const auto &dim : view.attrs().integer_lists(edges))
        blocks.edges.insert(blocks.edges.end(), dim.begin(), dim.end());
    if (blocks.edges.empty())
        blocks.edges = has_attributes ? view.integers({edges}) : view.constant_integers(2);
    const auto rank = static_cast<size_t>(view.operand(0).rank());
    if (blocks.sizes.empty() || blocks.sizes.size() >= rank ||
        blocks.edges.size() != 2 * blocks.sizes.size())
        view.refuse("its blocks do not match its input " + to_string(view.operand(0).shape()));
    const auto implausible = [](int64_t value) { return value < 0 || value > kMostBlock; };
    if (std::any_of(blocks.edges.begin(), blocks.edges.end(), implausible) ||
        std::any_of(blocks.sizes.begin(), blocks.sizes.end(), implausible) ||
        std::find(blocks.sizes.begin(), blocks.sizes.end(), 0) != blocks.sizes.end())
        view.refuse("its blocks are implausible");
    return blocks;
}

// [N, H, W, ...] -> [bh, bw, N, H / bh, W / bw, ...], batches first.
Values space_to_batch(NodeView &view) {
    const Operand &x = view.operand(0);
    const Blocks blocks = blocks_of(view, "paddings");
    if (element_count(x.shape()) == 0) view.refuse("its input is empty");
    const size_t count = blocks.sizes.size(), rank = x.shape().size();
    op::Pad pad{Shape(rank, 0), Shape(rank, 0), op::PadMode::kConstant, 0};
    Shape padded = x.shape(), split = {x.shape()[0]}, out = {x.shape()[0]};
    std::vector<int64_t> order;
    for (size_t i = 0; i < count; ++i) {
        pad.begin[i + 1] = blocks.edges[2 * i];
        pad.end[i + 1] = blocks.edges[2 * i + 1];
        padded[i + 1] += pad.begin[i + 1] + pad.end[i + 1];
        checked_element_count(padded);
        if (padded[i + 1] % blocks.sizes[i] != 0)
            view.refuse(to_string(x.shape()) + " does not split into its blocks");
        split.insert(split.end(), {padded[i + 1] / blocks.sizes[i], blocks.sizes[i]});
        out.push_back(padded[i + 1] / blocks.sizes[i]);
        out[0] *= blocks.sizes[i];
        order.push_back(static_cast<int64_t>(2 * i + 2));
    }
    order.push_back(0);
    for (size_t i = 0; i < count; ++i) order.push_back(static_cast<int64_t>(2 * i + 1));
    for (size_t i = count + 1; i < rank; ++i) {
        split.push_back(x.shape()[i]);
        out.push_back(x.shape()[i]);
        order.push_back(static_cast<int64_t>(count + i));
    }
    const ValueId y = view.add(std::move(pad), {x.value});
    return {view.add(op::Reshape{out}, {view.transpose(view.reshape(y, padded, split), order)})};
}

// [bh * bw * N, H, W, ...] -> [N, H, bh, W, bw, ...], then the crops.
Values batch_to_space(NodeView &view) {
    const Operand &x = view.operand(0);
    const Blocks blocks = blocks_of(view, "crops");
    const size_t count = blocks.sizes.size(), rank = x.shape().size();
    Shape split = blocks.sizes, whole = {x.shape()[0]};
    for (const int64_t size : blocks.sizes) {
        if (whole[0] % size != 0)
            view.refuse(to_string(x.shape()) + " does not join from its blocks");
        whole[0] /= size;
    }
    split.push_back(whole[0]);
    std::vector<int64_t> order = {static_cast<int64_t>(count)};
    for (size_t i = 0; i < count; ++i) {
        split.push_back(x.shape()[i + 1]);
        whole.push_back(x.shape()[i + 1] * blocks.sizes[i]);
        order.insert(order.end(), {static_cast<int64_t>(count + 1 + i), static_cast<int64_t>(i)});
    }
    for (size_t i = count + 1; i < rank; ++i) {
        split.push_back(x.shape()[i]);
        whole.push_back(x.shape()[i]);
        order.push_back(static_cast<int64_t>(count + i));
    }
    const ValueId y = view.add(op::Reshape{whole},
                               {view.transpose(view.reshape(x.value, x.shape(), split), order)});
    op::StridedSlice slice{Shape(rank, 0), whole, std::vector<int64_t>(rank, 1)};
    for (size_t i = 0; i < count; ++i) {
        slice.begin[i + 1] = blocks.edges[2 * i];
        slice.end[i + 1] -= blocks.edges[2 * i + 1];
        if (slice.begin[i + 1] >= slice.end[i + 1]) view.refuse("its crops leave nothing");
    }
    return {view.add(std::move(slice), {y})};
}

constexpr std::array kEntries = {
    OpEntry{"CacheUpdate", lower_pass},
    OpEntry{"Identity", lower_pass},
    OpEntry{"MemcpyAsync", lower_pass},
    OpEntry{"MemcpyAddrAsync", lower_pass},
    OpEntry{"ReFormat", lower_pass},
    OpEntry{"Snapshot", lower_pass},
    OpEntry{"PreventGradient", lower_pass},
    OpEntry{"GuaranteeConst", lower_pass},
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
    OpEntry{"ConfusionTranspose", confusion_transpose},
    OpEntry{"ConfusionTransposeD", confusion_transpose},
    OpEntry{"IdentityN", identity_n},
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
    OpEntry{"SpaceToBatchND", space_to_batch},
    OpEntry{"SpaceToBatchNDD", space_to_batch},
    OpEntry{"BatchToSpaceND", batch_to_space},
    OpEntry{"BatchToSpaceNDD", batch_to_space},
};

}  // namespace

OpFamily layout_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
