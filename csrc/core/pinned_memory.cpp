// aclrtMallocHost and aclrtFreeHost.
// SPDX-License-Identifier: Apache-2.0
#include "core/pinned_memory.h"

#include <new>
#include <utility>

namespace ascendcl::core {

Status PinnedMemory::allocate(ContextHandle context, size_t size,
                              std::unique_ptr<PinnedMemory> &memory) noexcept {
    return make_in(*context, [&]() -> Status {
        void *data = nullptr;
        if (aclError code = aclrtMallocHost(&data, size); code != ACL_SUCCESS) {
            return {code, "aclrtMallocHost"};
        }
        try {
            memory = std::make_unique<PinnedMemory>(std::move(context), data);
            return {};
        } catch (const std::bad_alloc &) {
            aclrtFreeHost(data);
            return {ACL_ERROR_BAD_ALLOC, "aclrtMallocHost"};
        }
    });
}

PinnedMemory::~PinnedMemory() {
    const InFlight flight;
    if (nothing_to_release()) return;
    const CurrentContext scope(*context_);
    // Memory of the host does not go with a context that is lost.
    report_later({aclrtFreeHost(data_), "aclrtFreeHost"});
}

}  // namespace ascendcl::core
