// One list under one lock, searched from end to end: only strict mode puts anything on it.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/holds.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

#include "host/checks/objects.h"

namespace ascendcl::host::checks {
namespace {

struct Held {
    std::string user;
    const char *began;
    std::vector<Use> uses;
    Site site;
};

struct Holds {
    std::mutex mutex;
    std::list<Held> all;
};

Holds &holds() {
    static auto &only = *new Holds;  // leaks on purpose: stream workers outlive static objects
    return only;
}

enum class Deed { kReleased, kWritten };

bool overlap(const Use &use, const void *start, size_t size) {
    const auto first = reinterpret_cast<uintptr_t>(use.start);
    const auto other = reinterpret_cast<uintptr_t>(start);
    return first < other + size && other < first + use.size;
}

// The first use of the range that `counts`, as the violation that `deed` makes of it.
template <typename Counts>
std::optional<Violation> find_use(const void *start, size_t size, Deed deed, Counts counts) {
    const bool writes = deed == Deed::kWritten;
    const std::string what = name_of_object(start) + (writes ? " is written to" : " is released");
    const std::lock_guard lock(holds().mutex);
    for (const Held &held : holds().all) {
        for (const Use &use : held.uses) {
            if (!overlap(use, start, size) || !counts(use)) continue;
            return Violation{writes ? Rule::kWeightsWritten : use.when_freed,
                             what + " while " + held.user + " uses it as " + use.role, held.began,
                             held.site};
        }
    }
    return std::nullopt;
}

}  // namespace

Token hold(std::string user, const char *began, std::vector<Use> uses) {
    uses.erase(std::remove_if(uses.begin(), uses.end(),
                              [](const Use &use) { return use.start == nullptr; }),
               uses.end());
    std::list<Held> one;
    const auto held = one.insert(one.end(), {std::move(user), began, std::move(uses), here()});
    {
        const std::lock_guard lock(holds().mutex);
        holds().all.splice(holds().all.end(), one);
    }
    return Token(&*held, [held](const void *) {
        const std::lock_guard lock(holds().mutex);
        holds().all.erase(held);
    });
}

void check_release(const void *start, size_t size) {
    if (!is_strict()) return;
    const auto found = find_use(start, size, Deed::kReleased, [](const Use &) { return true; });
    if (found) violated(*found);
}

void check_write(const void *start, size_t size) {
    if (!is_strict()) return;
    const auto found =
        find_use(start, size, Deed::kWritten, [](const Use &use) { return use.is_read_only; });
    if (found) violated(*found);
}

void check_apart(const std::string &what, const void *start, size_t size) {
    if (!is_strict() || start == nullptr || size == 0) return;
    const auto is_work = [](const Use &use) {
        return use.when_freed == Rule::kModelMemoryFreed && !use.is_read_only;
    };
    auto found = find_use(start, size, Deed::kReleased, is_work);
    if (!found) return;
    found->rule = Rule::kModelMemoryOverlaps;
    found->objects = what + " lies in the work memory of a loaded model";
    violated(*found);
}

void check_weights(void *memory, const void *weights, size_t size) {
    if (!is_strict()) return;
    const auto found = find_use(memory, size, Deed::kWritten, [&](const Use &use) {
        if (!use.is_read_only) return false;
        const bool is_same =
            use.start == memory && use.size == size && std::memcmp(memory, weights, size) == 0;
        return !is_same;
    });
    if (found) violated(*found);
}

}  // namespace ascendcl::host::checks
