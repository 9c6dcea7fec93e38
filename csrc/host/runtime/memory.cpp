// The table of live memory: device blocks, page-locked host blocks, registered host ranges.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/memory.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>

#include "host/checks/known_blocks.h"
#include "host/checks/quarantine.h"
#include "host/report/report.h"
#include "host/runtime/device.h"
#include "host/runtime/fork.h"
#include "host/runtime/memory_poison.h"

namespace ascendcl::host {
namespace {

constexpr size_t kAlignment = 512;  // 64 is promised; media buffers ask for 128
constexpr size_t kUnit = 32;

struct Entry {
    Allocation allocation;
    size_t reserved = 0;  // of the system; 0 where the memory comes from elsewhere
    bool is_mapped = false;
};

struct Table {
    std::shared_mutex mutex;
    std::map<uintptr_t, Entry> entries;  // by start address; ranges do not overlap
    std::atomic<int64_t> pinned_count{0};
    std::atomic<uint64_t> pinned_bytes{0};
    std::atomic<uint64_t> pinned_peak{0};
};

Table &table() {
    static auto &only = *new Table;  // leaks on purpose: worker threads outlive static objects
    return only;
}

size_t rounded(size_t size, size_t padding) {
    const size_t most = SIZE_MAX - kUnit - padding - kAlignment;
    require(size != 0, "the size is 0");
    require(size <= most, "the size is too large to be rounded up");
    return (size + kUnit - 1) / kUnit * kUnit + padding;
}

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The two places where memory comes from and goes back to. Nobody may use what lies behind the
// `size` bytes asked for.
void *obtain(size_t size, size_t bytes) noexcept {
    auto *base = static_cast<uint8_t *>(std::aligned_alloc(kAlignment, bytes));
    if (base != nullptr) poison(base + size, bytes - size);
    return base;
}
void give_back(const Entry &entry) noexcept {
    void *const base = entry.allocation.base;
    const size_t bytes = aligned(entry.reserved);
    unpoison(base, bytes);  // strict mode fills what it keeps aside
    if (!checks::keep_aside(base, bytes, std::free)) std::free(base);
}

void enter(const Entry &entry) {
    const std::unique_lock lock(table().mutex);
    table().entries.emplace(reinterpret_cast<uintptr_t>(entry.allocation.base), entry);
}

// False, and nothing done, when it overlaps another.
bool enter_if_free(const Entry &entry) {
    const auto start = reinterpret_cast<uintptr_t>(entry.allocation.base);
    const std::unique_lock lock(table().mutex);
    auto &entries = table().entries;
    const auto next = entries.lower_bound(start);
    bool overlaps = next != entries.end() && next->first < start + entry.allocation.size;
    if (next != entries.begin()) {
        const Allocation &before = std::prev(next)->second.allocation;
        overlaps |= reinterpret_cast<uintptr_t>(before.base) + before.size > start;
    }
    if (!overlaps) entries.emplace(start, entry);
    return !overlaps;
}

// The entry that starts exactly at `address`, out of the table if `wanted` accepts it.
template <typename Wanted>
Entry take(const void *address, Wanted wanted) {
    const std::unique_lock lock(table().mutex);
    const auto found = table().entries.find(reinterpret_cast<uintptr_t>(address));
    if (found == table().entries.end() || !wanted(found->second)) return {};
    const Entry entry = found->second;
    table().entries.erase(found);
    return entry;
}

// The live entry around `address`, or null. The caller holds the lock.
const Entry *entry_around(const void *address) noexcept {
    const auto key = reinterpret_cast<uintptr_t>(address);
    auto after = table().entries.upper_bound(key);
    if (after == table().entries.begin()) return nullptr;
    const Entry &found = std::prev(after)->second;
    const uintptr_t start = reinterpret_cast<uintptr_t>(found.allocation.base);
    return key - start < found.allocation.size ? &found : nullptr;
}

// The live allocation around `address`. The caller holds the lock.
Allocation holder(const void *address) noexcept {
    const Entry *found = entry_around(address);
    return found == nullptr ? Allocation{} : found->allocation;
}

checks::Place place_of(const Entry &entry) noexcept {
    if (entry.allocation.location == Location::kDevice) return checks::Place::kDevice;
    const bool is_registered = entry.reserved == 0 && !entry.is_mapped;
    return is_registered ? checks::Place::kRegistered : checks::Place::kHost;
}

// The caller holds the lock.
bool is_live(const void *address, size_t size) noexcept {
    auto start = reinterpret_cast<uintptr_t>(address);
    for (;;) {
        const Allocation found = holder(reinterpret_cast<const void *>(start));
        if (found.base == nullptr) return false;
        const size_t left = found.size - (start - reinterpret_cast<uintptr_t>(found.base));
        if (size <= left) return true;
        size -= left;
        start += left;
    }
}

void count_pinned(uint64_t bytes) {
    Table &all = table();
    all.pinned_count.fetch_add(1, std::memory_order_relaxed);
    const uint64_t now = all.pinned_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    uint64_t peak = all.pinned_peak.load(std::memory_order_relaxed);
    while (peak < now &&
           !all.pinned_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
    }
}

void forget_pinned(uint64_t bytes) noexcept {
    table().pinned_count.fetch_sub(1, std::memory_order_relaxed);
    table().pinned_bytes.fetch_sub(bytes, std::memory_order_relaxed);
}

aclError refuse(const void *address, const char *kind) noexcept {
    return fail(ACL_ERROR_RT_PARAM_INVALID,
                "%p is not the start of live %s memory (freed already, inside a block, or of "
                "another kind)",
                address, kind);
}

}  // namespace

Allocation find_allocation(const void *address) noexcept {
    if (is_forked_child()) return {};
    const std::shared_lock lock(table().mutex);
    return holder(address);
}

bool is_live_memory(const void *address, size_t size) noexcept {
    if (is_forked_child()) return false;
    const std::shared_lock lock(table().mutex);
    return is_live(address, size);
}

bool load_word(const void *address, uint64_t &word) noexcept {
    if (is_forked_child()) return false;
    const std::shared_lock lock(table().mutex);
    if (!is_live(address, sizeof word)) return false;
    word = __atomic_load_n(static_cast<const uint64_t *>(address), __ATOMIC_ACQUIRE);
    return true;
}

bool store_word(void *address, uint64_t word) noexcept {
    if (is_forked_child()) return false;
    const std::shared_lock lock(table().mutex);
    if (!is_live(address, sizeof word)) return false;
    __atomic_store_n(static_cast<uint64_t *>(address), word, __ATOMIC_RELEASE);
    return true;
}

void *allocate_device_memory(int32_t device_id, size_t size, size_t padding) {
    const size_t reserved = rounded(size, padding);
    Device &owner = device(device_id);
    owner.reserve_memory(reserved);
    void *base = obtain(size, aligned(reserved));
    if (base == nullptr) {
        owner.release_memory(reserved);
        throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION,
                      "the system has no " + std::to_string(reserved) + " bytes"};
    }
    try {
        enter({{base, size, Location::kDevice, device_id}, reserved});
    } catch (...) {
        owner.release_memory(reserved);
        unpoison(base, aligned(reserved));
        std::free(base);
        throw;
    }
    return base;
}

aclError free_device_memory(void *address) noexcept {
    if (is_forked_child()) return fail(ACL_ERROR_RT_CONTEXT_NULL, "this process was forked");
    const Entry entry = take(address, [](const Entry &candidate) {
        return candidate.allocation.location == Location::kDevice && !candidate.is_mapped;
    });
    if (entry.allocation.base == nullptr) return refuse(address, "device");
    device(entry.allocation.device).release_memory(entry.reserved);
    give_back(entry);
    return ACL_SUCCESS;
}

void *allocate_pinned_memory(size_t size) {
    const size_t reserved = rounded(size, 0);
    void *base = obtain(size, aligned(reserved));
    if (base == nullptr) {
        throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION,
                      "the system has no " + std::to_string(reserved) + " bytes"};
    }
    try {
        enter({{base, size, Location::kPinnedHost, -1}, reserved});
    } catch (...) {
        unpoison(base, aligned(reserved));
        std::free(base);
        throw;
    }
    count_pinned(reserved);
    return base;
}

aclError free_pinned_memory(void *address) noexcept {
    if (is_forked_child()) return fail(ACL_ERROR_RT_CONTEXT_NULL, "this process was forked");
    const Entry entry = take(address, [](const Entry &candidate) {
        return candidate.allocation.location == Location::kPinnedHost && candidate.reserved != 0;
    });
    if (entry.allocation.base == nullptr) return refuse(address, "page-locked host");
    forget_pinned(entry.reserved);
    give_back(entry);
    return ACL_SUCCESS;
}

void register_host_memory(void *address, size_t size) {
    require(size != 0 && size <= UINTPTR_MAX - reinterpret_cast<uintptr_t>(address),
            "the size is 0 or runs past all memory");
    require(enter_if_free({{address, size, Location::kPinnedHost, -1}}),
            "the range is registered already, or is memory of the runtime",
            ACL_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
}

void enter_mapped_memory(const Allocation &mapped) {
    require(enter_if_free({mapped, 0, true}), "there is memory of the runtime already",
            ACL_ERROR_RT_PARAM_INVALID);
}

bool leave_mapped_memory(const void *address) noexcept {
    return take(address, [](const Entry &candidate) {
               return candidate.is_mapped;
           }).allocation.base != nullptr;
}

void unregister_host_memory(void *address) {
    const Entry entry = take(address, [](const Entry &candidate) {
        return candidate.reserved == 0 && !candidate.is_mapped;
    });
    require(entry.allocation.base != nullptr, "no registered range starts there",
            ACL_ERROR_HOST_MEMORY_NOT_REGISTERED);
}

checks::Block checks::block_around(const void *address) noexcept {
    if (is_forked_child()) return {};
    const std::shared_lock lock(table().mutex);
    const Entry *found = entry_around(address);
    if (found == nullptr) return {};
    return {found->allocation.base, found->allocation.size, place_of(*found)};
}

bool checks::is_in_blocks(const void *address, size_t size) noexcept {
    return is_live_memory(address, size);
}

PinnedUsage pinned_usage() noexcept {
    Table &all = table();
    return {all.pinned_count.load(std::memory_order_relaxed),
            all.pinned_bytes.load(std::memory_order_relaxed),
            all.pinned_peak.load(std::memory_order_relaxed)};
}

}  // namespace ascendcl::host
