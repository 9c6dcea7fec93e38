// Physical memory and its mapping.
// SPDX-License-Identifier: Apache-2.0
#include "core/shared_mapping.h"

#include <chrono>
#include <thread>

#include "core/buffer.h"

namespace ascendcl::core {
namespace {

constexpr size_t kMarkSize = 64;  // a line of its own
constexpr std::chrono::milliseconds kSettling{20};

aclrtPhysicalMemProp properties_on(int32_t device) noexcept {
    aclrtPhysicalMemProp properties{};
    properties.handleType = ACL_MEM_HANDLE_TYPE_NONE;
    properties.allocationType = ACL_MEM_ALLOCATION_TYPE_PINNED;
    properties.memAttr = ACL_HBM_MEM_HUGE;
    properties.location = {static_cast<uint32_t>(device), ACL_MEM_LOCATION_TYPE_DEVICE};
    return properties;
}

Status check_functions() noexcept {
    const bool are_there =
        aclrtMemGetAllocationGranularity != nullptr && aclrtMallocPhysical != nullptr &&
        aclrtFreePhysical != nullptr && aclrtReserveMemAddress != nullptr &&
        aclrtReleaseMemAddress != nullptr && aclrtMapMem != nullptr && aclrtUnmapMem != nullptr &&
        aclrtMemExportToShareableHandle != nullptr && aclrtMemImportFromShareableHandle != nullptr;
    if (are_there) return {};
    return {ACL_ERROR_API_NOT_SUPPORT, "aclrtMemExportToShareableHandle"};
}

// The size in whole pages, of which physical memory consists, with room for the mark.
Status round_up(int32_t device, size_t &size) noexcept {
    aclrtPhysicalMemProp properties = properties_on(device);
    size_t page = 0;
    const aclError code =
        aclrtMemGetAllocationGranularity(&properties, ACL_RT_MEM_ALLOC_GRANULARITY_MINIMUM, &page);
    if (code != ACL_SUCCESS) return {code, "aclrtMemGetAllocationGranularity"};
    if (page == 0 || size > SIZE_MAX - page - kMarkSize) {
        return {ACL_ERROR_RT_MEMORY_ALLOCATION, "aclrtMallocPhysical"};
    }
    size = (size + kMarkSize + page - 1) / page * page;
    return {};
}

}  // namespace

Status SharedMapping::allocate(int32_t device, size_t size) noexcept {
    Status status = check_functions();
    if (status.ok()) status = round_up(device, size);
    if (!status.ok()) return status;
    const aclrtPhysicalMemProp properties = properties_on(device);
    const aclError code = aclrtMallocPhysical(&physical, size, &properties, 0);
    if (code != ACL_SUCCESS) return {code, "aclrtMallocPhysical"};
    status = map(size);
    if (!status.ok()) return status;
    status = {aclrtMemset(mark, kMarkSize, 0, kMarkSize), "aclrtMemset"};
    if (!status.ok()) static_cast<void>(release());
    return status;
}

Status SharedMapping::import(int32_t device, uint64_t handle, size_t size) noexcept {
    Status status = check_functions();
    if (status.ok()) status = round_up(device, size);
    if (!status.ok()) return status;
    const aclError code = aclrtMemImportFromShareableHandle(handle, device, &physical);
    if (code != ACL_SUCCESS) return {code, "aclrtMemImportFromShareableHandle"};
    return map(size);
}

Status SharedMapping::map(size_t size) noexcept {
    Status status{aclrtReserveMemAddress(&address, size, 0, nullptr, 0), "aclrtReserveMemAddress"};
    if (status.ok()) {
        status = {aclrtMapMem(address, size, 0, physical, 0), "aclrtMapMem"};
        if (!status.ok()) aclrtReleaseMemAddress(address);
    }
    if (!status.ok()) aclrtFreePhysical(physical);
    if (status.ok()) mark = static_cast<char *>(address) + size - kMarkSize;
    return status;
}

Status SharedMapping::claim(uint64_t model, uint64_t &winner) const noexcept {
    bool in_place = false;
    if (Status status = is_host_readable(in_place); !status.ok()) return status;
    winner = 0;
    if (in_place) {
        const bool is_first =
            __atomic_compare_exchange_n(static_cast<uint64_t *>(mark), &winner, model, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        if (is_first) winner = model;
        return {};
    }
    Status status = copy(&winner, sizeof winner, mark, sizeof winner, Direction::kToHost);
    if (!status.ok() || winner != 0) return status;
    status = copy(mark, kMarkSize, &model, sizeof model, Direction::kToDevice);
    std::this_thread::sleep_for(kSettling);
    if (!status.ok()) return status;
    return copy(&winner, sizeof winner, mark, sizeof winner, Direction::kToHost);
}

Status SharedMapping::release() noexcept {
    Status status{aclrtUnmapMem(address), "aclrtUnmapMem"};
    // Addresses that are mapped are not to be given to others.
    if (status.ok()) {
        keep_first(status, aclrtReleaseMemAddress(address), "aclrtReleaseMemAddress");
    }
    keep_first(status, aclrtFreePhysical(physical), "aclrtFreePhysical");
    return status;
}

Status SharedMapping::share(aclrtDrvMemHandle physical, uint64_t &handle) noexcept {
    return {aclrtMemExportToShareableHandle(physical, ACL_MEM_HANDLE_TYPE_NONE,
                                            ACL_RT_VMM_EXPORT_FLAG_DISABLE_PID_VALIDATION, &handle),
            "aclrtMemExportToShareableHandle"};
}

}  // namespace ascendcl::core
