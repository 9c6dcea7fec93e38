// Reservations by address under one lock, each with what is mapped into it. A mapping keeps
// its memory, also when the handle is freed.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/virtual_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "host/report/report.h"
#include "host/runtime/device.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"
#include "host/runtime/memory.h"
#include "host/runtime/shared_memory.h"

namespace ascendcl::host {
namespace {

[[noreturn]] void out_of_memory(const char *what) {
    throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION, std::string(what) + ": " + std::strerror(errno)};
}

void check_granularity(uint64_t value, const char *message) {
    require(value != 0 && value % kMemoryGranularity == 0, message, ACL_ERROR_RT_PARAM_INVALID);
}

class PhysicalMemory {
   public:
    // Of this process, and counted as the device's; or imported, and counted where it was
    // allocated.
    PhysicalMemory(size_t bytes, int32_t device_id)
        : device(device_id), charge_(device_id, bytes), file_(SharedFile::make(bytes)) {}
    PhysicalMemory(SharedFile file, int32_t device_id)
        : device(device_id), charge_(device_id, 0), file_(std::move(file)) {}
    PhysicalMemory(const PhysicalMemory &) = delete;
    PhysicalMemory &operator=(const PhysicalMemory &) = delete;

    SharedFile &file() noexcept { return file_; }
    size_t size() const noexcept { return file_.size(); }

    const int32_t device;

   private:
    // Given back also where the rest cannot be made.
    struct Charge {
        Charge(int32_t device_id, size_t bytes) : device(device_id), size(bytes) {
            if (device >= 0 && size > 0) host::device(device).reserve_memory(size);
        }
        ~Charge() {
            if (device >= 0 && size > 0) host::device(device).release_memory(size);
        }
        Charge(const Charge &) = delete;
        Charge &operator=(const Charge &) = delete;

        const int32_t device;
        const size_t size;
    };

    const Charge charge_;
    SharedFile file_;
};

HandleTable<PhysicalMemory> &physical_table() {
    // Leaks on purpose: the handles may be freed late in the process's life.
    static auto &table =
        *new HandleTable<PhysicalMemory>(HandleKind::kPhysicalMemory, LiveKind::kPhysicalMemory);
    return table;
}

struct Reservation {
    size_t size = 0;
    std::map<uintptr_t, std::shared_ptr<PhysicalMemory>> mapped;  // by address
    LiveCount<LiveKind::kReservedAddress> live;
};

struct AddressSpace {
    std::mutex mutex;
    std::map<uintptr_t, Reservation> reservations;  // by address
};

AddressSpace &address_space() {
    static auto &only = *new AddressSpace;  // leaks on purpose, as above
    return only;
}

uintptr_t number_of(const void *address) { return reinterpret_cast<uintptr_t>(address); }

// The reservation that holds `address`, which need not be its start. Called with the lock held.
Reservation &reservation_around(const void *address, size_t size) {
    auto &all = address_space().reservations;
    auto after = all.upper_bound(number_of(address));
    require(after != all.begin(), "the address is not reserved", ACL_ERROR_RT_PARAM_INVALID);
    auto &[start, found] = *--after;
    const size_t offset = number_of(address) - start;
    require(offset < found.size && size <= found.size - offset,
            "the address is not reserved, or not far enough", ACL_ERROR_RT_PARAM_INVALID);
    return found;
}

void map_at(void *address, size_t size, int access, int flags, int file) {
    if (mmap(address, size, access, flags | MAP_FIXED, file, 0) == MAP_FAILED) {
        out_of_memory("the memory cannot be mapped");
    }
}

}  // namespace

void *reserve_addresses(size_t size, void *wanted) {
    refuse_forked_child();
    require(size <= SIZE_MAX / 2, "there are not so many addresses",
            ACL_ERROR_RT_MEMORY_ALLOCATION);
    require(number_of(wanted) % kReservationAlignment == 0, "the address is no multiple of 1 GiB",
            ACL_ERROR_RT_PARAM_INVALID);
    const size_t rounded =
        (size + kMemoryGranularity - 1) / kMemoryGranularity * kMemoryGranularity;
    // Where the start may be chosen: room for the alignment on either side, cut off again.
    const size_t spare = wanted == nullptr ? kMemoryGranularity : 0;
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *found = mmap(wanted, rounded + spare, PROT_NONE,
                       kFlags | (wanted == nullptr ? 0 : MAP_FIXED_NOREPLACE), -1, 0);
    if (found == MAP_FAILED) out_of_memory("the addresses cannot be reserved");
    uintptr_t start = number_of(found);
    if (spare != 0) {
        const uintptr_t first = start;
        start = (first + kMemoryGranularity - 1) / kMemoryGranularity * kMemoryGranularity;
        if (start != first) munmap(found, start - first);
        const size_t behind = first + spare - start;
        if (behind != 0) munmap(reinterpret_cast<void *>(start + rounded), behind);
    }
    const std::lock_guard lock(address_space().mutex);
    address_space().reservations[start].size = rounded;
    return reinterpret_cast<void *>(start);
}

void release_addresses(void *address) {
    refuse_forked_child();
    const std::lock_guard lock(address_space().mutex);
    auto &all = address_space().reservations;
    const auto found = all.find(number_of(address));
    require(found != all.end(), "no reservation starts there", ACL_ERROR_RT_PARAM_INVALID);
    require(found->second.mapped.empty(), "memory is mapped there",
            ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED);
    munmap(address, found->second.size);
    all.erase(found);
}

aclrtDrvMemHandle allocate_physical_memory(size_t size, int32_t device_id) {
    refuse_forked_child();
    check_granularity(size, "the size is no multiple of the granularity");
    return physical_table().insert(std::make_shared<PhysicalMemory>(size, device_id));
}

void free_physical_memory(aclrtDrvMemHandle handle) {
    refuse_forked_child();
    require(physical_table().remove(handle) != nullptr,
            "the physical memory was freed or never was any", ACL_ERROR_RT_INVALID_HANDLE);
}

namespace {

std::shared_ptr<PhysicalMemory> physical_memory_of(aclrtDrvMemHandle handle) {
    auto memory = physical_table().find(handle);
    require(memory != nullptr, "the physical memory was freed or never was any",
            ACL_ERROR_RT_INVALID_HANDLE);
    return memory;
}

}  // namespace

uint64_t export_physical_memory(aclrtDrvMemHandle handle, bool to_all) {
    refuse_forked_child();
    return physical_memory_of(handle)->file().exported(to_all);
}

aclrtDrvMemHandle import_physical_memory(uint64_t shareable, int32_t device_id) {
    refuse_forked_child();
    return physical_table().insert(
        std::make_shared<PhysicalMemory>(SharedFile::import(shareable), device_id));
}

void map_memory(void *address, size_t size, aclrtDrvMemHandle handle) {
    refuse_forked_child();
    const auto memory = physical_memory_of(handle);
    check_granularity(number_of(address), "the address is no multiple of the granularity");
    require(size == memory->size(), "the size is not that of the physical memory",
            ACL_ERROR_RT_PARAM_INVALID);
    const std::lock_guard lock(address_space().mutex);
    Reservation &reservation = reservation_around(address, size);
    const Location location = memory->device < 0 ? Location::kPinnedHost : Location::kDevice;
    enter_mapped_memory({address, size, location, memory->device});
    try {
        reservation.mapped.emplace(number_of(address), memory);
        map_at(address, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file().descriptor());
    } catch (...) {
        reservation.mapped.erase(number_of(address));
        leave_mapped_memory(address);
        throw;
    }
}

void unmap_memory(void *address) {
    refuse_forked_child();
    const std::lock_guard lock(address_space().mutex);
    Reservation &reservation = reservation_around(address, 0);
    const auto found = reservation.mapped.find(number_of(address));
    require(found != reservation.mapped.end(), "no mapping starts there",
            ACL_ERROR_RT_PARAM_INVALID);
    map_at(address, found->second->size(), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
           -1);
    leave_mapped_memory(address);
    reservation.mapped.erase(found);
}

}  // namespace ascendcl::host
