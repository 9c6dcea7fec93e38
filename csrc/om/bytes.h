// A view of bytes that knows its end. Everything read from an .om file goes through it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ascendcl::om {

struct Bytes {
    const uint8_t *data = nullptr;
    size_t size = 0;

    bool empty() const noexcept { return size == 0; }
    std::string_view text() const noexcept { return {reinterpret_cast<const char *>(data), size}; }

    // True when [offset, offset + length) lies inside; immune to overflow.
    bool contains(uint64_t offset, uint64_t length) const noexcept {
        return offset <= size && length <= size - offset;
    }

    // The caller has asked contains() before.
    Bytes slice(uint64_t offset, uint64_t length) const noexcept {
        return {data + offset, static_cast<size_t>(length)};
    }

    // Little-endian scalar at `offset`; the caller has asked contains() before.
    template <typename T>
    T read(uint64_t offset) const noexcept {
        T value;
        std::memcpy(&value, data + offset, sizeof value);
        return value;
    }
};

}  // namespace ascendcl::om
