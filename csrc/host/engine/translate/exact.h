// Computations with integers and float64, which OpenVINO's CPU plugin does in 32 bits and partly in
// f32. Here they are exact; what does not fit wraps around, as two's complement does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/engine/translate/typed.h"

namespace ascendcl::host::engine {

// exact_elementwise.cpp. Nothing for operands that OpenVINO computes with: float32, and booleans of
// its own. Throws Refusal for what the op is not defined for.
std::optional<Typed> exact_unary(const op::Unary &unary, const Typed &x);
std::optional<Typed> exact_binary(op::BinaryKind kind, const Typed &a, const Typed &b);
std::optional<Typed> exact_select(const Typed &condition, const Typed &a, const Typed &b);

// exact_reduce.cpp
std::optional<Typed> exact_reduction(const op::Reduce &reduce, const Typed &x);
std::optional<Typed> exact_sum_along(const op::CumulativeSum &sum, const Typed &x);
// Values and indices.
std::optional<TypedList> exact_top(const op::TopK &top, const Typed &x);

// integer_product.cpp: the product of two integer matrices, or batches of them, of one type. That
// of int8 is int32. Throws Refusal for types that have none.
Typed integer_product(const Typed &a, const Typed &b, const op::MatMul &matmul);

// exact_cast.cpp
// Reals are cut off towards zero, and to the nearest number that there is; a NaN is 0. Integers
// are cut off to their lowest bits.
Typed converted(const Typed &x, om::DataType dtype);
// Positions in i32, for OpenVINO's ops: numbers past it stay past any dim.
ov::Output<ov::Node> as_index(const Typed &x);
// The same bytes at another place.
Typed copied(const Typed &x);
// Elements as f32 numbers of 16 bits each, the lowest first, and back.
std::vector<ov::Output<ov::Node>> half_words(const Typed &x);
Typed joined(const std::vector<ov::Output<ov::Node>> &words, om::DataType dtype);

}  // namespace ascendcl::host::engine
