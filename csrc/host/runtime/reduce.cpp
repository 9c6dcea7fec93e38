// One loop for all types, by how an element is loaded, combined and stored. Floats of 16 bits are
// computed with as float.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/reduce.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "host/report/report.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host {
namespace {

// Elements as they are stored, and as they are computed with.
template <typename T>
struct Plain {
    using Stored = T;
    static T load(T stored) { return stored; }
    static T store(T value) { return value; }
};

struct Half {
    using Stored = aclFloat16;
    static float load(aclFloat16 stored) { return aclFloat16ToFloat(stored); }
    static aclFloat16 store(float value) { return aclFloatToFloat16(value); }
};

// The upper half of a float, rounded to nearest even.
struct Bfloat16 {
    using Stored = uint16_t;
    static float load(uint16_t stored) {
        const uint32_t bits = uint32_t{stored} << 16;
        float value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    static uint16_t store(float value) {
        uint32_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        if (value != value) return static_cast<uint16_t>(bits >> 16 | 0x40U);  // NaN, quiet
        return static_cast<uint16_t>((bits + 0x7FFFU + (bits >> 16 & 1)) >> 16);
    }
};

// Integers wrap around.
template <typename T>
T sum(T left, T right) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(static_cast<uint32_t>(left) + static_cast<uint32_t>(right));
    } else {
        return left + right;
    }
}

template <typename T>
T combine(aclrtReduceKind kind, T left, T right) {
    switch (kind) {
        case ACL_RT_MEMCPY_SDMA_AUTOMATIC_MAX:
            return std::max(left, right);
        case ACL_RT_MEMCPY_SDMA_AUTOMATIC_MIN:
            return std::min(left, right);
        default:
            return sum(left, right);
    }
}

using Reduction = void (*)(void *, const void *, size_t, aclrtReduceKind);

template <typename Element>
void reduce(void *destination, const void *source, size_t bytes, aclrtReduceKind kind) {
    using Stored = typename Element::Stored;
    auto *to = static_cast<unsigned char *>(destination);
    const auto *from = static_cast<const unsigned char *>(source);
    for (size_t at = 0; at + sizeof(Stored) <= bytes; at += sizeof(Stored)) {
        Stored left, right;  // neither side need be aligned
        std::memcpy(&left, to + at, sizeof left);
        std::memcpy(&right, from + at, sizeof right);
        left = Element::store(combine(kind, Element::load(left), Element::load(right)));
        std::memcpy(to + at, &left, sizeof left);
    }
}

Reduction reduction_of(aclDataType type) {
    switch (type) {
        case ACL_FLOAT:
            return reduce<Plain<float>>;
        case ACL_FLOAT16:
            return reduce<Half>;
        case ACL_BF16:
            return reduce<Bfloat16>;
        case ACL_INT8:
            return reduce<Plain<int8_t>>;
        case ACL_INT16:
            return reduce<Plain<int16_t>>;
        case ACL_INT32:
            return reduce<Plain<int32_t>>;
        case ACL_UINT32:
            return reduce<Plain<uint32_t>>;
        default:
            throw Failure{ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "data of this type is not reduced"};
    }
}

}  // namespace

aclError reduce_in_stream(void *destination, const void *source, size_t bytes, aclrtReduceKind kind,
                          aclDataType type, aclrtStream handle) {
    const auto stream = own_stream(handle);
    require(kind >= ACL_RT_MEMCPY_SDMA_AUTOMATIC_SUM && kind <= ACL_RT_MEMCPY_SDMA_AUTOMATIC_MIN,
            "this reduction is not supported", ACL_ERROR_RT_FEATURE_NOT_SUPPORT);
    const Reduction reduction = reduction_of(type);
    require(bytes % aclDataTypeSize(type) == 0, "the size is no multiple of the element",
            ACL_ERROR_RT_PARAM_INVALID);
    require(is_live_memory(destination, bytes) && is_live_memory(source, bytes),
            "the memory is none of the runtime's", ACL_ERROR_RT_PARAM_INVALID);
    return stream->submit([=] {
        reduction(destination, source, bytes, kind);
        return ACL_SUCCESS;
    });
}

}  // namespace ascendcl::host
