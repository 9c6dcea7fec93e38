// Ops that compute element by element.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine::shape_rules {

Shapes rule(const op::Unary &, const Shapes &inputs) {
    require_inputs(inputs, 1);
    return inputs;
}

Shapes rule(const op::Cast &, const Shapes &inputs) {
    require_inputs(inputs, 1);
    return inputs;
}

Shapes rule(const op::Binary &, const Shapes &inputs) {
    require_inputs(inputs, 2);
    return {broadcast_together(inputs[0], inputs[1])};
}

Shapes rule(const op::Select &, const Shapes &inputs) {
    require_inputs(inputs, 3);
    return {broadcast_together(inputs[0], broadcast_together(inputs[1], inputs[2]))};
}

Shapes rule(const op::PRelu &, const Shapes &inputs) {
    require_inputs(inputs, 2);
    const Shape &x = inputs[0], &slope = inputs[1];
    if (slope.size() != 1) {
        // Each slope belongs to an element: x is not repeated for more of them.
        if (broadcast_together(x, slope) != x)
            throw Refusal("its slope has shape " + to_string(slope) + " for " + to_string(x));
        return {x};
    }
    if (slope[0] != 1 && (x.size() < 2 ? x != slope : x[1] != slope[0]))
        throw Refusal("its slope has shape " + to_string(slope) + " for " + to_string(x));
    return {x};
}

}  // namespace ascendcl::host::engine::shape_rules
