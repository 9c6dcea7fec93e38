// Addresses and memory apart: acl_rt.h "Virtual memory: addresses and physical memory apart".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/device.h"
#include "host/runtime/shared_memory.h"
#include "host/runtime/virtual_memory.h"

using namespace ascendcl::host;

namespace {

// The device where memory with these properties lies, -1 for the host.
int32_t device_of(const aclrtPhysicalMemProp *prop) {
    require(prop != nullptr, "prop is null");
    require(prop->handleType == ACL_MEM_HANDLE_TYPE_NONE ||
                prop->handleType == ACL_MEM_HANDLE_TYPE_POSIX,
            "no such type of handle");
    require(prop->allocationType == ACL_MEM_ALLOCATION_TYPE_PINNED, "no such type of allocation");
    require(static_cast<uint32_t>(prop->memAttr) <= ACL_HBM_MEM_P2P_HUGE1G,
            "no such kind of memory");
    require(prop->location.type == ACL_MEM_LOCATION_TYPE_HOST ||
                prop->location.type == ACL_MEM_LOCATION_TYPE_DEVICE,
            "memory is allocated on the host or on a device");
    if (prop->location.type == ACL_MEM_LOCATION_TYPE_HOST) return -1;
    return device(static_cast<int32_t>(prop->location.id)).id;
}

}  // namespace

// Whether pages are to be huge is for the host's system to decide.
aclError aclrtReserveMemAddress(void **virPtr, size_t size, size_t alignment, void *expectPtr,
                                uint64_t flags) {
    return guarded(__func__, [&] {
        require(virPtr != nullptr && size != 0, "virPtr is null or the size 0");
        require(alignment == 0, "alignment is reserved and must be 0");
        require(flags <= 1, "flags is neither 0 nor 1");
        *virPtr = reserve_addresses(size, expectPtr);
    });
}

aclError aclrtReleaseMemAddress(void *virPtr) {
    return guarded(__func__, [&] {
        require(virPtr != nullptr, "virPtr is null");
        release_addresses(virPtr);
    });
}

aclError aclrtMallocPhysical(aclrtDrvMemHandle *handle, size_t size,
                             const aclrtPhysicalMemProp *prop, uint64_t flags) {
    return guarded(__func__, [&] {
        require(handle != nullptr && size != 0, "handle is null or the size 0");
        require(flags == 0, "flags is reserved and must be 0");
        *handle = allocate_physical_memory(size, device_of(prop));
    });
}

aclError aclrtFreePhysical(aclrtDrvMemHandle handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        free_physical_memory(handle);
    });
}

aclError aclrtMapMem(void *virPtr, size_t size, size_t offset, aclrtDrvMemHandle handle,
                     uint64_t flags) {
    return guarded(__func__, [&] {
        require(virPtr != nullptr && handle != nullptr && size != 0,
                "a pointer is null or the size 0");
        require(offset == 0 && flags == 0, "offset and flags are reserved and must be 0");
        map_memory(virPtr, size, handle);
    });
}

aclError aclrtUnmapMem(void *virPtr) {
    return guarded(__func__, [&] {
        require(virPtr != nullptr, "virPtr is null");
        unmap_memory(virPtr);
    });
}

aclError aclrtMemGetAllocationGranularity(aclrtPhysicalMemProp *prop,
                                          aclrtMemGranularityOptions option, size_t *granularity) {
    return guarded(__func__, [&] {
        require(granularity != nullptr, "granularity is null");
        require(option == ACL_RT_MEM_ALLOC_GRANULARITY_MINIMUM ||
                    option == ACL_RT_MEM_ALLOC_GRANULARITY_RECOMMENDED,
                "no such option");
        device_of(prop);
        *granularity = kMemoryGranularity;
    });
}

aclError aclrtMemExportToShareableHandle(aclrtDrvMemHandle handle, aclrtMemHandleType handleType,
                                         uint64_t flags, uint64_t *shareableHandle) {
    return guarded(__func__, [&] {
        require(handle != nullptr && shareableHandle != nullptr, "a pointer is null");
        require(handleType == ACL_MEM_HANDLE_TYPE_NONE || handleType == ACL_MEM_HANDLE_TYPE_POSIX,
                "no such type of handle");
        require(flags == ACL_RT_VMM_EXPORT_FLAG_DEFAULT ||
                    flags == ACL_RT_VMM_EXPORT_FLAG_DISABLE_PID_VALIDATION,
                "no such flags");
        *shareableHandle =
            export_physical_memory(handle, flags == ACL_RT_VMM_EXPORT_FLAG_DISABLE_PID_VALIDATION);
    });
}

aclError aclrtMemSetPidToShareableHandle(uint64_t shareableHandle, int32_t *pid, size_t pidNum) {
    return guarded(__func__, [&] {
        require(pid != nullptr && pidNum != 0, "pid is null or their number 0");
        SharedFile::open(shareableHandle).allow(pid, pidNum);
    });
}

aclError aclrtMemImportFromShareableHandle(uint64_t shareableHandle, int32_t deviceId,
                                           aclrtDrvMemHandle *handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        *handle = import_physical_memory(shareableHandle, device(deviceId).id);
    });
}
