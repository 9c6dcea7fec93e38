// 64-bit constants beyond 32 bits, which the CPU plugin cuts to the nearest number that there is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>
#include <optional>
#include <string>

namespace ascendcl::host::engine {

// Words that name the first op that computes with such a constant, or passes it on, and its value;
// nothing where there is none. Ends of slices, greatest values of clips and the like are far out on
// purpose and mean the same when they are cut.
std::optional<std::string> constant_beyond_32_bits(const ov::Model &model);

}  // namespace ascendcl::host::engine
