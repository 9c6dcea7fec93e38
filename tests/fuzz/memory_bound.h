// What a fuzz target may allocate, as a multiple of its input: issue of every parser that believes
// a length. Counts the allocations of the calling thread while it lives, and aborts beyond.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::fuzz {

class MemoryBound {
   public:
    enum class Of { kAllTogether, kEachAllocation };

    MemoryBound(Of what, size_t input_size) noexcept;
    ~MemoryBound();
    MemoryBound(const MemoryBound &) = delete;
    MemoryBound &operator=(const MemoryBound &) = delete;
};

}  // namespace ascendcl::fuzz
