// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// True when `value` is an input of the model in another shape or type at most. The CPU plugin does
// not write such an output when both are the caller's memory: something has to compute it.
bool is_passed_through(ov::Output<ov::Node> value);

}  // namespace ascendcl::host::engine
