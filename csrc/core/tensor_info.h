// What a model says of an input or output.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "acl/acl.h"

namespace ascendcl::core {

using Dims = std::vector<int64_t>;

struct TensorInfo {
    std::string name;
    Dims dims;  // negative where they are chosen at each execution
    aclDataType dtype = ACL_DT_UNDEFINED;
    aclFormat format = ACL_FORMAT_UNDEFINED;
    size_t size = 0;                                  // bytes on the device, of the largest shape
    std::vector<std::pair<int64_t, int64_t>> ranges;  // of an input with dynamic shapes
};

}  // namespace ascendcl::core
