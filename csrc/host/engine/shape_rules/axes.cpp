// Ops that compute along axes.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine::shape_rules {
namespace {

// Rows and columns of the last two dims.
Pair matrix_of(const Shape &shape, bool transposed) {
    if (shape.size() < 2)
        throw Refusal("a matrix needs two dims at least, its input is " + to_string(shape));
    const int64_t rows = shape[shape.size() - 2], columns = shape[shape.size() - 1];
    if (transposed) return {columns, rows};
    return {rows, columns};
}

}  // namespace

Shapes rule(const op::MatMul &matmul, const Shapes &inputs) {
    require_inputs(inputs, 2);
    const Shape &a = inputs[0], &b = inputs[1];
    const Pair first = matrix_of(a, matmul.transpose_a), second = matrix_of(b, matmul.transpose_b);
    if (first[1] != second[0])
        throw Refusal("it multiplies " + to_string(a) + " and " + to_string(b));
    Shape out = broadcast_together(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
    out.insert(out.end(), {first[0], second[1]});
    return {out};
}

Shapes rule(const op::Reduce &reduce, const Shapes &inputs) {
    require_inputs(inputs, 1);
    require_axes(reduce.axes, inputs[0]);
    Shape kept;
    for (size_t i = 0; i < inputs[0].size(); ++i) {
        const bool is_reduced = std::find(reduce.axes.begin(), reduce.axes.end(),
                                          static_cast<int64_t>(i)) != reduce.axes.end();
        if (!is_reduced) kept.push_back(inputs[0][i]);
        if (is_reduced && reduce.keep_dims) kept.push_back(1);
    }
    return {kept};
}

Shapes rule(const op::Softmax &softmax, const Shapes &inputs) {
    require_inputs(inputs, 1);
    if (softmax.axes.empty()) throw Refusal("it names no axis");
    require_axes(softmax.axes, inputs[0]);
    return inputs;
}

Shapes rule(const op::ArgExtreme &arg, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Shape kept = inputs[0];
    kept.erase(kept.begin() + static_cast<long>(checked_axis(arg.axis, inputs[0])));
    return {kept};
}

Shapes rule(const op::TopK &top, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Shape shape = inputs[0];
    int64_t &dim = shape[checked_axis(top.axis, inputs[0])];
    if (top.count < 0 || top.count > dim)
        throw Refusal(std::to_string(top.count) + " of the " + std::to_string(dim) +
                      " elements of an axis");
    dim = top.count;
    return {shape, shape};
}

Shapes rule(const op::CumulativeSum &sum, const Shapes &inputs) {
    require_inputs(inputs, 1);
    checked_axis(sum.axis, inputs[0]);
    return inputs;
}

Shapes rule(const op::MeanVarianceNormalization &mvn, const Shapes &inputs) {
    require_inputs(inputs, 1);
    if (mvn.axes.empty()) throw Refusal("it names no axis");
    require_axes(mvn.axes, inputs[0]);
    return inputs;
}

}  // namespace ascendcl::host::engine::shape_rules
