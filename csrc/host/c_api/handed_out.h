// Objects that the C ABI hands out as plain pointers, until the matching destroy function takes
// them back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <new>
#include <utility>

namespace ascendcl::host {

// Null when memory runs short, as the C functions document.
template <typename T, typename... Arguments>
T *hand_out(Arguments &&...arguments) noexcept {
    try {
        return std::make_unique<T>(std::forward<Arguments>(arguments)...).release();
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

template <typename T>
void take_back(const T *object) noexcept {
    const std::unique_ptr<const T> owner(object);
}

}  // namespace ascendcl::host
