// Reductions, softmax, normalisation.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

Outputs emit(const op::Reduce &reduce, const Outputs &inputs) {
    const ov::Output<ov::Node> &x = inputs[0], axes = integer_constant(reduce.axes);
    const bool keep = reduce.keep_dims;
    switch (reduce.kind) {
        case op::ReduceKind::kMean:
            return {std::make_shared<ops::ReduceMean>(x, axes, keep)};
        case op::ReduceKind::kMax:
            return {std::make_shared<ops::ReduceMax>(x, axes, keep)};
        case op::ReduceKind::kMin:
            return {std::make_shared<ops::ReduceMin>(x, axes, keep)};
        case op::ReduceKind::kSum:
            return {std::make_shared<ops::ReduceSum>(x, axes, keep)};
        case op::ReduceKind::kProduct:
            return {std::make_shared<ops::ReduceProd>(x, axes, keep)};
        case op::ReduceKind::kAll:
            return {std::make_shared<ops::ReduceLogicalAnd>(x, axes, keep)};
        case op::ReduceKind::kAny:
            return {std::make_shared<ops::ReduceLogicalOr>(x, axes, keep)};
    }
    throw Refusal("a reduction without translation");
}

Outputs emit(const op::Softmax &softmax, const Outputs &inputs) {
    const ov::Output<ov::Node> &x = inputs[0];
    if (softmax.axes.size() == 1) {
        if (softmax.logarithm) return {std::make_shared<ops::LogSoftmax>(x, softmax.axes[0])};
        return {std::make_shared<ops::Softmax>(x, softmax.axes[0])};
    }
    const ov::Output<ov::Node> axes = integer_constant(softmax.axes);
    const auto centred =
        std::make_shared<ops::Subtract>(x, std::make_shared<ops::ReduceMax>(x, axes, true));
    const auto powers = std::make_shared<ops::Exp>(centred);
    const auto sum = std::make_shared<ops::ReduceSum>(powers, axes, true);
    if (softmax.logarithm)
        return {std::make_shared<ops::Subtract>(centred, std::make_shared<ops::Log>(sum))};
    return {std::make_shared<ops::Divide>(powers, sum)};
}

Outputs emit(const op::MeanVarianceNormalization &mvn, const Outputs &inputs) {
    return {std::make_shared<ops::MVN>(
        inputs[0], integer_constant(mvn.axes), true, mvn.epsilon,
        mvn.epsilon_in_root ? ov::op::MVNEpsMode::INSIDE_SQRT : ov::op::MVNEpsMode::OUTSIDE_SQRT)};
}

Outputs emit(const op::LocalResponse &lrn, const Outputs &inputs) {
    // OpenVINO divides alpha by the number of channels that it looks at.
    const int64_t size = 2 * lrn.radius + 1;
    const auto y = std::make_shared<ops::LRN>(
        to_channels_first(inputs[0], lrn.channels_last), integer_constant({1}),
        static_cast<double>(lrn.alpha) * static_cast<double>(size), lrn.beta, lrn.bias,
        static_cast<size_t>(size));
    return {from_channels_first(y, lrn.channels_last)};
}

}  // namespace ascendcl::host::engine
