// Where a call of the C ABI was made from: the function called, the native frames above it and,
// where a language binding has registered a provider (ascendcl/strict.h), that language's frames.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace ascendcl::host::checks {

struct CallSite {
    static constexpr size_t kFrames = 8;

    const char *function;
    const void *caller;
    std::array<void *, kFrames> frames;  // the caller's and those above it; null behind the last
    std::string foreign;                 // the provider's lines, empty where there are none
    bool is_of_binding;                  // the binding itself thought of the call
};

using Site = std::shared_ptr<const CallSite>;

// Takes down where the calling thread is. No lock may be held: the provider may take locks of its
// own, such as Python's GIL. Null without memory.
Site capture_site(const char *function, const void *caller) noexcept;

// The place of the call in progress on this thread; null where there is none.
Site here() noexcept;

inline bool is_of_binding(const Site &site) noexcept {
    return site != nullptr && site->is_of_binding;
}

// The function and a line for each frame, each with two spaces before it.
std::string describe(const Site &site);

// The same for the same code.
size_t hash_of(const Site &site) noexcept;

}  // namespace ascendcl::host::checks
