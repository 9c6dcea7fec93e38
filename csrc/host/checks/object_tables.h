// The tables behind objects.h, quarantine.h and leaks.h: one lock for the live objects, the stale
// handles and the memory kept aside.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "host/checks/object_kind.h"
#include "host/checks/strict.h"

namespace ascendcl::host::checks {

struct KindText {
    const char *name;
    int stale_code;  // what a stale one is answered with
};

const KindText &text_of(ObjectKind kind) noexcept;

struct Object {
    ObjectKind kind;
    size_t size;
    Site made;
    Site gone;
    bool is_lent = false;  // the runtime's own
};

struct KeptAside {
    std::optional<Object> object;  // empty when it was the runtime's own, or made while off
    Site gone;
    size_t size;
    void (*give_back)(void *);
};

struct Objects {
    std::mutex mutex;
    std::unordered_map<const void *, Object> live;
    std::unordered_map<const void *, Object> stale;
    std::deque<const void *> stale_order;
    std::map<uintptr_t, KeptAside> kept;
    std::deque<uintptr_t> kept_order;
    size_t kept_bytes = 0;
    std::set<const void *> gears;
};

Objects &objects() noexcept;

std::string name_of(const void *handle, const Object &object);
std::string name_of(uintptr_t start, const KeptAside &kept);

}  // namespace ascendcl::host::checks
