// Slopes to one element, or to one per channel on axis 1, and bounds to scalars: the forms that
// backends fuse into a convolution.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/activations.h"

#include <cstring>

namespace ascendcl::host::engine {

std::optional<std::vector<float>> constant_numbers(const PlainGraph &graph,
                                                   const Operand &operand) {
    const op::Constant *constant = graph.constant(operand.value);
    if (constant == nullptr || constant->dtype != om::DataType::kFloat) return std::nullopt;
    std::vector<float> values(constant->bytes->size() / sizeof(float));
    if (!values.empty())
        std::memcpy(values.data(), constant->bytes->data(), values.size() * sizeof(float));
    return values;
}

std::optional<float> constant_number(const PlainGraph &graph, const Operand &operand) {
    const op::Constant *constant = graph.constant(operand.value);
    if (constant == nullptr || constant->bytes->size() != sizeof(float)) return std::nullopt;
    const auto values = constant_numbers(graph, operand);
    return values ? std::optional(values->front()) : std::nullopt;
}

ValueId add_prelu(NodeView &view, ValueId x, const Shape &x_shape, Axes x_axes,
                  const Operand &slope) {
    const int64_t count = element_count(slope.shape());
    if (count == 1)
        return view.add(op::PRelu{}, {x, view.reshape(slope.value, slope.shape(), {1})});
    if (x_shape.size() == 4 || slope.rank() == 1) {
        const auto axis = static_cast<size_t>(channel_axis(x_axes));
        if (axis >= x_shape.size() || count != x_shape[axis])
            view.refuse("its slope " + to_string(slope.shape()) +
                        " does not match the channels of " + to_string(x_shape));
        if (axis == 1)
            return view.add(op::PRelu{}, {x, view.reshape(slope.value, slope.shape(), {count})});
        return view.add(op::PRelu{},
                        {x, view.reshape(slope.value, slope.shape(), {1, 1, 1, count})});
    }
    return view.add(op::PRelu{}, {x, slope.value});
}

ValueId add_clip(NodeView &view, ValueId x, const Operand &low, const Operand &high) {
    const auto from = constant_number(view.graph(), low);
    const auto to = constant_number(view.graph(), high);
    if (from && to && *from <= *to)
        return view.add(op::Unary{op::UnaryKind::kClamp, *from, *to}, {x});
    const ValueId raised = view.add(op::Binary{op::BinaryKind::kMaximum}, {x, low.value});
    return view.add(op::Binary{op::BinaryKind::kMinimum}, {raised, high.value});
}

}  // namespace ascendcl::host::engine
