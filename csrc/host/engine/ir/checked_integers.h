// The CPU plugin does some of what it does with integers in float32, where neighbours beyond 2^24
// are one number: it compares them so, and divides. What a request leads to there is looked at
// first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Puts a check before each integer operand of such ops that depends on an input's values. A program
// that meets one that is not exact fails with the words of a RunTimeRefusal
// (translate/run_time_values.h).
void check_integers(const ov::Model &model);

}  // namespace ascendcl::host::engine
