// Growing and releasing the memory of a group of models.
// SPDX-License-Identifier: Apache-2.0
#include "core/group_memory.h"

#include <utility>

#include "core/process.h"

namespace ascendcl::core {

Status GroupMemory::join(size_t size) noexcept {
    const std::lock_guard lock(mutex_);
    if (size > size_) {
        void *larger = nullptr;
        const aclError code = aclrtMalloc(&larger, size, ACL_MEM_MALLOC_HUGE_FIRST);
        if (code != ACL_SUCCESS) return {code, "aclrtMalloc"};
        // The others' memory moves whether or not the old one can be freed.
        if (void *before = std::exchange(data_, larger)) {
            report_later({aclrtFree(before), "aclrtFree"});
        }
        size_ = size;
        ++moves_;
    }
    ++members_;
    return {};
}

Status GroupMemory::leave() noexcept {
    const std::lock_guard lock(mutex_);
    if (--members_ > 0) return {};
    size_ = 0;
    void *const data = std::exchange(data_, nullptr);
    return data == nullptr ? Status{} : Status{aclrtFree(data), "aclrtFree"};
}

}  // namespace ascendcl::core
