// Device memory for the inputs and outputs of the models on one work memory. They run one after
// another, and so one after another use this, too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "core/status.h"

namespace ascendcl::core {

// Each model that uses it is a member. Whoever joins or looks at it holds the turn on the work
// memory; whoever leaves does not use it any more. Both are in a context of the device.
class GroupMemory {
   public:
    // Has it be of at least this size: it may move.
    Status join(size_t size) noexcept;
    // With the last member it goes.
    Status leave() noexcept;

    void *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    // How often it has moved: what was laid out before is to be laid out anew.
    uint64_t moves() const noexcept { return moves_; }

   private:
    std::mutex mutex_;
    size_t members_ = 0;
    void *data_ = nullptr;
    std::atomic<size_t> size_{0};
    uint64_t moves_ = 0;
};

}  // namespace ascendcl::core
