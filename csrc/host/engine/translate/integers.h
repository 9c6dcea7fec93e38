// Integer arithmetic that OpenVINO's CPU plugin does in floating point, where numbers past 2^24 are
// rounded. Here it is exact; what does not fit wraps around.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>
#include <optional>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

// The product of two int8 or two int32 matrices, or batches of them, in int32. Throws Refusal for
// other types.
ov::Output<ov::Node> integer_product(const ov::Output<ov::Node> &a, const ov::Output<ov::Node> &b,
                                     const op::MatMul &matmul);

// Nothing where OpenVINO's own op is exact, or the operands are not int32.
std::optional<ov::Output<ov::Node>> exact_binary(op::BinaryKind kind, const ov::Output<ov::Node> &a,
                                                 const ov::Output<ov::Node> &b);
std::optional<ov::Output<ov::Node>> exact_reduction(const op::Reduce &reduce,
                                                    const ov::Output<ov::Node> &x);

}  // namespace ascendcl::host::engine
