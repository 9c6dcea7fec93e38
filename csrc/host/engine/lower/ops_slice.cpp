// Ops that take or add elements by index: slices, pads, gathers, tiles, broadcasts.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

// Attribute `name`, else the constant input `slot`.
std::vector<int64_t> integers_of(NodeView &view, std::string_view name, size_t slot) {
    return view.attrs().has(name) ? view.integers({name}) : view.constant_integers(slot);
}

Values strided_slice(NodeView &view) {
    op::StridedSlice slice{};
    slice.begin = integers_of(view, "begin", 1);
    slice.end = integers_of(view, "end", 2);
    if (view.attrs().has("strides") || view.has(3))
        slice.strides = integers_of(view, "strides", 3);
    else
        slice.strides.assign(slice.begin.size(), 1);
    if (slice.begin.size() != slice.end.size() || slice.begin.size() != slice.strides.size())
        view.refuse("begin, end and strides differ in length");
    slice.begin_mask = view.integer("begin_mask", 0);
    slice.end_mask = view.integer("end_mask", 0);
    slice.ellipsis_mask = view.integer("ellipsis_mask", 0);
    slice.new_axis_mask = view.integer("new_axis_mask", 0);
    slice.shrink_axis_mask = view.integer("shrink_axis_mask", 0);
    return {view.add(std::move(slice), {view.operand(0).value})};
}

// x, begin, end, axes, strides: entries only for the axes that are named.
Values strided_slice_v2(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::vector<int64_t> begin = view.constant_integers(1), end = view.constant_integers(2);
    std::vector<int64_t> axes, strides(begin.size(), 1);
    if (view.has(3)) {
        axes = axes_of_node(view, "axes", 3, x.rank());
    } else {
        for (size_t i = 0; i < begin.size(); ++i) axes.push_back(static_cast<int64_t>(i));
    }
    if (view.has(4)) strides = view.constant_integers(4);
    if (begin.size() != end.size() || begin.size() != axes.size() || begin.size() != strides.size())
        view.refuse("begin, end, axes and strides differ in length");
    op::StridedSlice slice{};
    const auto rank = static_cast<size_t>(x.rank());
    if (rank > kMostMaskBits) view.refuse("its input has " + std::to_string(rank) + " dims");
    slice.begin.assign(rank, 0);
    slice.end = x.shape();
    slice.strides.assign(rank, 1);
    for (size_t i = 0; i < axes.size(); ++i) {
        const auto axis = static_cast<size_t>(axes[i]);
        if (axis >= rank) view.refuse("axis out of range");
        slice.begin[axis] = begin[i];
        slice.end[axis] = end[i];
        slice.strides[axis] = strides[i];
        // Backwards, an end before the first element is no index: it is a mask.
        if (strides[i] < 0 && end[i] < -x.shape()[axis]) slice.end_mask |= int64_t{1} << axis;
    }
    return {view.add(std::move(slice), {x.value})};
}

// The offsets are an input; the declared output says the size, which may be one too.
Values slice_at_run_time(NodeView &view) {
    const Operand &x = view.operand(0), &offsets = view.operand(1);
    std::vector<ValueId> inputs = {x.value, offsets.value};
    if (view.attrs().has("size")) {
        if (view.integers({"size"}) != view.output_shape())
            view.refuse("attribute 'size' is not the declared " + to_string(view.output_shape()));
    } else {
        inputs.push_back(view.operand(2).value);
    }
    return {view.add(op::SliceAt{view.output_shape()}, std::move(inputs))};
}

Values slice_by_size(NodeView &view) {
    const Operand &x = view.operand(0);
    if (!view.attrs().has("offsets") && view.graph().constant(view.operand(1).value) == nullptr)
        return slice_at_run_time(view);
    op::StridedSlice slice{};
    slice.begin = integers_of(view, "offsets", 1);
    std::vector<int64_t> sizes = integers_of(view, "size", 2);
    if (slice.begin.size() != x.shape().size() || sizes.size() != slice.begin.size())
        view.refuse("offsets and size do not match its input " + to_string(x.shape()));
    slice.strides.assign(sizes.size(), 1);
    for (size_t i = 0; i < sizes.size(); ++i) {
        const int64_t dim = x.shape()[i], begin = slice.begin[i];
        if (begin < 0 || begin > dim || sizes[i] > dim - begin || sizes[i] < -1)
            view.refuse("offsets and size do not fit its input " + to_string(x.shape()));
        slice.end.push_back(sizes[i] < 0 ? dim : begin + sizes[i]);
    }
    return {view.add(std::move(slice), {x.value})};
}

op::PadMode pad_mode(const NodeView &view) {
    const std::string_view mode = view.text("mode", "constant");
    if (mode == "constant" || mode == "CONSTANT") return op::PadMode::kConstant;
    if (mode == "reflect" || mode == "REFLECT") return op::PadMode::kReflect;
    if (mode == "symmetric" || mode == "SYMMETRIC") return op::PadMode::kSymmetric;
    if (mode == "edge") return op::PadMode::kEdge;
    view.refuse("mode '" + std::string(mode) + "' is not supported");
}

// An integer as a double holds it.
double whole_number(const NodeView &view, int64_t value) {
    constexpr int64_t kMost = int64_t{1} << 53;
    if (value < -kMost || value > kMost)
        view.refuse("the fill value " + std::to_string(value) + " is not supported");
    return static_cast<double>(value);
}

// The one element of the constant input 2.
double fill_value(const NodeView &view) {
    const bool is_real = om::is_floating(view.operand(2).logical.dtype);
    const std::vector<double> reals = view.constant_reals(2);
    if (reals.size() != 1) view.refuse("one fill value is expected");
    return is_real ? reals[0] : whole_number(view, view.constant_integers(2)[0]);
}

Values pad(NodeView &view) {
    const Operand &x = view.operand(0);
    std::vector<int64_t> flat;
    for (const auto &axis : view.attrs().integer_lists("paddings"))
        flat.insert(flat.end(), axis.begin(), axis.end());
    if (flat.empty()) flat = integers_of(view, "paddings", 1);
    const auto rank = static_cast<size_t>(x.rank());
    if (flat.size() != 2 * rank)
        view.refuse("paddings do not match its input " + to_string(x.shape()));
    op::Pad result{{}, {}, pad_mode(view), 0};
    const bool contiguous = view.boolean("paddings_contiguous", true);
    for (size_t i = 0; i < rank; ++i) {
        result.begin.push_back(contiguous ? flat[2 * i] : flat[i]);
        result.end.push_back(contiguous ? flat[2 * i + 1] : flat[rank + i]);
    }
    // The fill is input 2, or an attribute where paddings is one too.
    if (view.has(2)) {
        result.value = fill_value(view);
    } else if (const auto integer = view.attrs().integer("constant_values")) {
        result.value = whole_number(view, *integer);
    } else {
        result.value = view.real("constant_values", 0);
    }
    return {view.add(std::move(result), {x.value})};
}

Values gather(NodeView &view) {
    const Operand &x = view.operand(0);
    const bool has_axis = view.attrs().has("axis") || view.has(2);
    return {view.add(op::Gather{has_axis ? axis_of_node(view, "axis", 2, x.rank()) : 0,
                                view.integer("batch_dims", 0)},
                     {x.value, view.operand(1).value})};
}

Values tile(NodeView &view) {
    return {view.add(op::Tile{integers_of(view, "multiples", 1)}, {view.operand(0).value})};
}

// A constant shape may leave dims to the input (1 or -1): the declared output has them all.
ValueId with_declared_shape(NodeView &view, ValueId x, size_t slot) {
    if (!view.has(slot) || view.graph().constant(view.operand(slot).value) != nullptr) return x;
    return with_repeated(view, x, slot, view.output_shape(), "shape");
}

Values broadcast(NodeView &view) {
    const ValueId x = with_declared_shape(view, view.operand(0).value, 1);
    return {view.add(op::Broadcast{view.output_shape()}, {x})};
}

// The shape, which the declared output repeats, and the value.
template <size_t kValue>
Values fill(NodeView &view) {
    ValueId value = view.operand(kValue).value;
    if (kValue > 0) value = with_declared_shape(view, value, kValue - 1);
    return {view.add(op::Broadcast{view.output_shape()}, {value})};
}

template <int kValue>
Values like(NodeView &view) {
    ValueId value = view.number(kValue);
    if (!om::is_floating(view.output().dtype))
        value = view.add(op::Cast{view.output().dtype}, {value});
    return {view.add(op::Broadcast{view.output_shape()}, {value})};
}

constexpr std::array kEntries = {
    OpEntry{"StridedSliceD", strided_slice},
    OpEntry{"StridedSlice", strided_slice},
    OpEntry{"StridedSliceV2", strided_slice_v2},
    OpEntry{"StridedSliceV3", strided_slice_v2},
    OpEntry{"SliceD", slice_by_size},
    OpEntry{"Slice", slice_by_size},
    OpEntry{"Pad", pad},
    OpEntry{"PadD", pad},
    OpEntry{"PadV2", pad},
    OpEntry{"PadV3", pad},
    OpEntry{"PadV3D", pad},
    OpEntry{"MirrorPad", pad},
    OpEntry{"Gather", gather},
    OpEntry{"GatherV2", gather},
    OpEntry{"GatherV2D", gather},
    OpEntry{"Tile", tile},
    OpEntry{"TileD", tile},
    OpEntry{"BroadcastTo", broadcast},
    OpEntry{"BroadcastToD", broadcast},
    OpEntry{"Expand", broadcast},
    OpEntry{"ExpandD", broadcast},
    OpEntry{"Fill", fill<1>},
    OpEntry{"FillD", fill<0>},
    OpEntry{"ZerosLike", like<0>},
    OpEntry{"OnesLike", like<1>},
};

}  // namespace

OpFamily slice_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
