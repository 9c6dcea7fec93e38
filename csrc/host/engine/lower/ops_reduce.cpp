// Reductions, softmax, arg max.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <numeric>

#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

using op::ReduceKind;

template <op::ReduceKind kKind>
Values reduce(NodeView &view) {
    const Operand &x = view.operand(0);
    std::vector<int64_t> axes = axes_of_node(view, "axes", 1, x.rank());
    if (axes.empty()) {
        // No axes means all of them, unless the declared shape says that nothing is reduced.
        if (x.shape() == view.output().shape) return {x.value};
        axes.resize(static_cast<size_t>(x.rank()));
        std::iota(axes.begin(), axes.end(), 0);
    }
    return {view.add(op::Reduce{kKind, axes, view.boolean("keep_dims", false)}, {x.value})};
}

// The logarithm of a sum of exponents, the largest taken out first.
Values reduce_log_sum_exp(NodeView &view) {
    const Operand &x = view.operand(0);
    const std::vector<int64_t> axes = axes_of_node(view, "axes", 1, x.rank());
    const bool keep = view.boolean("keep_dims", false);
    const ValueId largest = view.add(op::Reduce{ReduceKind::kMax, axes, true}, {x.value});
    const ValueId powers =
        view.unary(op::UnaryKind::kExp, view.binary(op::BinaryKind::kSubtract, x.value, largest));
    const ValueId sum = view.add(op::Reduce{ReduceKind::kSum, axes, keep}, {powers});
    const ValueId again = view.add(op::Reduce{ReduceKind::kMax, axes, keep}, {x.value});
    return {view.binary(op::BinaryKind::kAdd, again, view.unary(op::UnaryKind::kLog, sum))};
}

Values reduce_log_sum(NodeView &view) {
    return {view.unary(op::UnaryKind::kLog, reduce<ReduceKind::kSum>(view)[0])};
}

// The root of the sum of squares.
Values euclidean_norm(NodeView &view) {
    const Operand &x = view.operand(0);
    const ValueId squares = view.unary(op::UnaryKind::kSquare, x.value);
    const ValueId sum =
        view.add(op::Reduce{ReduceKind::kSum, axes_of_node(view, "axes", 1, x.rank()),
                            view.boolean("keep_dims", false)},
                 {squares});
    return {view.unary(op::UnaryKind::kSqrt, sum)};
}

template <bool kLogarithm>
Values softmax(NodeView &view) {
    const Operand &x = view.operand(0);
    std::vector<int64_t> axes;
    for (const char *name : {"axes", "axis"})
        if (axes.empty() && view.attrs().has(name)) axes = axes_of_node(view, name, 1, x.rank());
    if (axes.empty()) axes = {x.rank() - 1};
    return {view.add(op::Softmax{axes, kLogarithm}, {x.value})};
}

template <bool kLargest>
Values arg_extreme(NodeView &view) {
    const Operand &x = view.operand(0);
    const int64_t axis = axis_of_node(view, "dimension", 1, x.rank());
    return {view.add(op::ArgExtreme{axis, kLargest, view.output().dtype}, {x.value})};
}

constexpr std::array kEntries = {
    OpEntry{"ReduceMeanD", reduce<ReduceKind::kMean>},
    OpEntry{"ReduceMean", reduce<ReduceKind::kMean>},
    OpEntry{"ReduceMaxD", reduce<ReduceKind::kMax>},
    OpEntry{"ReduceMax", reduce<ReduceKind::kMax>},
    OpEntry{"ReduceMinD", reduce<ReduceKind::kMin>},
    OpEntry{"ReduceMin", reduce<ReduceKind::kMin>},
    OpEntry{"ReduceSumD", reduce<ReduceKind::kSum>},
    OpEntry{"ReduceSum", reduce<ReduceKind::kSum>},
    OpEntry{"ReduceProdD", reduce<ReduceKind::kProduct>},
    OpEntry{"ReduceProd", reduce<ReduceKind::kProduct>},
    OpEntry{"ReduceAllD", reduce<ReduceKind::kAll>},
    OpEntry{"ReduceAll", reduce<ReduceKind::kAll>},
    OpEntry{"ReduceAnyD", reduce<ReduceKind::kAny>},
    OpEntry{"ReduceAny", reduce<ReduceKind::kAny>},
    OpEntry{"ReduceLogSumExp", reduce_log_sum_exp},
    OpEntry{"ReduceLogSum", reduce_log_sum},
    OpEntry{"EuclideanNorm", euclidean_norm},
    OpEntry{"EuclideanNormD", euclidean_norm},
    OpEntry{"SoftmaxV2", softmax<false>},
    OpEntry{"Softmax", softmax<false>},
    OpEntry{"LogSoftmaxV2", softmax<true>},
    OpEntry{"ArgMaxD", arg_extreme<true>},
    OpEntry{"ArgMaxV2", arg_extreme<true>},
    OpEntry{"ArgMin", arg_extreme<false>},
    OpEntry{"ArgMinD", arg_extreme<false>},
};

}  // namespace

OpFamily reduce_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
