// Device memory: host memory with a capacity per device and a table of who lives where.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "acl/acl.h"

namespace ascendcl::host {

enum class Location { kUnregistered, kPinnedHost, kDevice };

struct Allocation {
    void *base = nullptr;
    size_t size = 0;  // as asked for
    Location location = Location::kUnregistered;
    int32_t device = -1;
};

// Which live allocation holds `address`; location kUnregistered when none does.
Allocation find_allocation(const void *address) noexcept;

// Device memory for the runtime's own use (system-managed work and weights, outputs that the
// runtime allocates): 64-byte aligned, counted against the device's capacity. Throws
// Failure(207001) past it. Freed by aclrtFree or by the deleter.
void *allocate_device_memory(int32_t device, size_t size);
aclError free_device_memory(void *address) noexcept;

struct DeviceMemoryDeleter {
    void operator()(void *address) const noexcept { free_device_memory(address); }
};
using DeviceMemory = std::unique_ptr<void, DeviceMemoryDeleter>;

}  // namespace ascendcl::host
