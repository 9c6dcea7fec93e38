// A table of descs, and what each stream has registered: a copy, since its desc may be destroyed.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/allocator.h"

#include <map>
#include <mutex>

#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"
#include "host/runtime/stream.h"

namespace ascendcl::host {
namespace {

HandleTable<Allocator> &desc_table() {
    // Leaks on purpose: the handles may be destroyed late in the process's life.
    static auto &table =
        *new HandleTable<Allocator>(HandleKind::kAllocatorDesc, LiveKind::kAllocatorDesc);
    return table;
}

struct Registered {
    std::mutex mutex;
    // A stream's handle never comes back, so the entry of a stream that is gone harms nobody.
    std::map<aclrtStream, Allocator> by_stream;
};

Registered &registered() {
    static auto &only = *new Registered;  // leaks on purpose, as above
    return only;
}

}  // namespace

aclrtAllocatorDesc create_allocator_desc() {
    return desc_table().insert(std::make_shared<Allocator>());
}

std::shared_ptr<Allocator> allocator_desc_of(aclrtAllocatorDesc handle) {
    auto desc = is_forked_child() ? nullptr : desc_table().find(handle);
    require(desc != nullptr, "the allocator desc was destroyed or never was one",
            ACL_ERROR_RT_INVALID_HANDLE);
    return desc;
}

void destroy_allocator_desc(aclrtAllocatorDesc handle) {
    allocator_desc_of(handle);
    desc_table().remove(handle);
}

void register_allocator(aclrtStream stream, aclrtAllocatorDesc handle) {
    Allocator chosen = *allocator_desc_of(handle);
    require(chosen.object != nullptr && chosen.allocate != nullptr && chosen.free != nullptr &&
                chosen.address_of != nullptr,
            "the desc lacks the allocator, or its alloc, free or address function");
    chosen.desc = handle;
    own_stream(stream);
    const std::lock_guard lock(registered().mutex);
    auto &all = registered().by_stream;
    for (auto entry = all.begin(); entry != all.end();) {
        entry = find_stream(entry->first) == nullptr ? all.erase(entry) : std::next(entry);
    }
    all[stream] = chosen;
}

void unregister_allocator(aclrtStream stream) {
    own_stream(stream);
    const std::lock_guard lock(registered().mutex);
    require(registered().by_stream.erase(stream) != 0, "the stream has no allocator");
}

Allocator allocator_of(aclrtStream stream) {
    own_stream(stream);
    const std::lock_guard lock(registered().mutex);
    const auto found = registered().by_stream.find(stream);
    require(found != registered().by_stream.end(), "the stream has no allocator");
    return found->second;
}

}  // namespace ascendcl::host
