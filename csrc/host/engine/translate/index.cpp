// Ops that compute with positions.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

Outputs emit(const op::TopK &top, const Outputs &inputs) {
    const auto mode = top.largest ? ov::op::TopKMode::MAX : ov::op::TopKMode::MIN;
    // Stable, so that the first of equal elements wins.
    return std::make_shared<ops::TopK>(inputs[0], integer_scalar(top.count), top.axis, mode,
                                       ov::op::TopKSortType::SORT_VALUES, ov::element::i32, true)
        ->outputs();
}

Outputs emit(const op::CumulativeSum &sum, const Outputs &inputs) {
    return {std::make_shared<ops::CumSum>(inputs[0], integer_scalar(sum.axis), sum.exclusive,
                                          sum.reverse)};
}

Outputs emit(const op::OneHot &one_hot, const Outputs &inputs) {
    return {std::make_shared<ops::OneHot>(inputs[0], integer_scalar(one_hot.depth), inputs[1],
                                          inputs[2], one_hot.axis)};
}

Outputs emit(const op::GatherElements &gather, const Outputs &inputs) {
    return {std::make_shared<ops::GatherElements>(inputs[0], inputs[1], gather.axis)};
}

Outputs emit(const op::GatherNd &, const Outputs &inputs) {
    return {std::make_shared<ops::GatherND>(inputs[0], inputs[1])};
}

}  // namespace ascendcl::host::engine
