// A Loop that runs no time at all leaves in the CPU plugin what an earlier execution, another
// request's, has put into the outputs that it joins of all its rounds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Puts a check before the trip count and the first condition of such loops, where they are no
// constants. A program that would not run one of them even once fails with the words of a
// RunTimeRefusal (translate/run_time_values.h).
void guard_loops(const ov::Model &model);

}  // namespace ascendcl::host::engine
