// The CPU plugin reads, and writes, where an index points, whether that is in the tensor or not, or
// takes zeros from there. Indices that a request brings are looked at first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Puts a check before each input of the model's ops that points into an axis of another one and is
// no constant. A program that meets an index beyond its axis fails with the words of a
// RunTimeRefusal (translate/run_time_values.h).
void check_indices(const ov::Model &model);

}  // namespace ascendcl::host::engine
