// Transposes that swap axes of one size: fused into an attention (a MatMul, a Softmax, a MatMul),
// as of 12 heads and 12 tokens, they are dropped (OpenVINO 2026.4). Snippets is what fuses them.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/miscompiled.h"

#include <algorithm>
#include <openvino/opsets/opset13.hpp>
#include <vector>

#include "host/engine/bodies.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

bool moves_an_axis_to_one_of_its_size(const ov::Node &node) {
    const auto *transpose = ov::as_type<const ops::Transpose>(&node);
    if (transpose == nullptr || transpose->get_input_partial_shape(0).is_dynamic()) return false;
    const auto order = ov::as_type_ptr<ops::Constant>(transpose->get_input_node_shared_ptr(1));
    if (order == nullptr) return true;
    const ov::Shape &dims = transpose->get_input_shape(0);
    const std::vector<size_t> axes = order->cast_vector<size_t>();
    for (size_t i = 0; i < axes.size() && i < dims.size(); ++i)
        if (axes[i] != i && dims.at(axes[i]) == dims[i] && dims[i] > 1) return true;
    return false;
}

bool is_at_risk(const ov::Model &model) {
    bool transposes = false, has_softmax = false;
    for (const auto &node : model.get_ordered_ops()) {
        transposes = transposes || moves_an_axis_to_one_of_its_size(*node);
        has_softmax = has_softmax || ov::is_type<ops::Softmax>(node) ||
                      ov::is_type<ov::op::v1::Softmax>(node);
        const auto bodies = bodies_of(*node);
        if (std::any_of(bodies.begin(), bodies.end(),
                        [](const auto &body) { return is_at_risk(*body); }))
            return true;
    }
    return transposes && has_softmax;
}

}  // namespace

ov::AnyMap settings_against_miscompilation(const ov::Model &model) {
    if (!is_at_risk(model)) return {};
    return {{"SNIPPETS_MODE", "DISABLE"}};
}

}  // namespace ascendcl::host::engine
