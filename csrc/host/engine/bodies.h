// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <openvino/core/model.hpp>
#include <openvino/op/util/multi_subgraph_base.hpp>
#include <vector>

namespace ascendcl::host::engine {

// The graphs inside of a node: an If has two, a Loop one, most have none.
inline std::vector<std::shared_ptr<ov::Model>> bodies_of(const ov::Node &node) {
    const auto *outer = dynamic_cast<const ov::op::util::MultiSubGraphOp *>(&node);
    return outer == nullptr ? std::vector<std::shared_ptr<ov::Model>>{} : outer->get_functions();
}

}  // namespace ascendcl::host::engine
