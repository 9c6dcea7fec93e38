// Integers of 32 and 64 bits as the C++ types that they are, and the search for one that is not as
// it should be.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <openvino/core/type/element_type.hpp>
#include <optional>

namespace ascendcl::host::engine {

inline bool is_wide_integer(ov::element::Type type) noexcept {
    return type == ov::element::i32 || type == ov::element::i64 || type == ov::element::u32 ||
           type == ov::element::u64;
}

// What `use` answers for the elements at `data`; nothing, and no call, for other types.
template <typename Use>
auto with_wide_integers(ov::element::Type type, const void *data, Use &&use)
    -> decltype(use(static_cast<const int32_t *>(data))) {
    switch (type) {
        case ov::element::i32:
            return use(static_cast<const int32_t *>(data));
        case ov::element::i64:
            return use(static_cast<const int64_t *>(data));
        case ov::element::u32:
            return use(static_cast<const uint32_t *>(data));
        case ov::element::u64:
            return use(static_cast<const uint64_t *>(data));
        default:
            return {};
    }
}

// The first of the values that does not fit.
template <typename T, typename Fits>
std::optional<size_t> first_unfit(const T *values, size_t count, Fits &&fits) {
    bool all = true;  // without a branch in the loop, so that compilers vectorise it
    for (size_t i = 0; i < count; ++i) all &= fits(values[i]);
    if (all) return {};
    size_t at = 0;
    while (fits(values[at])) ++at;
    return at;
}

}  // namespace ascendcl::host::engine
