// Copies and fills: acl_rt.h "Copy and fill". The order of the checks is part of the interface: a
// count of 0 succeeds before anything else is looked at.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/copy.h"
#include "host/runtime/memory.h"

using namespace ascendcl::host;

namespace {

void check_ends(const void *destination, const void *source, aclrtMemcpyKind kind) {
    require(destination != nullptr, "dst is null");
    require(source != nullptr, "src is null");
    require(kind >= ACL_MEMCPY_HOST_TO_HOST && kind <= ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE,
            "no such kind of copy");
}

void check_room(size_t room, size_t count) {
    require(count <= room, "the destination is too small", ACL_ERROR_RT_PARAM_INVALID);
}

CopyShape row(size_t count) { return {count, 1, count, count}; }

aclError copy_async(const char *function, void *destination, size_t room, const void *source,
                    size_t count, aclrtMemcpyKind kind, aclrtStream stream) {
    return guarded(function, [&]() -> aclError {
        if (count == 0) return ACL_SUCCESS;
        check_ends(destination, source, kind);
        check_room(room, count);
        return copy_in_stream(destination, source, row(count), kind, stream);
    });
}

void check_pitches(const void *destination, size_t destination_pitch, const void *source,
                   size_t source_pitch, size_t width, aclrtMemcpyKind kind) {
    check_ends(destination, source, kind);
    require(width <= destination_pitch && width <= source_pitch, "a row is wider than its pitch");
}

void check_words(const void *address, size_t room, size_t count) {
    require(address != nullptr, "ptr is null");
    require(reinterpret_cast<uintptr_t>(address) % sizeof(uint32_t) == 0,
            "ptr is not aligned to 4");
    require(count != 0 && count <= room / sizeof(uint32_t), "N is 0 or too large for the memory");
    require(find_allocation(address).location != Location::kUnregistered,
            "the memory is none of the runtime's");
}

}  // namespace

aclError aclrtMemcpy(void *dst, size_t destMax, const void *src, size_t count,
                     aclrtMemcpyKind kind) {
    return guarded(__func__, [&] {
        if (count == 0) return;
        check_ends(dst, src, kind);
        check_room(destMax, count);
        copy_now(dst, src, row(count));
    });
}

aclError aclrtMemcpyAsync(void *dst, size_t destMax, const void *src, size_t count,
                          aclrtMemcpyKind kind, aclrtStream stream) {
    return copy_async(__func__, dst, destMax, src, count, kind, stream);
}

aclError aclrtMemcpyAsyncWithCondition(void *dst, size_t destMax, const void *src, size_t count,
                                       aclrtMemcpyKind kind, aclrtStream stream) {
    return copy_async(__func__, dst, destMax, src, count, kind, stream);
}

aclError aclrtMemcpy2d(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width,
                       size_t height, aclrtMemcpyKind kind) {
    return guarded(__func__, [&] {
        if (width == 0 || height == 0) return;
        check_pitches(dst, dpitch, src, spitch, width, kind);
        copy_now(dst, src, {width, height, dpitch, spitch});
    });
}

aclError aclrtMemcpy2dAsync(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width,
                            size_t height, aclrtMemcpyKind kind, aclrtStream stream) {
    return guarded(__func__, [&]() -> aclError {
        if (width == 0 || height == 0) return ACL_SUCCESS;
        check_pitches(dst, dpitch, src, spitch, width, kind);
        return copy_in_stream(dst, src, {width, height, dpitch, spitch}, kind, stream);
    });
}

aclError aclrtMemset(void *devPtr, size_t maxCount, int32_t value, size_t count) {
    return guarded(__func__, [&] {
        if (count == 0) return;
        require(devPtr != nullptr, "devPtr is null");
        check_room(maxCount, count);
        fill_now(devPtr, value, count);
    });
}

aclError aclrtMemsetAsync(void *devPtr, size_t maxCount, int32_t value, size_t count,
                          aclrtStream stream) {
    return guarded(__func__, [&]() -> aclError {
        if (count == 0) return ACL_SUCCESS;
        require(devPtr != nullptr, "devPtr is null");
        check_room(maxCount, count);
        return fill_in_stream(devPtr, value, count, stream);
    });
}

aclError aclrtMemsetD32(void *ptr, size_t memSize, uint32_t value, size_t N) {
    return guarded(__func__, [&] {
        check_words(ptr, memSize, N);
        fill_words_now(ptr, value, N);
    });
}

aclError aclrtMemsetD32Async(void *ptr, size_t memSize, uint32_t value, size_t N,
                             aclrtStream stream) {
    return guarded(__func__, [&]() -> aclError {
        check_words(ptr, memSize, N);
        return fill_words_in_stream(ptr, value, N, stream);
    });
}
