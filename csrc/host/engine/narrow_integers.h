// The CPU plugin computes int64, uint64 and uint32 in int32. Programs that hand it such inputs as
// they are, as an IR's does, look at the values first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/openvino.hpp>
#include <optional>
#include <string>

namespace ascendcl::host::engine {

// Words that name the input, its first element beyond int32 and that element's value; nothing for
// other types, or where all fit. `data` holds the whole tensor.
std::optional<std::string> beyond_32_bits(const ov::Output<const ov::Node> &port, const void *data);

}  // namespace ascendcl::host::engine
