// Marks bytes that nobody may touch, for AddressSanitizer; without it, nothing is done.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

// Weak: the sanitizer's run-time library has them, no other does.
// NOLINTBEGIN(bugprone-reserved-identifier): its names
extern "C" __attribute__((weak)) void __asan_poison_memory_region(const volatile void *, size_t);
extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *, size_t);
// NOLINTEND(bugprone-reserved-identifier)

namespace ascendcl::host {

inline void poison(const void *begin, size_t size) noexcept {
    if (__asan_poison_memory_region != nullptr) __asan_poison_memory_region(begin, size);
}

inline void unpoison(const void *begin, size_t size) noexcept {
    if (__asan_unpoison_memory_region != nullptr) __asan_unpoison_memory_region(begin, size);
}

}  // namespace ascendcl::host
