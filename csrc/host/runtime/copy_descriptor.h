// Copies described in device memory: what the descriptor says when its turn comes is what is
// copied.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

struct CopyDescriptor {
    uint64_t mark;  // kDescriptorMark
    const void *source;
    void *destination;
    size_t count;
    uint64_t reserved[4];
};
inline constexpr uint64_t kDescriptorMark = 0x6373656470630A01;

// Both throw Failure(107000) where the memory is not the runtime's.
void write_copy_descriptor(void *descriptor, const void *source, void *destination, size_t count);
aclError copy_by_descriptor(const void *descriptor, aclrtStream stream);

}  // namespace ascendcl::host
