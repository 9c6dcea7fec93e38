// What may be set on a stream and asked back. Of it only the failure mode, which the stream keeps
// itself, has an effect here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace ascendcl::host {

struct StreamSettings {
    std::atomic<uint32_t> priority{0};
    std::atomic<uint32_t> overflow_switch{0};
    std::atomic<uint32_t> custom_tag{0};
    std::atomic<uint32_t> cache_op_info{0};
    std::array<std::atomic<uint32_t>, 2> core_limits{};  // by aclrtDevResLimitType; 0 is none set
};

}  // namespace ascendcl::host
