// Products of matrices of 8-bit integers, which quantised models are made of. Their sums are added
// up in float32 like those of other integers: beyond 2^24 in the seventh digit, where the operands
// themselves were rounded in the third. So they are told, not refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// True of a product of two operands that are 8-bit integers less a zero point.
bool is_byte_product(const ov::Node &node);

// True where a sum of one of them may be beyond 2^24.
bool rounds_byte_products(const ov::Model &model);

}  // namespace ascendcl::host::engine
