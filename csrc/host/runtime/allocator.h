// Allocators of the application, registered for a stream. Nothing here asks them for memory: no
// operator needs a workspace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "acl/acl.h"
#include "acl/acl_rt_allocator.h"

namespace ascendcl::host {

struct Allocator {
    aclrtAllocator object = nullptr;
    aclrtAllocatorAllocFunc allocate = nullptr;
    aclrtAllocatorFreeFunc free = nullptr;
    aclrtAllocatorAllocAdviseFunc allocate_near = nullptr;
    aclrtAllocatorGetAddrFromBlockFunc address_of = nullptr;
    aclrtAllocatorDesc desc = nullptr;  // that it was registered by; may be destroyed since
};

aclrtAllocatorDesc create_allocator_desc();
// Both throw Failure(107017) for a handle that is none. As documented elsewhere for descriptions,
// one is not to be changed by two threads at once.
std::shared_ptr<Allocator> allocator_desc_of(aclrtAllocatorDesc handle);
void destroy_allocator_desc(aclrtAllocatorDesc handle);

// A later one takes the place of an earlier. Throw Failure: 100000 for a desc that lacks the object
// or a function, or a stream that has no allocator; the codes of the stream.
void register_allocator(aclrtStream stream, aclrtAllocatorDesc desc);
void unregister_allocator(aclrtStream stream);
Allocator allocator_of(aclrtStream stream);

}  // namespace ascendcl::host
