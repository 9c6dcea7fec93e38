// The CPU plugin computes 64-bit integers in 32 bits, and sums, powers and products of matrices of
// any integers in float32. Where a request leads to a result that has no room there is looked at
// before the op.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Puts a check before an op whose integer results may not be what they should: arithmetic, sums,
// products of matrices, casts from floats. A program that meets one fails with the words of a
// RunTimeRefusal (translate/run_time_values.h). Its operands must be of 32 bits by value: the
// checks of inputs and of ops before it see to that.
void check_result(ov::Node &node);

}  // namespace ascendcl::host::engine
