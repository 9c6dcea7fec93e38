// One function per plain op, by overload: its inputs as OpenVINO outputs, its outputs as those.
// Families are one file each. These take f32 and OpenVINO's booleans, and the ops that move
// elements any type; typed_emit.h is before them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

using Outputs = ov::OutputVector;

// convolution.cpp
Outputs emit(const op::Convolution &convolution, const Outputs &inputs);
Outputs emit(const op::TransposedConvolution &convolution, const Outputs &inputs);
// pool.cpp
Outputs emit(const op::Pool &pool, const Outputs &inputs);
// elementwise.cpp
Outputs emit(const op::Unary &unary, const Outputs &inputs);
Outputs emit(const op::Binary &binary, const Outputs &inputs);
Outputs emit(const op::Select &select, const Outputs &inputs);
Outputs emit(const op::PRelu &prelu, const Outputs &inputs);
// matmul.cpp
Outputs emit(const op::MatMul &matmul, const Outputs &inputs);
// reduce.cpp
Outputs emit(const op::Reduce &reduce, const Outputs &inputs);
Outputs emit(const op::Softmax &softmax, const Outputs &inputs);
Outputs emit(const op::MeanVarianceNormalization &mvn, const Outputs &inputs);
Outputs emit(const op::LocalResponse &lrn, const Outputs &inputs);
// index.cpp
Outputs emit(const op::TopK &top, const Outputs &inputs);
Outputs emit(const op::CumulativeSum &sum, const Outputs &inputs);
Outputs emit(const op::OneHot &one_hot, const Outputs &inputs);
Outputs emit(const op::GatherElements &gather, const Outputs &inputs);
Outputs emit(const op::GatherNd &gather, const Outputs &inputs);
// resize.cpp
Outputs emit(const op::Resize &resize, const Outputs &inputs);
// shape.cpp
Outputs emit(const op::Reshape &reshape, const Outputs &inputs);
Outputs emit(const op::Transpose &transpose, const Outputs &inputs);
Outputs emit(const op::Concat &concat, const Outputs &inputs);
Outputs emit(const op::Split &split, const Outputs &inputs);
Outputs emit(const op::StridedSlice &slice, const Outputs &inputs);
Outputs emit(const op::Pad &pad, const Outputs &inputs);
// With `fill`, a scalar of the input's type, for the value of `pad`.
ov::Output<ov::Node> padded(const ov::Output<ov::Node> &x, const op::Pad &pad,
                            const ov::Output<ov::Node> &fill);
Outputs emit(const op::Gather &gather, const Outputs &inputs);
Outputs emit(const op::Tile &tile, const Outputs &inputs);
Outputs emit(const op::Broadcast &broadcast, const Outputs &inputs);
Outputs emit(const op::DepthToSpace &depth_to_space, const Outputs &inputs);
Outputs emit(const op::SpaceToDepth &space_to_depth, const Outputs &inputs);
// random.cpp
Outputs emit(const op::RandomNormal &random, const Outputs &inputs);

// io.cpp
// The OpenVINO type of an OM type at the model's boundary. Throws Refusal.
ov::element::Type element_type(om::DataType dtype);

ov::Output<ov::Node> empty_constant(ov::element::Type type, const Shape &shape);
ov::Output<ov::Node> integer_constant(const std::vector<int64_t> &values);
ov::Output<ov::Node> integer_scalar(int64_t value);
ov::Output<ov::Node> scalar_like(const ov::Output<ov::Node> &x, double value);
ov::Output<ov::Node> permuted(const ov::Output<ov::Node> &x, const std::vector<int64_t> &order);
ov::Output<ov::Node> reshaped(const ov::Output<ov::Node> &x, const Shape &shape);
// Between NHWC and NCHW, where `channels_last` asks for it.
ov::Output<ov::Node> to_channels_first(const ov::Output<ov::Node> &x, bool channels_last);
ov::Output<ov::Node> from_channels_first(const ov::Output<ov::Node> &x, bool channels_last);

}  // namespace ascendcl::host::engine
