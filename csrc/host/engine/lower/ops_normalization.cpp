// Batch, layer, instance, group and local response normalisation.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <numeric>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

using op::BinaryKind;

ValueId of_channels(NodeView &view, size_t slot) {
    const Operand &x = view.operand(0);
    return view.per_channel(x.shape(), x.axes(), view.operand(slot));
}

// y * gamma + beta, as far as inputs `slot` and the next are connected.
ValueId scaled_and_shifted(NodeView &view, ValueId y, size_t slot) {
    if (view.has(slot)) y = view.binary(BinaryKind::kMultiply, y, view.operand(slot).value);
    if (view.has(slot + 1)) y = view.binary(BinaryKind::kAdd, y, view.operand(slot + 1).value);
    return y;
}

// The same with one gamma and one beta per channel.
ValueId scaled_by_channel(NodeView &view, ValueId y, size_t slot) {
    if (view.has(slot)) y = view.binary(BinaryKind::kMultiply, y, of_channels(view, slot));
    if (view.has(slot + 1)) y = view.binary(BinaryKind::kAdd, y, of_channels(view, slot + 1));
    return y;
}

// Gamma and beta are folded into mean and variance on the host: y = (x + mean') * variance'.
Values bn_inference_d(NodeView &view) {
    if (view.connected().size() != 3)
        view.refuse("only its form with mean and variance is supported, it has " +
                    std::to_string(view.connected().size()) + " inputs");
    const ValueId shifted =
        view.binary(BinaryKind::kAdd, view.operand(0).value, of_channels(view, 1));
    return {view.binary(BinaryKind::kMultiply, shifted, of_channels(view, 2))};
}

// x, scale, offset, mean, variance.
Values batch_norm(NodeView &view) {
    if (view.boolean("is_training", false)) view.refuse("it is in training mode");
    const ValueId variance = view.binary(BinaryKind::kAdd, of_channels(view, 4),
                                         view.number(view.real("epsilon", 1e-4f)));
    const ValueId factor = view.binary(BinaryKind::kMultiply, of_channels(view, 1),
                                       view.unary(op::UnaryKind::kRsqrt, variance));
    const ValueId centred =
        view.binary(BinaryKind::kSubtract, view.operand(0).value, of_channels(view, 3));
    return {view.binary(BinaryKind::kAdd, view.binary(BinaryKind::kMultiply, centred, factor),
                        of_channels(view, 2))};
}

// To a mean of zero and a variance of one, over axes `first` to `end`.
ValueId normalized(NodeView &view, ValueId x, int64_t first, int64_t end, float epsilon) {
    op::MeanVarianceNormalization normalization{{}, epsilon};
    normalization.axes.resize(static_cast<size_t>(end - first));
    std::iota(normalization.axes.begin(), normalization.axes.end(), first);
    return view.add(std::move(normalization), {x});
}

// x, gamma, beta; outputs y and two statistics that nothing reads at inference.
Values layer_norm(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_attribute(view, "begin_norm_axis", 0, x.rank());
    const ValueId y = normalized(view, x.value, axis, x.rank(), view.real("epsilon", 1e-7f));
    return {scaled_and_shifted(view, y, 1)};
}

// x, the shape of the last axes, gamma, beta.
Values layer_norm_v4(NodeView &view) {
    const Operand &x = view.operand(0);
    const auto count = static_cast<int64_t>(view.constant_integers(1).size());
    if (count < 1 || count > x.rank()) view.refuse("its normalized shape has too many dims");
    const ValueId y =
        normalized(view, x.value, x.rank() - count, x.rank(), view.real("epsilon", 1e-5f));
    return {scaled_and_shifted(view, y, 2)};
}

// Over height and width. x, gamma, beta; outputs as those of LayerNorm.
Values instance_norm(NodeView &view) {
    const Operand &x = view.operand(0);
    if (x.rank() < 3) view.refuse("its input " + to_string(x.shape()) + " has no spatial dims");
    const int64_t first = x.channels_last() ? 1 : 2;
    const ValueId y =
        normalized(view, x.value, first, first + x.rank() - 2, view.real("epsilon", 1e-6f));
    return {scaled_by_channel(view, y, 1)};
}

// Over the channels of a group, height and width.
Values group_norm(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t groups = view.one_integer("num_groups");
    if (x.rank() < 2 || x.channels_last())
        view.refuse("only channels in front are supported, its input is " + to_string(x.shape()));
    if (groups < 1 || groups > x.shape()[1] || x.shape()[1] % groups != 0)
        view.refuse(to_string(x.shape()) + " does not split into " + std::to_string(groups) +
                    " groups");
    const int64_t count = element_count(x.shape());
    const Shape grouped = {x.shape()[0], groups,
                           count / std::max<int64_t>(1, x.shape()[0] * groups)};
    const ValueId y = normalized(view, view.reshape(x.value, x.shape(), grouped), 2, 3,
                                 view.real("eps", view.real("epsilon", 1e-4f)));
    return {scaled_by_channel(view, view.reshape(y, grouped, x.shape()), 1)};
}

// x / sqrt(max(sum of squares, eps))
Values l2_normalize(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::vector<int64_t> axes = axes_of_node(view, "axis", 1, x.rank());
    const ValueId squares = view.unary(op::UnaryKind::kSquare, x.value);
    const ValueId sum = view.add(op::Reduce{op::ReduceKind::kSum, axes, true}, {squares});
    const ValueId bounded =
        view.binary(BinaryKind::kMaximum, sum, view.number(view.real("eps", 1e-4f)));
    return {
        view.binary(BinaryKind::kMultiply, x.value, view.unary(op::UnaryKind::kRsqrt, bounded))};
}

Values local_response(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t radius = view.integer("depth_radius", 5);
    if (x.rank() != 4 || radius < 0 ||
        radius > x.shape()[static_cast<size_t>(channel_axis(x.axes()))])
        view.refuse("attribute 'depth_radius' does not fit " + to_string(x.shape()));
    if (view.text("norm_region", "ACROSS_CHANNELS") != "ACROSS_CHANNELS")
        view.refuse("normalisation within channels is not supported");
    return {view.add(op::LocalResponse{radius, view.real("alpha", 1), view.real("beta", 0.5f),
                                       view.real("bias", 1), x.channels_last()},
                     {x.value})};
}

constexpr std::array kEntries = {
    OpEntry{"BNInferenceD", bn_inference_d}, OpEntry{"BatchNorm", batch_norm},
    OpEntry{"BNInfer", batch_norm},          OpEntry{"LayerNorm", layer_norm},
    OpEntry{"LayerNormV3", layer_norm},      OpEntry{"LayerNormV4", layer_norm_v4},
    OpEntry{"InstanceNorm", instance_norm},  OpEntry{"GroupNorm", group_norm},
    OpEntry{"L2Normalize", l2_normalize},    OpEntry{"LRN", local_response},
};

}  // namespace

OpFamily normalization_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
