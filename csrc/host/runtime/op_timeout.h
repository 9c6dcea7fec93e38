// How long an operator may run. The time is kept and handed out; no operator is stopped for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ascendcl::host {

inline constexpr uint64_t kOpTimeoutUnit = 1000;      // microseconds: times are multiples of it
inline constexpr uint64_t kNoOpTimeout = UINT64_MAX;  // the longest, and the default

// 0 stands for the longest. Answers what is kept.
uint64_t set_op_timeout(uint64_t microseconds) noexcept;
uint64_t op_timeout() noexcept;

}  // namespace ascendcl::host
