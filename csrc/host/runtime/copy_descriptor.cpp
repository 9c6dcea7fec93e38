// Memory is checked when the copy is queued and when its turn comes: it may be freed meanwhile.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/copy_descriptor.h"

#include <cstring>

#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host {
namespace {

void check_memory(const void *address, size_t size) {
    require(is_live_memory(address, size), "the memory is none of the runtime's",
            ACL_ERROR_RT_PARAM_INVALID);
}

}  // namespace

void write_copy_descriptor(void *descriptor, const void *source, void *destination, size_t count) {
    current_context();
    check_memory(descriptor, sizeof(CopyDescriptor));
    const CopyDescriptor content{kDescriptorMark, source, destination, count, {}};
    std::memcpy(descriptor, &content, sizeof content);
}

aclError copy_by_descriptor(const void *descriptor, aclrtStream handle) {
    const auto stream = own_stream(handle);
    check_memory(descriptor, sizeof(CopyDescriptor));
    return stream->submit([descriptor] {
        check_memory(descriptor, sizeof(CopyDescriptor));
        CopyDescriptor content;
        std::memcpy(&content, descriptor, sizeof content);
        require(content.mark == kDescriptorMark, "this is no copy descriptor",
                ACL_ERROR_RT_PARAM_INVALID);
        check_memory(content.source, content.count);
        check_memory(content.destination, content.count);
        std::memmove(content.destination, content.source, content.count);
        return ACL_SUCCESS;
    });
}

}  // namespace ascendcl::host
