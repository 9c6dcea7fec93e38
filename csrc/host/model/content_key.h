// What makes two .om files the same file: their length and a 128-bit hash of all bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <tuple>

#include "om/bytes.h"

namespace ascendcl::host::model {

struct ContentKey {
    uint64_t size = 0;
    uint64_t first = 0;
    uint64_t second = 0;

    friend bool operator<(const ContentKey &a, const ContentKey &b) noexcept {
        return std::tie(a.size, a.first, a.second) < std::tie(b.size, b.first, b.second);
    }
};

// Seeded per process, so that no file can be made to collide with another; keys are not for disk.
ContentKey content_key(om::Bytes bytes);

}  // namespace ascendcl::host::model
