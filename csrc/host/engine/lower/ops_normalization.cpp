// Batch and layer normalisation, Caffe's Scale.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

ValueId binary(NodeView &view, op::BinaryKind kind, ValueId a, ValueId b) {
    return view.add(op::Binary{kind}, {a, b});
}

// A parameter with one entry per channel, broadcastable to x.
ValueId per_channel(NodeView &view, const Operand &x, const Operand &parameter) {
    const auto axis = static_cast<size_t>(channel_axis(x.axes()));
    const int64_t count = element_count(parameter.shape());
    if (axis >= x.shape().size() || (count != x.shape()[axis] && count != 1))
        view.refuse("a parameter has shape " + to_string(parameter.shape()) + " for " +
                    to_string(x.shape()));
    Shape shape(x.shape().size(), 1);
    shape[axis] = count;
    return view.reshape(parameter.value, parameter.shape(), shape);
}

// Gamma and beta are folded into mean and variance on the host: y = (x + mean') * variance'.
Values bn_inference_d(NodeView &view) {
    if (view.connected().size() != 3)
        view.refuse("only its form with mean and variance is supported, it has " +
                    std::to_string(view.connected().size()) + " inputs");
    const Operand &x = view.operand(0);
    const ValueId shifted =
        binary(view, op::BinaryKind::kAdd, x.value, per_channel(view, x, view.operand(1)));
    return {
        binary(view, op::BinaryKind::kMultiply, shifted, per_channel(view, x, view.operand(2)))};
}

// x, scale, offset, mean, variance.
Values batch_norm(NodeView &view) {
    if (view.boolean("is_training", false)) view.refuse("it is in training mode");
    const Operand &x = view.operand(0);
    const float epsilon = view.real("epsilon", 1e-4f);
    const ValueId variance =
        binary(view, op::BinaryKind::kAdd, per_channel(view, x, view.operand(4)),
               view.constant({epsilon}, {}));
    const ValueId factor =
        binary(view, op::BinaryKind::kMultiply, per_channel(view, x, view.operand(1)),
               view.add(op::Unary{op::UnaryKind::kRsqrt}, {variance}));
    const ValueId centred =
        binary(view, op::BinaryKind::kSubtract, x.value, per_channel(view, x, view.operand(3)));
    return {binary(view, op::BinaryKind::kAdd,
                   binary(view, op::BinaryKind::kMultiply, centred, factor),
                   per_channel(view, x, view.operand(2)))};
}

// Caffe: y = x * scale + bias, the parameters aligned at `axis`.
Values scale(NodeView &view) {
    const Operand &x = view.operand(0);
    int64_t axis = view.integer("axis", 1);
    if (axis < 0) axis += x.rank();
    const auto aligned = [&](const Operand &parameter) {
        Shape shape(x.shape().size(), 1);
        if (element_count(parameter.shape()) == 1)
            return view.reshape(parameter.value, parameter.shape(), shape);
        // NC1HWC0 parameters come with the rank of x.
        if (parameter.rank() == x.rank()) return parameter.value;
        if (axis + parameter.rank() > x.rank()) view.refuse("attribute 'axis' is out of range");
        std::copy(parameter.shape().begin(), parameter.shape().end(),
                  shape.begin() + static_cast<long>(axis));
        return view.reshape(parameter.value, parameter.shape(), shape);
    };
    ValueId y = binary(view, op::BinaryKind::kMultiply, x.value, aligned(view.operand(1)));
    if (view.has(2)) y = binary(view, op::BinaryKind::kAdd, y, aligned(view.operand(2)));
    return {y};
}

// x, gamma, beta; outputs y and two statistics that nothing reads at inference.
Values layer_norm(NodeView &view) {
    const Operand &x = view.operand(0);
    int64_t axis = view.integer("begin_norm_axis", 0);
    if (axis < 0) axis += x.rank();
    if (axis < 0 || axis >= x.rank()) view.refuse("attribute 'begin_norm_axis' is out of range");
    std::vector<int64_t> axes(static_cast<size_t>(x.rank() - axis));
    std::iota(axes.begin(), axes.end(), axis);
    ValueId y =
        view.add(op::MeanVarianceNormalization{axes, view.real("epsilon", 1e-7f)}, {x.value});
    if (view.has(1)) y = binary(view, op::BinaryKind::kMultiply, y, view.operand(1).value);
    if (view.has(2)) y = binary(view, op::BinaryKind::kAdd, y, view.operand(2).value);
    return {y};
}

constexpr std::array kEntries = {
    OpEntry{"BNInferenceD", bn_inference_d},
    OpEntry{"BatchNorm", batch_norm},
    OpEntry{"Scale", scale},
    OpEntry{"LayerNorm", layer_norm},
};

}  // namespace

OpFamily normalization_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
