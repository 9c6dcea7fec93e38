// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/exact_remainder.h"

#include <cmath>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/bodies.h"
#include "host/engine/ir/node_words.h"
#include "host/engine/translate/function_op.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

// With the sign of the dividend.
float remainder_of(float a, float b) { return std::fmod(a, b); }

// With the sign of the divisor.
float floor_remainder_of(float a, float b) {
    const float rest = std::fmod(a, b);
    return rest != 0 && std::signbit(rest) != std::signbit(b) ? rest + b : rest;
}

// In the shape of both, as each is broadcast to the other.
ov::Output<ov::Node> as_wide_as(const ov::Output<ov::Node> &value,
                                const ov::Output<ov::Node> &other) {
    const auto shape = std::make_shared<ops::ShapeOf>(other, ov::element::i32);
    return std::make_shared<ops::Broadcast>(value, shape, ov::op::BroadcastType::BIDIRECTIONAL);
}

void replace(const std::shared_ptr<ov::Node> &node, float (*remainder)(float, float)) {
    const ov::element::Type type = node->get_output_element_type(0);
    const auto broadcast = node->get_autob().m_type;
    if (!type.is_real() || broadcast == ov::op::AutoBroadcastType::PDPD) return;
    const auto as_float = [&](size_t slot) -> ov::Output<ov::Node> {
        if (type == ov::element::f32) return node->input_value(slot);
        return std::make_shared<ops::Convert>(node->input_value(slot), ov::element::f32);
    };
    const ov::Output<ov::Node> a = as_float(0), b = as_float(1);
    std::shared_ptr<ov::Node> exact = std::make_shared<FunctionOp>(
        words_of(*node), ov::OutputVector{as_wide_as(a, b), as_wide_as(b, a)},
        [remainder](const ov::TensorVector &inputs, ov::Tensor &output) {
            const auto *x = static_cast<const float *>(inputs[0].data());
            const auto *y = static_cast<const float *>(inputs[1].data());
            auto *result = static_cast<float *>(output.data());
            for (size_t i = 0; i < output.get_size(); ++i) result[i] = remainder(x[i], y[i]);
        });
    if (type != ov::element::f32) exact = std::make_shared<ops::Convert>(exact, type);
    exact->set_friendly_name(node->get_friendly_name());
    exact->output(0).add_names(node->output(0).get_names());
    node->output(0).replace(exact->output(0));
}

}  // namespace

void compute_remainders_exactly(const ov::Model &model) {
    for (const auto &node : model.get_ordered_ops()) {
        if (ov::is_type<ops::Mod>(node)) replace(node, remainder_of);
        if (ov::is_type<ops::FloorMod>(node)) replace(node, floor_remainder_of);
        for (const auto &body : bodies_of(*node)) compute_remainders_exactly(*body);
    }
}

}  // namespace ascendcl::host::engine
