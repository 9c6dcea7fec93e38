// The devices that this process sees: how many, how much memory, who may reach whom.
// SPDX-License-Identifier: Apache-2.0
//
// ASCENDCL_HOST_DEVICES      how many devices the host runtime plays (default 1, at most 64)
// ASCENDCL_HOST_MEMORY       bytes per device, with K, M, G or T behind if wanted; default: half of
//                            the machine's memory, shared out evenly among the devices
// ASCEND_RT_VISIBLE_DEVICES  "2,0" makes device 2 the process's device 0 and device 0 its 1; the
//                            list ends at the first entry that is no device or comes twice
// All three are read once, when the process first asks about devices.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace ascendcl::host {

class Context;

inline constexpr int32_t kMaxDevices = 64;
inline constexpr int32_t kMaxStreams = 1024;
inline constexpr int32_t kMaxEvents = 65536;

struct Device {
    int32_t id = 0;
    int32_t physical_id = 0;
    uint64_t capacity = 0;

    // Takes `bytes` of the capacity, or throws Failure(207001).
    void reserve_memory(size_t bytes);
    void release_memory(size_t bytes) noexcept;
    uint64_t used_memory() const noexcept { return used_.load(std::memory_order_relaxed); }
    uint64_t peak_memory() const noexcept { return peak_.load(std::memory_order_relaxed); }
    int64_t allocations() const noexcept { return allocations_.load(std::memory_order_relaxed); }

    std::atomic<int32_t> streams{0};
    std::array<std::atomic<uint32_t>, 2> core_limits{};  // by aclrtDevResLimitType; 0 is none set
    std::atomic<uint64_t> reachable_peers{0};  // a bit per device; access A->B is not access B->A

    // The context that SetDevice makes and how many SetDevice calls it still owes a reset.
    std::mutex primary_mutex;
    std::shared_ptr<Context> primary;
    uint64_t primary_uses = 0;

   private:
    std::atomic<uint64_t> used_{0};
    std::atomic<uint64_t> peak_{0};
    std::atomic<int64_t> allocations_{0};
};

int32_t device_count();

// From hide_devices() to the first show_devices() there are none, and their settings stay unread:
// a runtime that nobody chose must not pass for one with an NPU. Making a context shows them.
void hide_devices() noexcept;
void show_devices() noexcept;
bool devices_are_hidden() noexcept;

// There is one kind of core here and it does everything.
uint32_t core_count();

// Throws Failure(107001) for an id that is none.
Device &device(int32_t id);

// 16 bytes that differ from device to device and from machine to machine, and begin with
// "acl-host".
void device_uuid(const Device &device, char *bytes);

}  // namespace ascendcl::host
