// Memory for the media units: acl_dvpp.h. There are no such units here; their memory is device
// memory like any other.
// SPDX-License-Identifier: Apache-2.0
#include "acl/ops/acl_dvpp.h"

#include "acl/acl.h"
#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"

using namespace ascendcl::host;

aclError acldvppMalloc(void **devPtr, size_t size) {
    return guarded(__func__, [&] {
        require(devPtr != nullptr && size != 0, "devPtr is null or the size 0");
        *devPtr = allocate_device_memory(current_context()->device(), size);
        checks::made(checks::ObjectKind::kDeviceMemory, *devPtr, size);
    });
}

aclError acldvppFree(void *devPtr) {
    return guarded(__func__, [&] {
        require(devPtr != nullptr, "devPtr is null");
        if (checks::is_strict()) checks::check_release(devPtr, find_allocation(devPtr).size);
        return free_device_memory(devPtr);
    });
}
