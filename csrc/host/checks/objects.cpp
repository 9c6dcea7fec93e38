// What is known of a handle: alive, stale, kept aside, or nothing.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/objects.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "acl/acl.h"
#include "host/checks/object_tables.h"
#include "host/checks/process_memory.h"
#include "host/checks/quarantine.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

constexpr size_t kStaleHandles = 1 << 16;

// Of which kinds objects were made while the mode was off, or could not be noted.
std::array<std::atomic<bool>, kObjectKinds> has_unknown{};

void note_unknown(ObjectKind kind) noexcept {
    std::atomic<bool> &noted = has_unknown[static_cast<size_t>(kind)];
    if (!noted.load(std::memory_order_relaxed)) noted.store(true, std::memory_order_relaxed);
}

// A use of something stale: what it was, where it went, and what the call is to answer.
struct Stale {
    std::string name;
    Site gone;
    int code;
    bool is_refused_by_runtime;
};

std::optional<Stale> find_stale(const void *address) {
    Objects &all = objects();
    const std::lock_guard lock(all.mutex);
    const auto handle = all.stale.find(address);
    if (handle != all.stale.end() && handle->second.kind != ObjectKind::kModel) {
        const Object &object = handle->second;
        return Stale{name_of(address, object), object.gone, text_of(object.kind).stale_code, true};
    }
    const auto key = reinterpret_cast<uintptr_t>(address);
    auto kept = all.kept.upper_bound(key);
    if (kept == all.kept.begin()) return std::nullopt;
    --kept;
    if (key - kept->first >= kept->second.size) return std::nullopt;
    const auto &object = kept->second.object;
    return Stale{name_of(kept->first, kept->second), kept->second.gone,
                 object ? text_of(object->kind).stale_code : ACL_ERROR_RT_PARAM_INVALID,
                 !object || is_memory(object->kind)};
}

int code_of(const Stale &stale, const char *function) {
    const bool sets_context = std::strcmp(function, "aclrtSetCurrentContext") == 0;
    return sets_context ? ACL_ERROR_RT_PARAM_INVALID : stale.code;
}

// A live object, what it is.
std::optional<Object> find_live(const void *handle) {
    const std::lock_guard lock(objects().mutex);
    const auto found = objects().live.find(handle);
    return found == objects().live.end() ? std::nullopt : std::optional(found->second);
}

void enter_live(ObjectKind kind, const void *handle, size_t size, bool is_lent) noexcept {
    if (!is_strict()) return note_unknown(kind);
    try {
        const Site site = here();
        const std::lock_guard lock(objects().mutex);
        objects().live.insert_or_assign(handle, Object{kind, size, site, nullptr, is_lent});
    } catch (const std::bad_alloc &) {
        note_unknown(kind);
    }
}

// Whether it is stale; that is a violation.
bool tell_if_stale(const void *address) {
    if (address == nullptr || !is_strict()) return false;
    const std::optional<Stale> stale = find_stale(address);
    if (!stale) return false;
    const Call *call = Call::current();
    const int code = code_of(*stale, call == nullptr ? "" : call->entry().name);
    violated({Rule::kStaleHandle, stale->name + " was used after it was freed or destroyed",
              "it was freed or destroyed", stale->gone, code});
    // Not even in mode "warn": the object behind it is no more.
    if (!stale->is_refused_by_runtime) throw Failure{code, stale->name + " was destroyed before"};
    return true;
}

bool is_destroyed_here() {
    const Call *call = Call::current();
    return call != nullptr && std::strstr(call->entry().name, "Destroy") != nullptr;
}

// Nothing can be there: not what was made while the mode was off either.
bool is_impossible(ObjectKind kind, const void *handle) {
    if (is_numbered(kind)) return false;
    const bool is_aligned = reinterpret_cast<uintptr_t>(handle) % alignof(void *) == 0;
    return !is_aligned || !is_accessible(handle, sizeof(void *), Access::kRead);
}

}  // namespace

void made(ObjectKind kind, const void *handle, size_t size) noexcept {
    enter_live(kind, handle, size, false);
}

void lent(ObjectKind kind, const void *handle) noexcept { enter_live(kind, handle, 0, true); }

void ended(const void *handle) noexcept {
    if (!is_strict()) return;
    const std::lock_guard lock(objects().mutex);
    objects().live.erase(handle);
}

void gone(ObjectKind kind, const void *handle) noexcept {
    if (!is_strict()) return;
    try {
        const Site site = here();
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        const auto found = all.live.find(handle);
        Object object{kind, 0, nullptr, site};
        if (found != all.live.end()) {
            object.made = found->second.made;
            all.live.erase(found);
        }
        all.stale.insert_or_assign(handle, std::move(object));
        all.stale_order.push_back(handle);
        if (all.stale_order.size() > kStaleHandles) {
            all.stale.erase(all.stale_order.front());
            all.stale_order.pop_front();
        }
    } catch (const std::bad_alloc &) {
    }
}

std::string name_of_object(const void *handle) {
    {
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        const auto found = all.live.find(handle);
        if (found != all.live.end()) return name_of(handle, found->second);
    }
    char text[32];
    std::snprintf(text, sizeof text, "%p", handle);
    return text;
}

void note_gear(const void *memory) noexcept {
    if (!is_strict()) return;
    try {
        const std::lock_guard lock(objects().mutex);
        objects().gears.insert(memory);
    } catch (const std::bad_alloc &) {
    }
}

bool has_gear(const void *memory) noexcept {
    const std::lock_guard lock(objects().mutex);
    return objects().gears.count(memory) != 0;
}

Site where_made(const void *handle) noexcept {
    Objects &all = objects();
    const std::lock_guard lock(all.mutex);
    const auto found = all.live.find(handle);
    return found == all.live.end() ? nullptr : found->second.made;
}

void refuse_stale(const void *address) { tell_if_stale(address); }

bool is_stale(const void *address) { return find_stale(address).has_value(); }

void check_handle(std::string_view parameter, ObjectKind kind, const void *handle) {
    if (handle == nullptr || !is_strict() || tell_if_stale(handle)) return;
    const std::optional<Object> live = find_live(handle);
    const bool is_part = live && live->is_lent && !is_numbered(kind) && is_destroyed_here();
    if (live && live->kind == kind && !is_part) return;
    const bool may_be_known_to_others =
        has_unknown[static_cast<size_t>(kind)].load(std::memory_order_relaxed);
    if (!live && may_be_known_to_others && !is_impossible(kind, handle)) return;
    const KindText &text = text_of(kind);
    char address[32];
    std::snprintf(address, sizeof address, "%p", handle);
    Violation violation{
        Rule::kUnknownHandle, std::string(parameter) + " is ", {}, nullptr, text.stale_code};
    if (live) {
        violation.objects += name_of(handle, *live);
        violation.objects += is_part ? ", a part of another object, which it goes with"
                                     : std::string(", no ") + text.name;
        violation.earlier = is_part ? "it was asked for" : "it was made";
        violation.earlier_site = live->made;
    } else {
        violation.objects +=
            std::string(address) + ", which is no " + text.name + " that this program has made";
    }
    violated(violation);
    // Not even in mode "warn": there is no such object. The runtime itself knows numbers.
    if (!is_numbered(kind)) throw Failure{violation.code, violation.objects};
}

void refuse_unknown_model(const void *handle) {
    if (!is_strict()) return;
    const int code = text_of(ObjectKind::kModel).stale_code;
    const std::string id = std::to_string(reinterpret_cast<uintptr_t>(handle));
    Violation violation{
        Rule::kUnknownHandle, "model " + id + " is not loaded, and never was", {}, nullptr, code};
    {
        const std::lock_guard lock(objects().mutex);
        const auto found = objects().stale.find(handle);
        if (found != objects().stale.end()) {
            violation = {Rule::kStaleHandle, "model " + id + " was used after it was unloaded",
                         "it was unloaded", found->second.gone, code};
        }
    }
    violated(violation);
}

void forget_objects() noexcept {
    {
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        for (const auto &[handle, object] : all.live) note_unknown(object.kind);
        all.live.clear();
        all.gears.clear();
        all.stale.clear();
        all.stale_order.clear();
    }
    empty_quarantine();
}

}  // namespace ascendcl::host::checks
