// Caffe's layers that no other framework has. Names and attributes are the layers' own.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

using op::BinaryKind;

// A parameter whose first dim is the `axis`-th of x.
ValueId aligned(NodeView &view, const Operand &parameter) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_attribute(view, "axis", 1, x.rank());
    Shape shape(x.shape().size(), 1);
    if (element_count(parameter.shape()) == 1)
        return view.reshape(parameter.value, parameter.shape(), shape);
    // NC1HWC0 parameters come with the rank of x.
    if (parameter.rank() == x.rank()) return parameter.value;
    if (axis + parameter.rank() > x.rank()) view.refuse("attribute 'axis' is out of range");
    std::copy(parameter.shape().begin(), parameter.shape().end(),
              shape.begin() + static_cast<long>(axis));
    return view.reshape(parameter.value, parameter.shape(), shape);
}

Values scale(NodeView &view) {
    ValueId y =
        view.binary(BinaryKind::kMultiply, view.operand(0).value, aligned(view, view.operand(1)));
    if (view.has(2)) y = view.binary(BinaryKind::kAdd, y, aligned(view, view.operand(2)));
    return {y};
}

Values bias(NodeView &view) {
    return {view.binary(BinaryKind::kAdd, view.operand(0).value, aligned(view, view.operand(1)))};
}

// (shift + scale * x) ^ power
Values power(NodeView &view) {
    ValueId y = view.operand(0).value;
    const auto apply = [&](const char *attr, float neutral, BinaryKind kind) {
        const float value = view.real(attr, neutral);
        if (value != neutral) y = view.binary(kind, y, view.number(value));
    };
    apply("scale", 1, BinaryKind::kMultiply);
    apply("shift", 0, BinaryKind::kAdd);
    apply("power", 1, BinaryKind::kPower);
    return {y};
}

// Product, weighted sum or maximum of any number of inputs.
Values eltwise(NodeView &view) {
    const std::vector<Operand> inputs = view.connected();
    if (inputs.empty()) view.refuse("it has no inputs");
    const int64_t mode = view.integer("mode", 1);
    if (mode < 0 || mode > 2) view.refuse("attribute 'mode' is out of range");
    const std::vector<float> factors = view.attrs().reals("coeff");
    if (mode == 1 && !factors.empty() && factors.size() != inputs.size())
        view.refuse("attribute 'coeff' does not match the inputs");
    constexpr std::array kKinds = {BinaryKind::kMultiply, BinaryKind::kAdd, BinaryKind::kMaximum};
    std::optional<ValueId> sum;
    for (size_t i = 0; i < inputs.size(); ++i) {
        ValueId term = inputs[i].value;
        if (mode == 1 && !factors.empty() && factors[i] != 1.0f)
            term = view.binary(BinaryKind::kMultiply, term, view.number(factors[i]));
        sum = sum ? view.binary(kKinds[static_cast<size_t>(mode)], *sum, term) : term;
    }
    return {*sum};
}

// 1 above the threshold, 0 elsewhere.
Values threshold(NodeView &view) {
    const ValueId above = view.binary(BinaryKind::kGreater, view.operand(0).value,
                                      view.number(view.real("threshold", 0)));
    return {view.add(op::Cast{om::DataType::kFloat}, {above})};
}

// Over `axis` and all that follow.
Values reduction(NodeView &view) {
    const Operand &x = view.operand(0);
    std::vector<int64_t> axes;
    for (int64_t axis = axis_attribute(view, "axis", 0, x.rank()); axis < x.rank(); ++axis)
        axes.push_back(axis);
    const std::string_view operation = view.text("operation", "SUM");
    ValueId y = x.value;
    auto kind = op::ReduceKind::kSum;
    if (operation == "ASUM")
        y = view.unary(op::UnaryKind::kAbs, y);
    else if (operation == "SUMSQ")
        y = view.unary(op::UnaryKind::kSquare, y);
    else if (operation == "MEAN")
        kind = op::ReduceKind::kMean;
    else if (operation != "SUM")
        view.refuse("operation '" + std::string(operation) + "' is not supported");
    y = view.add(op::Reduce{kind, axes, false}, {y});
    const float factor = view.real("coeff", 1);
    return {factor == 1.0f ? y : view.binary(BinaryKind::kMultiply, y, view.number(factor))};
}

// To a Euclidean norm of one, then scaled per channel.
Values normalize(NodeView &view) {
    const Operand &x = view.operand(0);
    if (x.rank() != 4) view.refuse("its input is " + to_string(x.shape()));
    std::vector<int64_t> axes = {channel_axis(x.axes())};
    if (view.boolean("across_spatial", true)) axes = {1, 2, 3};
    const ValueId squares = view.unary(op::UnaryKind::kSquare, x.value);
    const ValueId sum = view.add(op::Reduce{op::ReduceKind::kSum, axes, true}, {squares});
    const ValueId norm =
        view.unary(op::UnaryKind::kRsqrt,
                   view.binary(BinaryKind::kAdd, sum, view.number(view.real("eps", 1e-10f))));
    const ValueId y = view.binary(BinaryKind::kMultiply, x.value, norm);
    return {view.binary(BinaryKind::kMultiply, y,
                        view.per_channel(x.shape(), x.axes(), view.operand(1)))};
}

// To a mean of zero and, if wanted, a variance of one.
Values mean_variance(NodeView &view) {
    const Operand &x = view.operand(0);
    if (x.rank() != 4) view.refuse("its input is " + to_string(x.shape()));
    std::vector<int64_t> axes = {1, 2, 3};
    if (!view.boolean("across_channels", false))
        axes.erase(std::find(axes.begin(), axes.end(), channel_axis(x.axes())));
    if (view.boolean("normalize_variance", true))
        return {view.add(op::MeanVarianceNormalization{axes, view.real("eps", 1e-9f), false},
                         {x.value})};
    const ValueId mean = view.add(op::Reduce{op::ReduceKind::kMean, axes, true}, {x.value});
    return {view.binary(BinaryKind::kSubtract, x.value, mean)};
}

Values tile_with_axis(NodeView &view) {
    const Operand &x = view.operand(0);
    std::vector<int64_t> repeats(x.shape().size(), 1);
    repeats[static_cast<size_t>(axis_attribute(view, "axis", 1, x.rank()))] =
        view.one_integer("tiles");
    return {view.add(op::Tile{repeats}, {x.value})};
}

// The second input only gives the size.
Values crop(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_attribute(view, "axis", 2, x.rank());
    const std::vector<int64_t> offsets =
        view.attrs().has("offsets") ? view.integers({"offsets"}) : std::vector<int64_t>{};
    const Shape &out = view.output_shape();
    const auto cropped = static_cast<size_t>(x.rank() - axis);
    if (out.size() != x.shape().size() || (offsets.size() > 1 && offsets.size() != cropped))
        view.refuse("attribute 'offsets' does not match its input " + to_string(x.shape()));
    op::StridedSlice slice{Shape(out.size(), 0), out, std::vector<int64_t>(out.size(), 1)};
    for (size_t i = 0; i < cropped && !offsets.empty(); ++i) {
        const auto dim = static_cast<size_t>(axis) + i;
        const int64_t offset = offsets.size() == 1 ? offsets[0] : offsets[i];
        if (offset < 0 || offset > x.shape()[dim] || out[dim] > x.shape()[dim] - offset)
            view.refuse("attribute 'offsets' does not fit its input " + to_string(x.shape()));
        slice.begin[dim] = offset;
        slice.end[dim] += offset;
    }
    return {view.add(std::move(slice), {x.value})};
}

Values shuffle_channel(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t groups = view.integer("group", 1);
    if (x.rank() != 4 || x.channels_last() || groups < 1 || x.shape()[1] % groups != 0)
        view.refuse(to_string(x.shape()) + " does not split into " + std::to_string(groups) +
                    " groups");
    const Shape &s = x.shape();
    const Shape grouped = {s[0], groups, s[1] / groups, s[2], s[3]};
    const Shape shuffled = {s[0], s[1] / groups, groups, s[2], s[3]};
    const ValueId y = view.transpose(view.reshape(x.value, s, grouped), {0, 2, 1, 3, 4});
    return {view.reshape(y, shuffled, s)};
}

Values permute(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::vector<int64_t> order = axes_of_node(view, "order", 1, x.rank());
    if (order.size() != x.shape().size())
        view.refuse("attribute 'order' does not match its input " + to_string(x.shape()));
    return {view.transpose(x.value, order)};
}

constexpr std::array kEntries = {
    OpEntry{"Scale", scale},
    OpEntry{"Bias", bias},
    OpEntry{"Power", power},
    OpEntry{"Eltwise", eltwise},
    OpEntry{"Threshold", threshold},
    OpEntry{"Reduction", reduction},
    OpEntry{"Normalize", normalize},
    OpEntry{"MVN", mean_variance},
    OpEntry{"TileWithAxis", tile_with_axis},
    OpEntry{"Crop", crop},
    OpEntry{"ShuffleChannel", shuffle_channel},
    OpEntry{"Permute", permute},
};

}  // namespace

OpFamily caffe_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
