// How many of the greatest a TopK wants: what its axis does not have is told before the plugin
// tells of its own descriptors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>

namespace ascendcl::host::engine {

// Does nothing for other ops. A count that is known is looked at now, which throws Refusal; one
// that comes from a request in the run, which fails with the words of a RunTimeRefusal
// (translate/run_time_values.h).
void check_count(ov::Node &node, bool comes_from_a_request);

}  // namespace ascendcl::host::engine
