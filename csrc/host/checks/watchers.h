// Who watches the calls of the C ABI and what they do; while nobody does, it costs one load.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace ascendcl::host::checks {

// Bits of `watchers`.
enum Watcher : unsigned { kStrict = 1, kFaults = 2, kTrace = 4 };

extern std::atomic<unsigned> watchers;

inline bool watched_by(Watcher watcher) noexcept {
    return (watchers.load(std::memory_order_relaxed) & watcher) != 0;
}

}  // namespace ascendcl::host::checks
