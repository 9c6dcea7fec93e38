// The driver of the rules, and what they have in common.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/shape_rules/shape_rules.h"

#include <algorithm>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine {

Shapes output_shapes(const Op &operation, const Shapes &inputs) {
    Shapes outputs = std::visit(
        [&](const auto &plain_op) { return shape_rules::rule(plain_op, inputs); }, operation);
    for (const Shape &shape : outputs) checked_element_count(shape);
    return outputs;
}

namespace shape_rules {

void require_inputs(const Shapes &inputs, size_t least, size_t most) {
    if (inputs.size() < least || inputs.size() > most)
        throw Refusal("it has " + std::to_string(inputs.size()) + " inputs");
}

void require_rank(const Shape &shape, size_t rank) {
    if (shape.size() != rank)
        throw Refusal("it needs " + std::to_string(rank) + " dims, its input is " +
                      to_string(shape));
}

size_t checked_axis(int64_t axis, const Shape &shape) {
    if (axis < 0 || static_cast<size_t>(axis) >= shape.size())
        throw Refusal("axis " + std::to_string(axis) + " of " + to_string(shape));
    return static_cast<size_t>(axis);
}

void require_axes(const std::vector<int64_t> &axes, const Shape &shape) {
    std::vector<bool> seen(shape.size());
    for (const int64_t axis : axes) {
        const size_t index = checked_axis(axis, shape);
        if (seen[index]) throw Refusal("axis " + std::to_string(axis) + " is named twice");
        seen[index] = true;
    }
}

Shape broadcast_together(const Shape &a, const Shape &b) {
    const Shape &longer = a.size() >= b.size() ? a : b, &shorter = a.size() >= b.size() ? b : a;
    Shape both = longer;
    const size_t extra = longer.size() - shorter.size();
    for (size_t i = 0; i < shorter.size(); ++i) {
        const int64_t x = longer[extra + i], y = shorter[i];
        if (x != y && x != 1 && y != 1)
            throw Refusal("the shapes " + to_string(a) + " and " + to_string(b) +
                          " do not go together");
        both[extra + i] = x == 1 ? y : x;
    }
    return both;
}

}  // namespace shape_rules
}  // namespace ascendcl::host::engine
