// How many cores may be used: acl_rt.h "Allowances of cores".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/core_limits.h"

using namespace ascendcl::host;

namespace {

// Of a device by its number, or of a stream.

template <typename Owner>
aclError get(const char *function, Owner owner, aclrtDevResLimitType type, uint32_t *value) {
    return guarded(function, [&] {
        require(value != nullptr, "value is null");
        *value = core_limit(owner, type);
    });
}

template <typename Owner>
aclError set(const char *function, Owner owner, aclrtDevResLimitType type, uint32_t value) {
    return guarded(function, [&] { set_core_limit(owner, type, value); });
}

template <typename Owner>
aclError reset(const char *function, Owner owner) {
    return guarded(function, [&] { reset_core_limits(owner); });
}

}  // namespace

aclError aclrtGetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t *value) {
    return get(__func__, deviceId, type, value);
}

aclError aclrtSetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t value) {
    return set(__func__, deviceId, type, value);
}

aclError aclrtResetDeviceResLimit(int32_t deviceId) { return reset(__func__, deviceId); }

aclError aclrtGetStreamResLimit(aclrtStream stream, aclrtDevResLimitType type, uint32_t *value) {
    return get(__func__, stream, type, value);
}

aclError aclrtSetStreamResLimit(aclrtStream stream, aclrtDevResLimitType type, uint32_t value) {
    return set(__func__, stream, type, value);
}

aclError aclrtResetStreamResLimit(aclrtStream stream) { return reset(__func__, stream); }

aclError aclrtUseStreamResInCurrentThread(aclrtStream stream) {
    return guarded(__func__, [&] { use_stream_limits(stream); });
}

aclError aclrtUnuseStreamResInCurrentThread(aclrtStream stream) {
    return guarded(__func__, [&] { unuse_stream_limits(stream); });
}

aclError aclrtGetResInCurrentThread(aclrtDevResLimitType type, uint32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = core_limit_of_thread(type);
    });
}
