// What strict mode looks up of the arguments of each function. cmake/argument_lookups.py derives it
// from the types and names in the headers; the generated entries hold it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "host/checks/object_kind.h"

namespace ascendcl::host::checks {

struct Entry;

enum class Role : uint8_t {
    kHandle,
    kHandles,   // an array of them
    kRange,     // so many bytes of memory
    kRows,      // so many rows, a pitch apart
    kRanges,    // an array of addresses, and one of sizes
    kText,      // up to a 0
    kTexts,     // an array of them
    kBlock,     // memory of the runtime's
    kCode,      // a function
    kCopyKind,  // where the two ends of a copy are
};

inline constexpr uint8_t kNoPlace = 255;

// Parameters are given by their place.
struct Argument {
    Role role;
    ObjectKind kind;
    bool is_written;
    uint8_t parameter;
    uint8_t size;    // how many elements; kNoPlace for one. Of a copy's kind: the destination
    uint8_t count;   // how many rows, ranges, handles, texts. Of a copy's kind: the source
    uint8_t pitch;   // of rows
    size_t element;  // bytes
    size_t width;    // of each of the sizes, where they are an array
};

// An argument as a number: what is below 0 names nothing, and neither does a fraction.
template <typename T>
uintptr_t word_in(const T &argument) noexcept {
    if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<uintptr_t>(argument);
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
        return argument < T{} ? 0 : static_cast<uintptr_t>(argument);
    } else {
        return 0;
    }
}

// The code to answer instead of making the call, or 0. `addresses` holds the arguments that are
// pointers, null for the others.
int check_arguments(const Entry &entry, const uintptr_t *words, const void *const *addresses,
                    size_t count) noexcept;

}  // namespace ascendcl::host::checks
