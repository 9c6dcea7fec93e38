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

// Whether all of it lies in live allocations, without a gap.
bool is_live_memory(const void *address, size_t size) noexcept;

// An aligned word of live memory, whole, and while nobody can free it. False for other memory.
bool load_word(const void *address, uint64_t &word) noexcept;
bool store_word(void *address, uint64_t word) noexcept;

// Memory that a mapping has put at an address (virtual_memory.h). Throws Failure(107000) where
// there is some already; leaving answers false when none starts there.
void enter_mapped_memory(const Allocation &mapped);
bool leave_mapped_memory(const void *address) noexcept;

// Device memory for the runtime's own use (system-managed work and weights, outputs that the
// runtime allocates): 512-byte aligned, not initialised, counted against the device's capacity.
// Throws Failure: 207001 past it, 100000 for a size of 0 or one too large to round up. Freed by
// aclrtFree or by the deleter.
// `padding` bytes are put behind the size rounded up to 32, as aclrtMalloc does.
inline constexpr size_t kMallocPadding = 32;
void *allocate_device_memory(int32_t device, size_t size, size_t padding = kMallocPadding);
aclError free_device_memory(void *address) noexcept;

struct DeviceMemoryDeleter {
    void operator()(void *address) const noexcept { free_device_memory(address); }
};
using DeviceMemory = std::unique_ptr<void, DeviceMemoryDeleter>;

// Page-locked host memory. Throws Failure: 100000 for an impossible size, 207001 without memory.
void *allocate_pinned_memory(size_t size);
aclError free_pinned_memory(void *address) noexcept;

// Makes the caller's own memory count as page-locked. Throws Failure: 507910 when (part of) it
// does already, 507911 when unregistering what never was.
void register_host_memory(void *address, size_t size);
void unregister_host_memory(void *address);

struct PinnedUsage {
    int64_t blocks;
    uint64_t bytes;
    uint64_t peak_bytes;
};
PinnedUsage pinned_usage() noexcept;

}  // namespace ascendcl::host
