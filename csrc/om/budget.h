// What decoding may allocate, as a multiple of the bytes decoded: a file of a million two-byte ops
// is refused instead of filling the memory. Every vector of the decoded model is reserved here, to
// its exact size.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "om/error.h"

namespace ascendcl::om {

class Budget {
   public:
    // Graph and descriptors of one file are alive together and both charge twice the same bytes.
    static constexpr size_t kFactor = 2;
    static constexpr size_t kFloor = 64 * 1024;  // small files need a few records all the same
    static constexpr size_t kAllocationOverhead = 16;

    explicit Budget(size_t source_size) noexcept : left_(source_size * kFactor + kFloor) {}

    void charge(size_t count, size_t size) {
        if (count > left_ / size) {
            throw Error(ErrorCode::kTooComplex,
                        "decoding the file would need more than its size in memory several times "
                        "over; it is damaged or made to exhaust memory");
        }
        left_ -= count * size;
    }

    template <typename T>
    void reserve(std::vector<T> &vector, size_t count) {
        if (count == 0) return;
        charge(1, kAllocationOverhead);
        charge(count, sizeof(T));
        vector.reserve(count);
    }

   private:
    size_t left_;
};

}  // namespace ascendcl::om
