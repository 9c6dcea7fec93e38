// Handles that know when they are stale. An aclrtContext, aclrtStream or aclrtEvent is not an
// address but a number: kind, slot and generation. A destroyed handle never comes back to life.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "host/checks/objects.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host {

// kind keeps a stream from passing for an event.
enum class HandleKind : uint64_t {
    kContext = 1,
    kStream = 2,
    kEvent = 3,
    kNotify = 4,
    kLabel = 5,
    kGroupInfo = 6,
    kExceptionInfo = 7,
    kPhysicalMemory = 8,
    kAllocatorDesc = 9,
};

// Both count in the same order.
constexpr checks::ObjectKind object_kind(HandleKind kind) noexcept {
    constexpr auto kFirst = static_cast<uint64_t>(checks::ObjectKind::kContext);
    return static_cast<checks::ObjectKind>(kFirst + static_cast<uint64_t>(kind) - 1);
}
static_assert(object_kind(HandleKind::kLabel) == checks::ObjectKind::kLabel);
static_assert(object_kind(HandleKind::kAllocatorDesc) == checks::ObjectKind::kAllocatorDesc);

template <typename T>
class HandleTable {
   public:
    HandleTable(HandleKind kind, LiveKind counted) : kind_(kind), counted_(counted) {}

    void *insert(std::shared_ptr<T> object) {
        std::unique_lock lock(mutex_);
        uint64_t slot;
        if (free_.empty()) {
            slot = slots_.size();
            // Room for all to be free: a removal must not fail for want of memory.
            if (free_.capacity() <= slot) free_.reserve(2 * slot + 16);
            slots_.emplace_back();
        } else {
            slot = free_.back();
            free_.pop_back();
        }
        slots_[slot].object = std::move(object);
        ++live_;
        change_live_count(counted_, 1);
        void *handle = encode(slot, slots_[slot].generation);
        checks::made(object_kind(kind_), handle);
        return handle;
    }

    // Null when the handle is stale, of another kind, or no handle at all.
    std::shared_ptr<T> find(const void *handle) const {
        std::shared_lock lock(mutex_);
        const uint64_t slot = slot_of(handle);
        return slot == kNoSlot ? nullptr : slots_[slot].object;
    }

    // Takes the object out; its handle is stale from now on.
    std::shared_ptr<T> remove(const void *handle) {
        std::unique_lock lock(mutex_);
        const uint64_t slot = slot_of(handle);
        if (slot == kNoSlot) return nullptr;
        std::shared_ptr<T> object = std::move(slots_[slot].object);
        slots_[slot].object.reset();
        ++slots_[slot].generation;
        free_.push_back(slot);
        --live_;
        change_live_count(counted_, -1);
        checks::gone(object_kind(kind_), handle);
        return object;
    }

    // Any live object for which `wanted` is true, or null.
    template <typename Wanted>
    std::shared_ptr<T> find_if(Wanted &&wanted) const {
        std::shared_lock lock(mutex_);
        for (const Slot &slot : slots_) {
            if (slot.object && wanted(*slot.object)) return slot.object;
        }
        return nullptr;
    }

    // All live objects, in no particular order.
    std::vector<std::shared_ptr<T>> snapshot() const {
        std::shared_lock lock(mutex_);
        std::vector<std::shared_ptr<T>> objects;
        objects.reserve(live_);
        for (const Slot &slot : slots_) {
            if (slot.object) objects.push_back(slot.object);
        }
        return objects;
    }

    size_t live() const {
        std::shared_lock lock(mutex_);
        return live_;
    }

   private:
    struct Slot {
        std::shared_ptr<T> object;
        uint64_t generation = 1;
    };
    static constexpr uint64_t kNoSlot = ~uint64_t{0};
    static constexpr int kSlotBits = 20;
    static constexpr int kGenerationBits = 32;

    // Layout: 0xA in the top byte's low nibble keeps handles off any mapped address.
    void *encode(uint64_t slot, uint64_t generation) const {
        const uint64_t value =
            (uint64_t{0xA} << 56) | (static_cast<uint64_t>(kind_) << 52) |
            ((generation & ((uint64_t{1} << kGenerationBits) - 1)) << kSlotBits) | slot;
        return reinterpret_cast<void *>(value);
    }

    uint64_t slot_of(const void *handle) const {
        const uint64_t slot = reinterpret_cast<uint64_t>(handle) & ((uint64_t{1} << kSlotBits) - 1);
        if (slot >= slots_.size() || !slots_[slot].object) return kNoSlot;
        return encode(slot, slots_[slot].generation) == handle ? slot : kNoSlot;
    }

    const HandleKind kind_;
    const LiveKind counted_;
    mutable std::shared_mutex mutex_;
    std::vector<Slot> slots_;
    std::vector<uint64_t> free_;
    size_t live_ = 0;
};

}  // namespace ascendcl::host
