// Three tables under one lock: the live, the stale handles, the memory kept aside.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/objects.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "acl/acl.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

constexpr unsigned char kPattern = 0xDB;
constexpr size_t kStaleHandles = 1 << 16;
constexpr size_t kListed = 20;

struct KindText {
    const char *name;
    int stale_code;  // what a stale one is answered with
};

constexpr KindText kKinds[] = {
    {"device memory", ACL_ERROR_RT_PARAM_INVALID},
    {"device memory", ACL_ERROR_RT_PARAM_INVALID},
    {"page-locked host memory", ACL_ERROR_RT_PARAM_INVALID},
    {"context", ACL_ERROR_RT_CONTEXT_NULL},
    {"stream", ACL_ERROR_RT_INVALID_HANDLE},
    {"event", ACL_ERROR_RT_INVALID_HANDLE},
    {"notify", ACL_ERROR_RT_INVALID_HANDLE},
    {"label", ACL_ERROR_RT_INVALID_HANDLE},
    {"group info", ACL_ERROR_INVALID_PARAM},
    {"exception info", ACL_ERROR_INVALID_PARAM},
    {"physical memory", ACL_ERROR_INVALID_PARAM},
    {"allocator desc", ACL_ERROR_INVALID_PARAM},
    {"model", ACL_ERROR_GE_EXEC_MODEL_ID_INVALID},
    {"data set", ACL_ERROR_INVALID_PARAM},
    {"data buffer", ACL_ERROR_INVALID_PARAM},
    {"tensor desc", ACL_ERROR_INVALID_PARAM},
    {"model desc", ACL_ERROR_INVALID_PARAM},
    {"model configuration", ACL_ERROR_INVALID_PARAM},
    {"execution configuration", ACL_ERROR_INVALID_PARAM},
    {"AIPP parameters", ACL_ERROR_INVALID_PARAM},
    {"operator attributes", ACL_ERROR_INVALID_PARAM},
    {"operator handle", ACL_ERROR_INVALID_PARAM},
    {"object", ACL_ERROR_INVALID_PARAM},
};
static_assert(std::size(kKinds) == static_cast<size_t>(ObjectKind::kOther) + 1);

const KindText &text_of(ObjectKind kind) { return kKinds[static_cast<size_t>(kind)]; }

bool is_memory(ObjectKind kind) { return kind <= ObjectKind::kHostMemory; }

// The rule that is broken if there is still one at aclFinalize.
Rule rule_of_leak(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::kOutputMemory:
            return Rule::kOutputOfRuntime;
        case ObjectKind::kContext:
        case ObjectKind::kModel:
            return Rule::kInitAndFinalize;
        default:
            return Rule::kLeak;
    }
}

struct Object {
    ObjectKind kind;
    size_t size;
    Site made;
    Site gone;
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

Objects &objects() {
    static auto &only = *new Objects;  // leaks on purpose: calls may come late in the process
    return only;
}

size_t quarantine_size() {
    static const size_t bytes = [] {
        constexpr size_t kDefault = size_t{256} << 20;
        const char *text = std::getenv("ASCENDCL_STRICT_QUARANTINE");
        if (text == nullptr || *text == '\0') return kDefault;
        char *end = nullptr;
        errno = 0;
        const unsigned long long number = std::strtoull(text, &end, 10);
        const std::string units = "KMGT";
        size_t shift = 0;
        const auto unit =
            units.find(static_cast<char>(std::toupper(static_cast<unsigned char>(*end))));
        if (*end != '\0' && unit != std::string::npos) {
            shift = 10 * (unit + 1);
            ++end;
        }
        const bool digits = std::isdigit(static_cast<unsigned char>(*text)) != 0;
        if (!digits || errno != 0 || *end != '\0' || number > (SIZE_MAX >> shift)) {
            std::fprintf(stderr,
                         "ASCENDCL_STRICT_QUARANTINE must be a size such as 64M, not \"%s\": taken "
                         "as 256M\n",
                         text);
            return kDefault;
        }
        return static_cast<size_t>(number) << shift;
    }();
    return bytes;
}

std::string name_of(const void *handle, const Object &object) {
    char text[128];
    const char *kind = text_of(object.kind).name;
    if (object.kind == ObjectKind::kModel) {
        std::snprintf(text, sizeof text, "%s %" PRIuPTR, kind, reinterpret_cast<uintptr_t>(handle));
    } else if (is_memory(object.kind)) {
        std::snprintf(text, sizeof text, "%s %p of %zu bytes", kind, handle, object.size);
    } else {
        std::snprintf(text, sizeof text, "%s %p", kind, handle);
    }
    return text;
}

std::string name_of(uintptr_t start, const KeptAside &kept) {
    const auto *address = reinterpret_cast<const void *>(start);
    if (kept.object) return name_of(address, *kept.object);
    char text[64];
    std::snprintf(text, sizeof text, "memory %p", address);
    return text;
}

using KeptNode = std::map<uintptr_t, KeptAside>::node_type;

std::optional<Violation> late_write(uintptr_t start, const KeptAside &kept) {
    const auto *first = reinterpret_cast<const unsigned char *>(start);
    const auto *last = first + kept.size;
    const auto *found =
        std::find_if(first, last, [](unsigned char byte) { return byte != kPattern; });
    if (found == last) return std::nullopt;
    return Violation{Rule::kStaleHandle,
                     name_of(start, kept) + " was written to at offset " +
                         std::to_string(found - first) + " after it was freed",
                     "it was freed", kept.gone};
}

void give_back(KeptNode node) noexcept {
    try {
        if (const auto found = late_write(node.key(), node.mapped())) observed(*found);
    } catch (const std::bad_alloc &) {
    }
    node.mapped().give_back(reinterpret_cast<void *>(node.key()));
}

// What has to leave so that no more than `room` bytes are kept. The caller holds the lock.
std::vector<KeptNode> take_oldest(Objects &all, size_t room) {
    std::vector<KeptNode> taken;
    while (all.kept_bytes > room && !all.kept_order.empty()) {
        taken.push_back(all.kept.extract(all.kept_order.front()));
        all.kept_order.pop_front();
        all.kept_bytes -= taken.back().mapped().size;
    }
    return taken;
}

void give_back(std::vector<KeptNode> nodes) noexcept {
    for (KeptNode &node : nodes) give_back(std::move(node));
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

// Asking what an address is, is no use of it.
bool only_asks(const char *function) {
    return std::strcmp(function, "aclrtPointerGetAttributes") == 0;
}

int code_of(const Stale &stale, const char *function) {
    const bool sets_context = std::strcmp(function, "aclrtSetCurrentContext") == 0;
    return sets_context ? ACL_ERROR_RT_PARAM_INVALID : stale.code;
}

}  // namespace

void made(ObjectKind kind, const void *handle, size_t size) noexcept {
    if (!is_strict()) return;
    try {
        const Site site = here();
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        all.live.insert_or_assign(handle, Object{kind, size, site, nullptr});
    } catch (const std::bad_alloc &) {  // then it is not known
    }
}

void disown(const void *handle) noexcept {
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

bool keep_aside(void *memory, size_t size, void (*give_back_to)(void *)) noexcept {
    if (!is_strict()) return false;
    Objects &all = objects();
    try {
        KeptAside kept{std::nullopt, here(), size, give_back_to};
        std::vector<KeptNode> too_many;
        {
            const std::lock_guard lock(all.mutex);
            const auto found = all.live.find(memory);
            if (found != all.live.end()) {
                kept.object = std::move(found->second);
                all.live.erase(found);
            }
            const auto *bytes = static_cast<const unsigned char *>(memory);
            all.gears.erase(all.gears.lower_bound(bytes), all.gears.lower_bound(bytes + size));
            if (size > quarantine_size()) return false;
            std::memset(memory, kPattern, size);
            const auto key = reinterpret_cast<uintptr_t>(memory);
            all.kept_order.push_back(key);
            all.kept.insert_or_assign(key, std::move(kept));
            all.kept_bytes += size;
            too_many = take_oldest(all, quarantine_size());
        }
        give_back(std::move(too_many));
        return true;
    } catch (const std::bad_alloc &) {
        return false;
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

void refuse_stale(const void *address) {
    if (address == nullptr || !is_strict()) return;
    const std::optional<Stale> stale = find_stale(address);
    if (!stale) return;
    const Call *call = Call::current();
    const int code = code_of(*stale, call == nullptr ? "" : call->entry().name);
    violated({Rule::kStaleHandle, stale->name + " was used after it was freed or destroyed",
              "it was freed or destroyed", stale->gone, code});
    // Not even in mode "warn": the object behind it is no more.
    if (!stale->is_refused_by_runtime) throw Failure{code, stale->name + " was destroyed before"};
}

int check_addresses(const void *const *addresses, size_t count) noexcept {
    const char *function = Call::current()->entry().name;
    if (only_asks(function)) return ACL_SUCCESS;
    return guarded(function, [&] {
        std::for_each(addresses, addresses + count, refuse_stale);
        return ACL_SUCCESS;
    });
}

void refuse_stale_model(const void *handle) {
    if (!is_strict()) return;
    Violation violation{
        Rule::kStaleHandle, {}, "it was unloaded", nullptr, text_of(ObjectKind::kModel).stale_code};
    {
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        const auto found = all.stale.find(handle);
        if (found == all.stale.end()) return;
        violation.objects = name_of(handle, found->second) + " was used after it was unloaded";
        violation.earlier_site = found->second.gone;
    }
    violated(violation);
}

void check_leaks() {
    if (!is_strict()) return;
    std::vector<std::pair<const void *, Object>> left;
    std::vector<Violation> late_writes;
    {
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        left.assign(all.live.begin(), all.live.end());
        for (const auto &[start, kept] : all.kept) {
            if (auto found = late_write(start, kept)) late_writes.push_back(std::move(*found));
        }
    }
    for (const Violation &late : late_writes) observed(late);
    std::sort(left.begin(), left.end(), [](const auto &a, const auto &b) {
        return std::pair(a.second.kind, a.first) < std::pair(b.second.kind, b.first);
    });
    const auto check = [&](Rule rule, const char *what) {
        std::string text;
        size_t count = 0;
        for (const auto &[handle, object] : left) {
            if (rule_of_leak(object.kind) != rule) continue;
            if (++count <= kListed) {
                text += "\n" + name_of(handle, object) + ", made here:\n" + describe(object.made);
                text.pop_back();
            }
        }
        if (count > kListed) text += "\nand " + std::to_string(count - kListed) + " more";
        if (count > 0) violated({rule, what + text});
    };
    check(Rule::kLeak, "at aclFinalize there is still");
    check(Rule::kOutputOfRuntime, "at aclFinalize there is still, allocated for an output,");
    check(Rule::kInitAndFinalize, "aclFinalize ends the use of");
}

void forget_objects() noexcept {
    Objects &all = objects();
    std::vector<KeptNode> kept;
    try {
        const std::lock_guard lock(all.mutex);
        all.live.clear();
        all.gears.clear();
        all.stale.clear();
        all.stale_order.clear();
        kept = take_oldest(all, 0);
    } catch (const std::bad_alloc &) {
    }
    give_back(std::move(kept));
}

}  // namespace ascendcl::host::checks
