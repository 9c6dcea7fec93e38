// Ops that compute with positions: the largest elements, sums along an axis, gathering by element.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

// Outputs values and indices. How many there are, the declared output says; input `kCount` too.
template <size_t kCount>
Values top_k(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_attribute(view, "dim", -1, x.rank());
    if (view.output_rank() != x.shape().size()) view.refuse("attribute 'dim' is out of range");
    const int64_t count = view.output_dim(0, axis);
    if (count < 1 || count > x.shape()[static_cast<size_t>(axis)])
        view.refuse(to_string(view.output().shape) + " of " + to_string(x.shape()));
    const ValueId value = with_repeated(view, x.value, kCount, {count}, "k");
    const ValueId first = view.add(
        op::TopK{axis, count, view.boolean("largest", true), view.output(1).dtype}, {value}, 2);
    return {first, first + 1};
}

// Outputs the index and the value of the largest (or smallest) element along an axis.
template <bool kLargest>
Values arg_with_value(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_of_node(view, "dimension", 1, x.rank());
    Shape one = x.shape();
    one[static_cast<size_t>(axis)] = 1;
    const ValueId first = view.add(op::TopK{axis, 1, kLargest, view.output(0).dtype}, {x.value}, 2);
    for (size_t i = 0; i < 2; ++i)
        if (element_count(view.output_shape(i)) != element_count(one))
            view.refuse("it declares " + to_string(view.output_shape(i)) + " for " +
                        to_string(x.shape()));
    return {view.reshape(first + 1, one, view.output_shape(0)),
            view.reshape(first, one, view.output_shape(1))};
}

Values cumulative_sum(NodeView &view) {
    const Operand &x = view.operand(0);
    return {view.add(
        op::CumulativeSum{axis_of_node(view, "axis", 1, x.rank()), view.boolean("exclusive", false),
                          view.boolean("reverse", false)},
        {x.value})};
}

// Indices, [depth,] value where they point, value elsewhere. The depth, the declared output says.
template <size_t kValues>
Values one_hot(NodeView &view) {
    const Shape &out = view.output_shape();
    const auto rank = static_cast<int64_t>(out.size());
    const int64_t axis = axis_attribute(view, "axis", -1, rank);
    if (rank != view.operand(0).rank() + 1) view.refuse("attribute 'axis' is out of range");
    const auto scalar = [&](size_t slot) {
        const Operand &value = view.operand(slot);
        if (element_count(value.shape()) != 1) view.refuse("one value is expected");
        return view.reshape(value.value, value.shape(), {});
    };
    const int64_t depth = out[static_cast<size_t>(axis)];
    ValueId indices = view.operand(0).value;
    if (kValues > 1) indices = with_repeated(view, indices, kValues - 1, {depth}, "depth");
    // TensorFlow's op turns a negative index into no element, ONNX's counts it from the end.
    const bool wraps = view.lowering().framework != Framework::kTensorFlow;
    return {
        view.add(op::OneHot{axis, depth, wraps}, {indices, scalar(kValues), scalar(kValues + 1)})};
}

Values gather_elements(NodeView &view) {
    const Operand &x = view.operand(0);
    return {view.add(op::GatherElements{axis_attribute(view, "dim", 0, x.rank())},
                     {x.value, view.operand(1).value})};
}

Values gather_nd(NodeView &view) {
    return {view.add(op::GatherNd{}, {view.operand(0).value, view.operand(1).value})};
}

Values reverse(NodeView &view) {
    const Operand &x = view.operand(0);
    const size_t rank = x.shape().size();
    if (rank > kMostMaskBits) view.refuse("its input has " + std::to_string(rank) + " dims");
    op::StridedSlice slice{Shape(rank, 0), Shape(rank, 0), std::vector<int64_t>(rank, 1)};
    slice.begin_mask = slice.end_mask = (int64_t{1} << rank) - 1;
    for (const int64_t axis : axes_of_node(view, "axis", 1, x.rank()))
        slice.strides[static_cast<size_t>(axis)] = -1;
    return {view.add(std::move(slice), {x.value})};
}

constexpr std::array kEntries = {
    OpEntry{"TopK", top_k<1>},
    OpEntry{"TopKD", top_k<kNoSlot>},
    OpEntry{"TopKV2", top_k<1>},
    OpEntry{"ArgMaxWithValue", arg_with_value<true>},
    OpEntry{"ArgMinWithValue", arg_with_value<false>},
    OpEntry{"Cumsum", cumulative_sum},
    OpEntry{"CumsumD", cumulative_sum},
    OpEntry{"OneHot", one_hot<2>},
    OpEntry{"OneHotD", one_hot<1>},
    OpEntry{"GatherElements", gather_elements},
    OpEntry{"GatherNd", gather_nd},
    OpEntry{"ReverseV2", reverse},
    OpEntry{"ReverseV2D", reverse},
};

}  // namespace

OpFamily index_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
