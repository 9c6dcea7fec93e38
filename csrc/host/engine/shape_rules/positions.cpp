// Ops that take elements by their positions.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine::shape_rules {
namespace {

[[noreturn]] void misfit(const Shapes &inputs) {
    throw Refusal("the indices " + to_string(inputs[1]) + " do not fit " + to_string(inputs[0]));
}

bool has_bit(int64_t mask, size_t index) { return index < 63 && ((mask >> index) & 1) != 0; }

// How many elements from `begin` to `end` in steps, as Python counts them.
int64_t sliced(int64_t dim, int64_t begin, bool from_start, int64_t end, bool to_end,
               int64_t step) {
    if (step == 0) throw Refusal("a stride is 0");
    const int64_t first = step > 0 ? 0 : -1, last = step > 0 ? dim : dim - 1;
    const auto clamped = [&](int64_t position) {
        if (position < 0) position += dim;
        return std::clamp(position, first, last);
    };
    begin = from_start ? (step > 0 ? first : last) : clamped(begin);
    end = to_end ? (step > 0 ? last : first) : clamped(end);
    const int64_t way = step > 0 ? end - begin : begin - end;
    if (way <= 0) return 0;
    // The smallest integer has no positive twin.
    const uint64_t stride =
        step > 0 ? static_cast<uint64_t>(step) : uint64_t{0} - static_cast<uint64_t>(step);
    return static_cast<int64_t>((static_cast<uint64_t>(way) - 1) / stride) + 1;
}

}  // namespace

Shapes rule(const op::OneHot &one_hot, const Shapes &inputs) {
    require_inputs(inputs, 3);
    if (one_hot.depth < 0) throw Refusal("its depth is negative");
    for (size_t i = 1; i < 3; ++i)
        if (!inputs[i].empty()) throw Refusal("its values are " + to_string(inputs[i]));
    Shape out = inputs[0];
    if (one_hot.axis < 0 || static_cast<size_t>(one_hot.axis) > out.size())
        throw Refusal("axis " + std::to_string(one_hot.axis) + " of " + to_string(out));
    out.insert(out.begin() + static_cast<long>(one_hot.axis), one_hot.depth);
    return {out};
}

Shapes rule(const op::Gather &gather, const Shapes &inputs) {
    require_inputs(inputs, 2);
    const Shape &data = inputs[0], &indices = inputs[1];
    const auto axis = static_cast<long>(checked_axis(gather.axis, data));
    const int64_t batch = gather.batch_dims;
    if (batch < 0 || batch > axis || static_cast<size_t>(batch) > indices.size() ||
        !std::equal(data.begin(), data.begin() + batch, indices.begin()))
        throw Refusal("attribute 'batch_dims' is " + std::to_string(batch) + " for " +
                      to_string(data) + " and indices " + to_string(indices));
    Shape out(data.begin(), data.begin() + axis);
    out.insert(out.end(), indices.begin() + batch, indices.end());
    out.insert(out.end(), data.begin() + axis + 1, data.end());
    return {out};
}

Shapes rule(const op::GatherElements &gather, const Shapes &inputs) {
    require_inputs(inputs, 2);
    const size_t axis = checked_axis(gather.axis, inputs[0]);
    if (inputs[0].size() != inputs[1].size()) misfit(inputs);
    for (size_t i = 0; i < inputs[0].size(); ++i)
        if (i != axis && inputs[1][i] != inputs[0][i]) misfit(inputs);
    return {inputs[1]};
}

Shapes rule(const op::GatherNd &, const Shapes &inputs) {
    require_inputs(inputs, 2);
    const Shape &data = inputs[0], &indices = inputs[1];
    if (data.empty() || indices.empty()) misfit(inputs);
    const int64_t coordinates = indices.back();
    if (coordinates < 1 || static_cast<size_t>(coordinates) > data.size()) misfit(inputs);
    Shape out(indices.begin(), indices.end() - 1);
    out.insert(out.end(), data.begin() + coordinates, data.end());
    return {out};
}

Shapes rule(const op::SliceAt &slice, const Shapes &inputs) {
    require_inputs(inputs, 2, 3);
    const Shape &x = inputs[0];
    if (inputs[1] != Shape{static_cast<int64_t>(x.size())} || inputs.back() != inputs[1] ||
        slice.size.size() != x.size())
        throw Refusal("offsets " + to_string(inputs[1]) + " and size " + to_string(slice.size) +
                      " do not match its input " + to_string(x));
    for (size_t i = 0; i < x.size(); ++i)
        if (slice.size[i] < 0 || slice.size[i] > x[i])
            throw Refusal("size " + to_string(slice.size) + " of " + to_string(x));
    return {slice.size};
}

Shapes rule(const op::Require &require, const Shapes &inputs) {
    require_inputs(inputs, 2);
    if (element_count(inputs[1]) != static_cast<int64_t>(require.values.size()))
        throw Refusal("its " + require.what + " has shape " + to_string(inputs[1]));
    return {inputs[0]};
}

// As TensorFlow has it: an ellipsis stands for the dims that no other entry is about.
Shapes rule(const op::StridedSlice &slice, const Shapes &inputs) {
    require_inputs(inputs, 1);
    const Shape &x = inputs[0];
    const size_t entries = slice.begin.size();
    if (slice.end.size() != entries || slice.strides.size() != entries)
        throw Refusal("begin, end and strides differ in length");
    size_t taken = 0, ellipses = 0;
    for (size_t i = 0; i < entries; ++i) {
        if (has_bit(slice.ellipsis_mask, i))
            ++ellipses;
        else if (!has_bit(slice.new_axis_mask, i))
            ++taken;
    }
    if (ellipses > 1) throw Refusal("it has more than one ellipsis");
    if (taken > x.size())
        throw Refusal("it slices " + std::to_string(taken) + " dims of " + to_string(x));
    Shape out;
    size_t axis = 0;
    for (size_t i = 0; i < entries; ++i) {
        if (has_bit(slice.ellipsis_mask, i)) {
            for (size_t k = taken; k < x.size(); ++k) out.push_back(x[axis++]);
            continue;
        }
        if (has_bit(slice.new_axis_mask, i)) {
            out.push_back(1);
            continue;
        }
        const int64_t dim = x[axis++];
        if (has_bit(slice.shrink_axis_mask, i)) {
            const int64_t position = slice.begin[i];
            if (slice.strides[i] < 1) throw Refusal("a stride of a dropped axis is not positive");
            if (position < -dim || position >= dim)
                throw Refusal("begin " + std::to_string(position) + " of an axis of " +
                              std::to_string(dim));
            continue;
        }
        out.push_back(sliced(dim, slice.begin[i], has_bit(slice.begin_mask, i), slice.end[i],
                             has_bit(slice.end_mask, i), slice.strides[i]));
    }
    while (axis < x.size()) out.push_back(x[axis++]);
    return {out};
}

}  // namespace ascendcl::host::engine::shape_rules
