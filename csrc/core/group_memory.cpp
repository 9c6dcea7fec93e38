// Growing and releasing the memory of a group of models.
// SPDX-License-Identifier: Apache-2.0
#include "core/group_memory.h"

#include <utility>

#include "core/process.h"

namespace ascendcl::core {

Status GroupMemory::reserve(size_t size) noexcept {
    if (size <= size_) return {};
    void *larger = nullptr;
    if (aclError code = aclrtMalloc(&larger, size, ACL_MEM_MALLOC_HUGE_FIRST);
        code != ACL_SUCCESS) {
        return {code, "aclrtMalloc"};
    }
    // The others' memory moves whether or not the old one can be freed.
    if (void *before = std::exchange(data_, larger)) {
        report_later({aclrtFree(before), "aclrtFree"});
    }
    size_ = size;
    ++moves_;
    return {};
}

Status GroupMemory::release() noexcept {
    void *const data = std::exchange(data_, nullptr);
    size_ = 0;
    return data == nullptr ? Status{} : Status{aclrtFree(data), "aclrtFree"};
}

}  // namespace ascendcl::core
