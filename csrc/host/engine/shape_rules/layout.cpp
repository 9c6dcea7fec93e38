// Sources, and ops that move or repeat elements.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine::shape_rules {
namespace {

// What a border may take from a dim: reflected, without its edge; else all of it.
int64_t most_mirrored(op::PadMode mode, int64_t dim) {
    return mode == op::PadMode::kReflect ? dim - 1 : dim;
}

}  // namespace

Shapes rule(const op::Parameter &parameter, const Shapes &) { return {parameter.dims}; }

Shapes rule(const op::Constant &constant, const Shapes &) {
    const int64_t count = checked_element_count(constant.shape);
    if (constant.bytes->size() < static_cast<size_t>(count) * om::element_size(constant.dtype))
        throw Refusal("the constant has too few bytes for " + to_string(constant.shape));
    return {constant.shape};
}

Shapes rule(const op::RandomNormal &random, const Shapes &) { return {random.shape}; }

Shapes rule(const op::Reshape &reshape, const Shapes &inputs) {
    require_inputs(inputs, 1);
    if (checked_element_count(reshape.shape) != element_count(inputs[0]))
        throw Refusal("it reshapes " + to_string(inputs[0]) + " to " + to_string(reshape.shape));
    return {reshape.shape};
}

Shapes rule(const op::Transpose &transpose, const Shapes &inputs) {
    require_inputs(inputs, 1);
    const Shape &x = inputs[0];
    if (transpose.permutation.size() != x.size())
        throw Refusal("the permutation " + to_string(transpose.permutation) + " does not match " +
                      to_string(x));
    require_axes(transpose.permutation, x);
    Shape moved;
    for (const int64_t axis : transpose.permutation) moved.push_back(x[static_cast<size_t>(axis)]);
    return {moved};
}

Shapes rule(const op::Concat &concat, const Shapes &inputs) {
    if (inputs.empty()) throw Refusal("it has no inputs");
    Shape joined = inputs[0];
    const size_t axis = checked_axis(concat.axis, joined);
    joined[axis] = 0;
    for (const Shape &input : inputs) {
        Shape others = input;
        if (axis < others.size()) others[axis] = joined[axis];
        if (others != joined)
            throw Refusal("it joins " + to_string(inputs[0]) + " and " + to_string(input) +
                          " along axis " + std::to_string(concat.axis));
        joined[axis] += input[axis];
    }
    return {joined};
}

Shapes rule(const op::Split &split, const Shapes &inputs) {
    require_inputs(inputs, 1);
    const size_t axis = checked_axis(split.axis, inputs[0]);
    Shapes pieces;
    int64_t rest = inputs[0][axis];
    for (const int64_t length : split.lengths) {
        if (length < 0 || length > rest)
            throw Refusal("lengths " + to_string(split.lengths) + " of " + to_string(inputs[0]));
        rest -= length;
        pieces.push_back(inputs[0]);
        pieces.back()[axis] = length;
    }
    if (rest != 0)
        throw Refusal("lengths " + to_string(split.lengths) + " of " + to_string(inputs[0]));
    return pieces;
}

Shapes rule(const op::Pad &pad, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Shape shape = inputs[0];
    if (pad.begin.size() != shape.size() || pad.end.size() != shape.size())
        throw Refusal("its paddings do not match its input " + to_string(shape));
    for (size_t i = 0; i < shape.size(); ++i) {
        const int64_t dim = shape[i], begin = pad.begin[i], end = pad.end[i];
        constexpr int64_t kMost = int64_t{1} << 40;
        if (begin < -dim || end < -dim || begin > kMost || end > kMost || dim + begin + end < 0)
            throw Refusal("paddings of " + std::to_string(begin) + " and " + std::to_string(end) +
                          " at an axis of " + std::to_string(dim));
        const bool mirrors =
            pad.mode == op::PadMode::kReflect || pad.mode == op::PadMode::kSymmetric;
        if ((begin > 0 || end > 0) &&
            ((mirrors && std::max(begin, end) > most_mirrored(pad.mode, dim)) ||
             (pad.mode == op::PadMode::kEdge && dim == 0)))
            throw Refusal("paddings of " + std::to_string(begin) + " and " + std::to_string(end) +
                          " out of an axis of " + std::to_string(dim));
        shape[i] += begin + end;
    }
    return {shape};
}

Shapes rule(const op::Tile &tile, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Shape shape = inputs[0], repeats = tile.repeats;
    const size_t rank = std::max(shape.size(), repeats.size());
    shape.insert(shape.begin(), rank - shape.size(), 1);
    repeats.insert(repeats.begin(), rank - repeats.size(), 1);
    for (size_t i = 0; i < rank; ++i) shape[i] = checked_element_count({shape[i], repeats[i]});
    return {shape};
}

Shapes rule(const op::Broadcast &broadcast, const Shapes &inputs) {
    require_inputs(inputs, 1);
    checked_element_count(broadcast.shape);
    if (broadcast_together(inputs[0], broadcast.shape) != broadcast.shape)
        throw Refusal("it spreads " + to_string(inputs[0]) + " to " + to_string(broadcast.shape));
    return {broadcast.shape};
}

}  // namespace ascendcl::host::engine::shape_rules
