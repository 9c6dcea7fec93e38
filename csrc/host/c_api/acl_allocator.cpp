// Allocators of the application: acl_rt_allocator.h.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "acl/acl_rt_allocator.h"
#include "host/report/report.h"
#include "host/runtime/allocator.h"

using namespace ascendcl::host;

namespace {

template <typename T>
aclError set(const char *function, aclrtAllocatorDesc desc, T Allocator::*member, T value) {
    return guarded(function, [&] {
        require(desc != nullptr && value != nullptr, "a pointer is null");
        (*allocator_desc_of(desc)).*member = value;
    });
}

}  // namespace

aclrtAllocatorDesc aclrtAllocatorCreateDesc(void) {
    aclrtAllocatorDesc handle = nullptr;
    guarded(__func__, [&] { handle = create_allocator_desc(); });
    return handle;
}

aclError aclrtAllocatorDestroyDesc(aclrtAllocatorDesc allocatorDesc) {
    return guarded(__func__, [&] {
        require(allocatorDesc != nullptr, "allocatorDesc is null");
        destroy_allocator_desc(allocatorDesc);
    });
}

aclError aclrtAllocatorSetObjToDesc(aclrtAllocatorDesc allocatorDesc, aclrtAllocator allocator) {
    return set(__func__, allocatorDesc, &Allocator::object, allocator);
}

aclError aclrtAllocatorSetAllocFuncToDesc(aclrtAllocatorDesc allocatorDesc,
                                          aclrtAllocatorAllocFunc func) {
    return set(__func__, allocatorDesc, &Allocator::allocate, func);
}

aclError aclrtAllocatorSetFreeFuncToDesc(aclrtAllocatorDesc allocatorDesc,
                                         aclrtAllocatorFreeFunc func) {
    return set(__func__, allocatorDesc, &Allocator::free, func);
}

aclError aclrtAllocatorSetAllocAdviseFuncToDesc(aclrtAllocatorDesc allocatorDesc,
                                                aclrtAllocatorAllocAdviseFunc func) {
    return set(__func__, allocatorDesc, &Allocator::allocate_near, func);
}

aclError aclrtAllocatorSetGetAddrFromBlockFuncToDesc(aclrtAllocatorDesc allocatorDesc,
                                                     aclrtAllocatorGetAddrFromBlockFunc func) {
    return set(__func__, allocatorDesc, &Allocator::address_of, func);
}

aclError aclrtAllocatorRegister(aclrtStream stream, aclrtAllocatorDesc allocatorDesc) {
    return guarded(__func__, [&] {
        require(stream != nullptr && allocatorDesc != nullptr, "a pointer is null");
        register_allocator(stream, allocatorDesc);
    });
}

aclError aclrtAllocatorGetByStream(aclrtStream stream, aclrtAllocatorDesc *allocatorDesc,
                                   aclrtAllocator *allocator, aclrtAllocatorAllocFunc *allocFunc,
                                   aclrtAllocatorFreeFunc *freeFunc,
                                   aclrtAllocatorAllocAdviseFunc *allocAdviseFunc,
                                   aclrtAllocatorGetAddrFromBlockFunc *getAddrFromBlockFunc) {
    return guarded(__func__, [&] {
        require(stream != nullptr && allocatorDesc != nullptr && allocator != nullptr &&
                    allocFunc != nullptr && freeFunc != nullptr && allocAdviseFunc != nullptr &&
                    getAddrFromBlockFunc != nullptr,
                "a pointer is null");
        const Allocator found = allocator_of(stream);
        *allocatorDesc = found.desc;
        *allocator = found.object;
        *allocFunc = found.allocate;
        *freeFunc = found.free;
        *allocAdviseFunc = found.allocate_near;
        *getAddrFromBlockFunc = found.address_of;
    });
}

aclError aclrtAllocatorUnregister(aclrtStream stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        unregister_allocator(stream);
    });
}
