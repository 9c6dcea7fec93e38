// Made one data buffer at a time: what a failure leaves behind is there for release().
// SPDX-License-Identifier: Apache-2.0
#include "core/data_set.h"

#include <utility>

namespace ascendcl::core {

Status DataSet::create(size_t count) {
    handle = aclmdlCreateDataset();
    if (handle == nullptr) return {ACL_ERROR_BAD_ALLOC, "aclmdlCreateDataset"};
    buffers.reserve(count);
    while (buffers.size() < count) {
        aclDataBuffer *buffer = aclCreateDataBuffer(nullptr, 0);
        if (buffer == nullptr) return {ACL_ERROR_BAD_ALLOC, "aclCreateDataBuffer"};
        buffers.push_back(buffer);
        if (aclError code = aclmdlAddDatasetBuffer(handle, buffer); code != ACL_SUCCESS) {
            return {code, "aclmdlAddDatasetBuffer"};
        }
    }
    return {};
}

Status DataSet::release() noexcept {
    Status first;
    if (aclmdlDataset *old = std::exchange(handle, nullptr)) {
        keep_first(first, aclmdlDestroyDataset(old), "aclmdlDestroyDataset");
    }
    for (aclDataBuffer *buffer : std::exchange(buffers, {})) {
        keep_first(first, aclDestroyDataBuffer(buffer), "aclDestroyDataBuffer");
    }
    return first;
}

}  // namespace ascendcl::core
