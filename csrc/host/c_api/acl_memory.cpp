// Memory of device and host: acl_rt.h "Device memory", "Page-locked and registered host memory",
// "Cache maintenance".
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/live_counts.h"
#include "host/runtime/memory.h"

using namespace ascendcl::host;

namespace {

// The policy asks for page sizes, of which a host has its own idea; even unknown ones are accepted.
void allocate(void **pointer, size_t size, size_t padding) {
    require(pointer != nullptr, "devPtr is null");
    require(size != 0, "the size is 0");
    *pointer = allocate_device_memory(current_context()->device(), size, padding);
    checks::made(checks::ObjectKind::kDeviceMemory, *pointer, size);
}

void allocate(void **pointer, size_t size, const aclrtMallocConfig *config) {
    require(pointer != nullptr, "devPtr is null");
    require(size != 0, "the size is 0");
    int32_t device_id = current_context()->device();
    for (size_t index = 0; config != nullptr && index < config->numAttrs; ++index) {
        require(config->attrs != nullptr, "the attributes are null");
        const aclrtMallocAttribute &attribute = config->attrs[index];
        if (attribute.attr == ACL_RT_MEM_ATTR_DEVICE_ID) {
            device_id = static_cast<int32_t>(attribute.value.deviceId);
        }
    }
    *pointer = allocate_device_memory(device_id, size);
    checks::made(checks::ObjectKind::kDeviceMemory, *pointer, size);
}

void allocate_host(void **pointer, size_t size) {
    require(pointer != nullptr, "the pointer is null");
    require(size != 0, "the size is 0");
    current_context();
    *pointer = allocate_pinned_memory(size);
    checks::made(checks::ObjectKind::kHostMemory, *pointer, size);
}

void check_unused(const void *pointer) {
    if (!checks::is_strict()) return;
    const Allocation found = find_allocation(pointer);
    if (found.base == pointer) checks::check_release(pointer, found.size);
}

// Caches are coherent here; what is left are the checks.
void check_cached_range(const void *address, size_t size) {
    require(address != nullptr && size != 0, "the pointer is null or the size 0");
}

aclrtMemUsageInfo usage(const char *name, uint64_t bytes, uint64_t peak, int64_t live) {
    aclrtMemUsageInfo info = {};
    std::snprintf(info.name, sizeof info.name, "%s", name);
    info.curMemSize = bytes;
    info.memPeakSize = peak;
    info.reserved[0] = static_cast<size_t>(live);
    return info;
}

}  // namespace

aclError aclrtMalloc(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
    return guarded(__func__, [&] { allocate(devPtr, size, kMallocPadding); });
}

aclError aclrtMallocAlign32(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
    return guarded(__func__, [&] { allocate(devPtr, size, size_t{0}); });
}

aclError aclrtMallocCached(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
    return guarded(__func__, [&] { allocate(devPtr, size, kMallocPadding); });
}

aclError aclrtMallocWithCfg(void **devPtr, size_t size, aclrtMemMallocPolicy policy,
                            aclrtMallocConfig *cfg) {
    return guarded(__func__, [&] { allocate(devPtr, size, cfg); });
}

aclError aclrtMallocForTaskScheduler(void **devPtr, size_t size, aclrtMemMallocPolicy policy,
                                     aclrtMallocConfig *cfg) {
    return guarded(__func__, [&] { allocate(devPtr, size, cfg); });
}

aclError aclrtFree(void *devPtr) {
    return guarded(__func__, [&] {
        require(devPtr != nullptr, "devPtr is null");
        check_unused(devPtr);
        return free_device_memory(devPtr);
    });
}

aclError aclrtFreeWithDevSync(void *devPtr) {
    return guarded(__func__, [&]() -> aclError {
        require(devPtr != nullptr, "devPtr is null");
        const aclError code = synchronize_current_device(-1);
        if (code != ACL_SUCCESS) return code;
        check_unused(devPtr);
        return free_device_memory(devPtr);
    });
}

aclError aclrtMallocHost(void **hostPtr, size_t size) {
    return guarded(__func__, [&] { allocate_host(hostPtr, size); });
}

aclError aclrtMallocHostWithCfg(void **ptr, uint64_t size, aclrtMallocConfig *cfg) {
    return guarded(__func__, [&] { allocate_host(ptr, size); });
}

aclError aclrtFreeHost(void *hostPtr) {
    return guarded(__func__, [&] {
        require(hostPtr != nullptr, "hostPtr is null");
        check_unused(hostPtr);
        return free_pinned_memory(hostPtr);
    });
}

aclError aclrtFreeHostWithDevSync(void *hostPtr) {
    return guarded(__func__, [&]() -> aclError {
        require(hostPtr != nullptr, "hostPtr is null");
        const aclError code = synchronize_current_device(-1);
        if (code != ACL_SUCCESS) return code;
        check_unused(hostPtr);
        return free_pinned_memory(hostPtr);
    });
}

aclError aclrtHostRegister(void *ptr, uint64_t size, aclrtHostRegisterType type, void **devPtr) {
    return guarded(__func__, [&] {
        require(ptr != nullptr && devPtr != nullptr, "a pointer is null");
        require(type == ACL_HOST_REGISTER_MAPPED || type == ACL_HOST_REGISTER_IOMEMORY ||
                    type == ACL_HOST_REGISTER_READONLY,
                "no such type of registration");
        current_context();
        register_host_memory(ptr, size);
        *devPtr = ptr;
    });
}

aclError aclrtHostRegisterV2(void *ptr, uint64_t size, uint32_t flag) {
    return guarded(__func__, [&] {
        require(ptr != nullptr, "ptr is null");
        constexpr uint32_t kFlags = ACL_HOST_REG_MAPPED | ACL_HOST_REG_IOMEMORY |
                                    ACL_HOST_REG_READONLY | ACL_HOST_REG_PINNED;
        require((flag & ~kFlags) == 0, "the flag has an unknown bit");
        current_context();
        register_host_memory(ptr, size);
    });
}

aclError aclrtHostUnregister(void *ptr) {
    return guarded(__func__, [&] {
        require(ptr != nullptr, "ptr is null");
        check_unused(ptr);
        unregister_host_memory(ptr);
    });
}

aclError aclrtHostGetDevicePointer(void *pHost, void **pDevice, uint32_t flag) {
    return guarded(__func__, [&] {
        require(pHost != nullptr && pDevice != nullptr, "a pointer is null");
        require(find_allocation(pHost).location == Location::kPinnedHost,
                "the memory is not registered", ACL_ERROR_HOST_MEMORY_NOT_REGISTERED);
        *pDevice = pHost;
    });
}

aclError aclrtPointerGetAttributes(const void *ptr, aclrtPtrAttributes *attributes) {
    return guarded(__func__, [&] {
        require(ptr != nullptr && attributes != nullptr, "a pointer is null");
        const Allocation found = find_allocation(ptr);
        *attributes = {};
        attributes->location.type = ACL_MEM_LOCATION_TYPE_UNREGISTERED;
        if (found.location == Location::kPinnedHost) {
            attributes->location.type = ACL_MEM_LOCATION_TYPE_HOST;
        } else if (found.location == Location::kDevice) {
            attributes->location.type = ACL_MEM_LOCATION_TYPE_DEVICE;
            attributes->location.id = static_cast<uint32_t>(found.device);
        }
        attributes->pageSize = 4096;
    });
}

aclError aclrtMemGetAddressRange(void *ptr, void **pbase, size_t *psize) {
    return guarded(__func__, [&] {
        require(ptr != nullptr, "ptr is null");
        const Allocation found = find_allocation(ptr);
        require(found.location != Location::kUnregistered, "the memory is none of the runtime's",
                ACL_ERROR_RT_PARAM_INVALID);
        if (pbase != nullptr) *pbase = found.base;
        if (psize != nullptr) *psize = found.size;
    });
}

aclError aclrtMemFlush(void *devPtr, size_t size) {
    return guarded(__func__, [&] { check_cached_range(devPtr, size); });
}

aclError aclrtMemInvalidate(void *devPtr, size_t size) {
    return guarded(__func__, [&] { check_cached_range(devPtr, size); });
}

aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t *free, size_t *total) {
    return guarded(__func__, [&] {
        require(free != nullptr && total != nullptr, "a pointer is null");
        const Device &owner = current_context()->owner();
        require(static_cast<uint32_t>(attr) <= ACL_HBM_MEM_P2P_HUGE1G, "no such kind of memory",
                ACL_ERROR_RT_INVALID_MEMORY_TYPE);
        // One pool, whatever its name.
        *total = owner.capacity;
        *free = owner.capacity - owner.used_memory();
    });
}

// live_counts.h says what the entries mean.
aclError aclrtGetMemUsageInfo(int32_t deviceId, aclrtMemUsageInfo *memUsageInfo, size_t inputNum,
                              size_t *outputNum) {
    return guarded(__func__, [&] {
        require(memUsageInfo != nullptr && outputNum != nullptr && inputNum != 0,
                "a pointer is null or there is no room");
        const Device &asked = device(deviceId);
        const PinnedUsage pinned = pinned_usage();
        std::vector<aclrtMemUsageInfo> all = {
            usage("device memory", asked.used_memory(), asked.peak_memory(), asked.allocations()),
            usage("pinned memory", pinned.bytes, pinned.peak_bytes, pinned.blocks)};
        for (size_t kind = 0; kind < kLiveKindNames.size(); ++kind) {
            all.push_back(
                usage(kLiveKindNames[kind], 0, 0, live_count(static_cast<LiveKind>(kind))));
        }
        *outputNum = std::min(inputNum, all.size());
        std::copy_n(all.begin(), *outputNum, memUsageInfo);
    });
}
