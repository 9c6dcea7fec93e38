// A data set and its data buffers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/status.h"

namespace ascendcl::core {

// Whoever has one releases it: in the model's context, and told of failures.
struct DataSet {
    aclmdlDataset *handle = nullptr;
    std::vector<aclDataBuffer *> buffers;

    // With as many data buffers, which have no memory.
    Status create(size_t count);
    // All of it, also after a failure: the first one is answered.
    Status release() noexcept;
};

}  // namespace ascendcl::core
