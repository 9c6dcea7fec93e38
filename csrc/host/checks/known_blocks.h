// What the checks ask the runtime about memory. It stands above them, and answers in
// runtime/memory.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::host::checks {

enum class Place {
    kUnknown,     // the program's own
    kHost,        // allocated by the runtime
    kRegistered,  // the program's own, and the device's too
    kDevice,
};

struct Block {
    const void *start = nullptr;
    size_t size = 0;
    Place place = Place::kUnknown;
};

// The live block around an address.
Block block_around(const void *address) noexcept;

// Whether all of it lies in live blocks, without a gap.
bool is_in_blocks(const void *address, size_t size) noexcept;

}  // namespace ascendcl::host::checks
