// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/node.hpp>
#include <string>

namespace ascendcl::host::engine {

// How messages name a node of an IR.
inline std::string words_of(const ov::Node &node) {
    return "node '" + node.get_friendly_name() + "' (" + node.get_type_name() + ")";
}

}  // namespace ascendcl::host::engine
