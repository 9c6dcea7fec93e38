// Rounding up to whole units, without an overflow.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/op_timeout.h"

#include <atomic>

namespace ascendcl::host {
namespace {

std::atomic<uint64_t> kept{kNoOpTimeout};

}  // namespace

uint64_t set_op_timeout(uint64_t microseconds) noexcept {
    const bool longest = microseconds == 0 || microseconds > kNoOpTimeout - kOpTimeoutUnit;
    const uint64_t units = longest ? 0 : (microseconds + kOpTimeoutUnit - 1) / kOpTimeoutUnit;
    const uint64_t value = longest ? kNoOpTimeout : units * kOpTimeoutUnit;
    kept.store(value, std::memory_order_relaxed);
    return value;
}

uint64_t op_timeout() noexcept { return kept.load(std::memory_order_relaxed); }

}  // namespace ascendcl::host
