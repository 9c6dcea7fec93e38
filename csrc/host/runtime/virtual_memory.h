// Addresses and memory apart: ranges are reserved, memory is allocated, and one is mapped into the
// other. A reservation is an inaccessible mapping, memory an anonymous file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

// Sizes and addresses are multiples of it.
inline constexpr size_t kMemoryGranularity = size_t{2} << 20;
// Where a reservation may be asked to lie.
inline constexpr uintptr_t kReservationAlignment = uintptr_t{1} << 30;

// All throw Failure: 107000 for a size or address that fits nothing, 207001 when memory or
// addresses run short, 107017 for a handle that is none.
void *reserve_addresses(size_t size, void *wanted);  // null: anywhere
// 148051 while memory is mapped there.
void release_addresses(void *address);

// In the memory of a device, or of the host for -1.
aclrtDrvMemHandle allocate_physical_memory(size_t size, int32_t device);
// Memory that is mapped goes with its mapping.
void free_physical_memory(aclrtDrvMemHandle handle);

// A number that other processes import it by, which all may or only those that SharedFile::allow()
// names (shared_memory.h has both sides' failures). Imported memory is not counted as the device's
// again.
uint64_t export_physical_memory(aclrtDrvMemHandle handle, bool to_all);
aclrtDrvMemHandle import_physical_memory(uint64_t shareable, int32_t device);

void map_memory(void *address, size_t size, aclrtDrvMemHandle handle);
void unmap_memory(void *address);

}  // namespace ascendcl::host
