// Device memory for the inputs and outputs of the models on one work memory. They run one after
// another, and so one after another use this, too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace ascendcl::core {

// Whoever calls holds the turn on the work memory, but for size(), and is in a context of it.
class GroupMemory {
   public:
    // Has it be of at least this size: it may move.
    Status reserve(size_t size) noexcept;
    Status release() noexcept;

    void *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    // How often it has moved: what was laid out before is to be laid out anew.
    uint64_t moves() const noexcept { return moves_; }

   private:
    void *data_ = nullptr;
    std::atomic<size_t> size_{0};
    uint64_t moves_ = 0;
};

}  // namespace ascendcl::core
