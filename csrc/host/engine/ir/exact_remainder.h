// The CPU plugin computes the remainder of two floats as a - b * trunc(a / b), which is another
// number where the quotient is near a whole one or is great.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Puts an exact one in the place of each that is computed of floats.
void compute_remainders_exactly(const ov::Model &model);

}  // namespace ascendcl::host::engine
