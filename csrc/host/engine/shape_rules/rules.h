// One rule per plain op, by overload, and what rules are made of. Families are one file each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "host/engine/shape_rules/shape_rules.h"

namespace ascendcl::host::engine::shape_rules {

// elementwise.cpp
Shapes rule(const op::Unary &unary, const Shapes &inputs);
Shapes rule(const op::Binary &binary, const Shapes &inputs);
Shapes rule(const op::Select &select, const Shapes &inputs);
Shapes rule(const op::PRelu &prelu, const Shapes &inputs);
Shapes rule(const op::Cast &cast, const Shapes &inputs);
// windows.cpp
Shapes rule(const op::Convolution &conv, const Shapes &inputs);
Shapes rule(const op::TransposedConvolution &conv, const Shapes &inputs);
Shapes rule(const op::Pool &pool, const Shapes &inputs);
Shapes rule(const op::Resize &resize, const Shapes &inputs);
Shapes rule(const op::LocalResponse &lrn, const Shapes &inputs);
Shapes rule(const op::DepthToSpace &op, const Shapes &inputs);
Shapes rule(const op::SpaceToDepth &op, const Shapes &inputs);
// axes.cpp
Shapes rule(const op::MatMul &matmul, const Shapes &inputs);
Shapes rule(const op::Reduce &reduce, const Shapes &inputs);
Shapes rule(const op::Softmax &softmax, const Shapes &inputs);
Shapes rule(const op::ArgExtreme &arg, const Shapes &inputs);
Shapes rule(const op::TopK &top, const Shapes &inputs);
Shapes rule(const op::CumulativeSum &sum, const Shapes &inputs);
Shapes rule(const op::MeanVarianceNormalization &mvn, const Shapes &inputs);
// positions.cpp
Shapes rule(const op::OneHot &one_hot, const Shapes &inputs);
Shapes rule(const op::Gather &gather, const Shapes &inputs);
Shapes rule(const op::GatherElements &gather, const Shapes &inputs);
Shapes rule(const op::GatherNd &gather, const Shapes &inputs);
Shapes rule(const op::SliceAt &slice, const Shapes &inputs);
Shapes rule(const op::StridedSlice &slice, const Shapes &inputs);
Shapes rule(const op::Require &require, const Shapes &inputs);
// layout.cpp
Shapes rule(const op::Parameter &parameter, const Shapes &inputs);
Shapes rule(const op::Constant &constant, const Shapes &inputs);
Shapes rule(const op::RandomNormal &random, const Shapes &inputs);
Shapes rule(const op::Reshape &reshape, const Shapes &inputs);
Shapes rule(const op::Transpose &transpose, const Shapes &inputs);
Shapes rule(const op::Concat &concat, const Shapes &inputs);
Shapes rule(const op::Split &split, const Shapes &inputs);
Shapes rule(const op::Pad &pad, const Shapes &inputs);
Shapes rule(const op::Tile &tile, const Shapes &inputs);
Shapes rule(const op::Broadcast &broadcast, const Shapes &inputs);

// Throws Refusal for another number of inputs.
void require_inputs(const Shapes &inputs, size_t least, size_t most);
inline void require_inputs(const Shapes &inputs, size_t count) {
    require_inputs(inputs, count, count);
}
void require_rank(const Shape &shape, size_t rank);
// Throws Refusal when `axis` is none of the shape's; negative ones are not counted from its end.
size_t checked_axis(int64_t axis, const Shape &shape);
// The same for several, none of them twice.
void require_axes(const std::vector<int64_t> &axes, const Shape &shape);
// By numpy's rule. Throws Refusal.
Shape broadcast_together(const Shape &a, const Shape &b);

}  // namespace ascendcl::host::engine::shape_rules
