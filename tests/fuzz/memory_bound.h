// What a fuzz target may allocate, as a multiple of its input: a parser that believes a length is
// found so. Counts the allocations of the calling thread while it lives, and aborts beyond. Reading
// is bounded as a whole; loading by each allocation, for lowering widens constants one by one.
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
