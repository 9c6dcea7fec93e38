// Overflow of floats and time limits of operators: acl_rt.h "Switches of the system, the context or
// the device". Floats are IEEE here: what overflows is an infinity, nothing saturates.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"
#include "host/runtime/op_timeout.h"
#include "host/runtime/stream_table.h"

using namespace ascendcl::host;

namespace {

constexpr size_t kOverflowStatusSize = 64;

}  // namespace

aclError aclrtSetDeviceSatMode(aclrtFloatOverflowMode mode) {
    return guarded(__func__, [&] {
        require(mode == ACL_RT_OVERFLOW_MODE_SATURATION || mode == ACL_RT_OVERFLOW_MODE_INFNAN,
                "no such mode");
        current_context();
        require(mode == ACL_RT_OVERFLOW_MODE_INFNAN,
                "floats overflow to infinity here, they cannot be made to saturate",
                ACL_ERROR_RT_FEATURE_NOT_SUPPORT);
    });
}

aclError aclrtGetDeviceSatMode(aclrtFloatOverflowMode *mode) {
    return guarded(__func__, [&] {
        require(mode != nullptr, "mode is null");
        current_context();
        *mode = ACL_RT_OVERFLOW_MODE_INFNAN;
    });
}

aclError aclrtSetStreamOverflowSwitch(aclrtStream stream, uint32_t flag) {
    return guarded(__func__, [&] {
        require(flag <= 1, "the switch is neither 0 nor 1");
        own_stream(stream)->settings().overflow_switch = flag;
    });
}

aclError aclrtGetStreamOverflowSwitch(aclrtStream stream, uint32_t *flag) {
    return guarded(__func__, [&] {
        require(flag != nullptr, "flag is null");
        *flag = own_stream(stream)->settings().overflow_switch;
    });
}

aclError aclrtGetOverflowStatus(void *outputAddr, size_t outputSize, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(outputAddr != nullptr, "outputAddr is null");
        require(outputSize == kOverflowStatusSize, "outputSize must be 64");
        const auto asked = own_stream(stream);
        require(is_live_memory(outputAddr, outputSize), "the memory is none of the runtime's",
                ACL_ERROR_RT_PARAM_INVALID);
        return asked->submit([outputAddr] {
            std::memset(outputAddr, 0, kOverflowStatusSize);
            return ACL_SUCCESS;
        });
    });
}

aclError aclrtResetOverflowStatus(aclrtStream stream) {
    return guarded(__func__, [&] { own_stream(stream); });
}

aclError aclrtSetOpExecuteTimeOut(uint32_t timeout) {
    set_op_timeout(uint64_t{timeout} * 1000000);
    return ACL_SUCCESS;
}

aclError aclrtSetOpExecuteTimeOutWithMs(uint32_t timeout) {
    set_op_timeout(uint64_t{timeout} * 1000);
    return ACL_SUCCESS;
}

aclError aclrtSetOpExecuteTimeOutV2(uint64_t timeout, uint64_t *actualTimeout) {
    return guarded(__func__, [&] {
        require(actualTimeout != nullptr, "actualTimeout is null");
        *actualTimeout = set_op_timeout(timeout);
    });
}

aclError aclrtGetOpTimeOutInterval(uint64_t *interval) {
    return guarded(__func__, [&] {
        require(interval != nullptr, "interval is null");
        *interval = kOpTimeoutUnit;
    });
}

aclError aclrtGetOpExecuteTimeout(uint32_t *const timeoutMs) {
    return guarded(__func__, [&] {
        require(timeoutMs != nullptr, "timeoutMs is null");
        *timeoutMs = static_cast<uint32_t>(std::min<uint64_t>(op_timeout() / 1000, UINT32_MAX));
    });
}
