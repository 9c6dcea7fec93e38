// Copies by descriptor, many at once and with a reduction: acl_rt.h "Copy and fill".
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/copy.h"
#include "host/runtime/copy_descriptor.h"
#include "host/runtime/reduce.h"
#include "host/runtime/stream.h"

using namespace ascendcl::host;

namespace {

void check_kind(aclrtMemcpyKind kind) {
    require(kind == ACL_MEMCPY_INNER_DEVICE_TO_DEVICE,
            "descriptors are for copies within a device");
}

// The copies of a batch, checked before the first of them is made.
struct Batch {
    void **destinations;
    size_t *rooms;
    void **sources;
    size_t *sizes;
    size_t count;
    aclrtMemcpyBatchAttr *attributes;
    size_t *attribute_starts;
    size_t attribute_count;

    // `failing` becomes the number of the copy that is wrong, if it is one.
    void check(size_t &failing) const {
        failing = SIZE_MAX;
        require(destinations != nullptr && rooms != nullptr && sources != nullptr &&
                    sizes != nullptr && attributes != nullptr && attribute_starts != nullptr,
                "a pointer is null");
        require(count != 0 && attribute_count != 0 && attribute_count <= count,
                "there are no copies, no attributes, or more attributes than copies");
        for (size_t index = 0; index < attribute_count; ++index) {
            const size_t least = index == 0 ? 0 : attribute_starts[index - 1] + 1;
            require(attribute_starts[index] >= least && attribute_starts[index] < count &&
                        (index != 0 || attribute_starts[0] == 0),
                    "the attributes' first copies do not ascend from 0");
        }
        for (size_t index = 0; index < count; ++index) {
            failing = index;
            require(destinations[index] != nullptr && sources[index] != nullptr,
                    "an address is null");
            require(sizes[index] <= rooms[index], "a destination is too small",
                    ACL_ERROR_RT_PARAM_INVALID);
        }
        failing = SIZE_MAX;
    }

    CopyShape shape(size_t index) const { return {sizes[index], 1, sizes[index], sizes[index]}; }
};

aclError copy_batch(const char *function, const Batch &batch, size_t *fail_index) {
    size_t failing = SIZE_MAX;
    const aclError code = guarded(function, [&] {
        batch.check(failing);
        for (size_t index = 0; index < batch.count; ++index) {
            copy_now(batch.destinations[index], batch.sources[index], batch.shape(index));
        }
    });
    if (fail_index != nullptr) *fail_index = failing;
    return code;
}

aclError copy_batch_async(const char *function, const Batch &batch, size_t *fail_index,
                          aclrtStream stream) {
    size_t failing = SIZE_MAX;
    const aclError code = guarded(function, [&]() -> aclError {
        batch.check(failing);
        for (failing = 0; failing < batch.count; ++failing) {
            const aclError result =
                copy_in_stream(batch.destinations[failing], batch.sources[failing],
                               batch.shape(failing), ACL_MEMCPY_DEFAULT, stream);
            if (result != ACL_SUCCESS) return result;
        }
        failing = SIZE_MAX;
        return ACL_SUCCESS;
    });
    if (fail_index != nullptr) *fail_index = failing;
    return code;
}

}  // namespace

aclError aclrtGetMemcpyDescSize(aclrtMemcpyKind kind, size_t *descSize) {
    return guarded(__func__, [&] {
        require(descSize != nullptr, "descSize is null");
        check_kind(kind);
        *descSize = sizeof(CopyDescriptor);
    });
}

aclError aclrtSetMemcpyDesc(void *desc, aclrtMemcpyKind kind, void *srcAddr, void *dstAddr,
                            size_t count, void *config) {
    return guarded(__func__, [&] {
        require(desc != nullptr && srcAddr != nullptr && dstAddr != nullptr, "a pointer is null");
        require(count != 0, "the count is 0");
        require(config == nullptr, "config is reserved and must be null");
        check_kind(kind);
        write_copy_descriptor(desc, srcAddr, dstAddr, count);
    });
}

aclError aclrtMemcpyAsyncWithDesc(void *desc, aclrtMemcpyKind kind, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(desc != nullptr, "desc is null");
        check_kind(kind);
        return copy_by_descriptor(desc, stream);
    });
}

aclError aclrtReduceAsync(void *dst, const void *src, uint64_t count, aclrtReduceKind kind,
                          aclDataType type, aclrtStream stream, void *reserve) {
    return guarded(__func__, [&] {
        require(dst != nullptr && src != nullptr && count != 0,
                "an address is null or the count 0");
        require(reserve == nullptr, "reserve must be null");
        return reduce_in_stream(dst, src, count, kind, type, stream);
    });
}

aclError aclrtMemcpyBatch(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                          size_t numBatches, aclrtMemcpyBatchAttr *attrs, size_t *attrsIndexes,
                          size_t numAttrs, size_t *failIndex) {
    return copy_batch(__func__,
                      {dsts, destMaxs, srcs, sizes, numBatches, attrs, attrsIndexes, numAttrs},
                      failIndex);
}

aclError aclrtMemcpyBatchV2(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                            size_t numBatches, aclrtMemcpyBatchAttr *attrs, size_t *attrsIndexes,
                            size_t numAttrs) {
    return copy_batch(__func__,
                      {dsts, destMaxs, srcs, sizes, numBatches, attrs, attrsIndexes, numAttrs},
                      nullptr);
}

aclError aclrtMemcpyBatchAsync(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                               size_t numBatches, aclrtMemcpyBatchAttr *attrs, size_t *attrsIndexes,
                               size_t numAttrs, size_t *failIndex, aclrtStream stream) {
    return copy_batch_async(
        __func__, {dsts, destMaxs, srcs, sizes, numBatches, attrs, attrsIndexes, numAttrs},
        failIndex, stream);
}

aclError aclrtMemcpyBatchAsyncV2(void **dsts, size_t *destMaxs, void **srcs, size_t *sizes,
                                 size_t numBatches, aclrtMemcpyBatchAttr *attrs,
                                 size_t *attrsIndexes, size_t numAttrs, aclrtStream stream) {
    return copy_batch_async(
        __func__, {dsts, destMaxs, srcs, sizes, numBatches, attrs, attrsIndexes, numAttrs}, nullptr,
        stream);
}
