// How many cores may be used: acl_rt.h "Allowances of cores".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/runtime/core_limits.h"
#include "host/runtime/report.h"

using namespace ascendcl::host;

aclError aclrtGetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = device_core_limit(deviceId, type);
        return ACL_SUCCESS;
    });
}

aclError aclrtSetDeviceResLimit(int32_t deviceId, aclrtDevResLimitType type, uint32_t value) {
    return guarded(__func__, [&] {
        set_device_core_limit(deviceId, type, value);
        return ACL_SUCCESS;
    });
}

aclError aclrtResetDeviceResLimit(int32_t deviceId) {
    return guarded(__func__, [&] {
        reset_device_core_limits(deviceId);
        return ACL_SUCCESS;
    });
}

aclError aclrtGetStreamResLimit(aclrtStream stream, aclrtDevResLimitType type, uint32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = stream_core_limit(stream, type);
        return ACL_SUCCESS;
    });
}

aclError aclrtSetStreamResLimit(aclrtStream stream, aclrtDevResLimitType type, uint32_t value) {
    return guarded(__func__, [&] {
        set_stream_core_limit(stream, type, value);
        return ACL_SUCCESS;
    });
}

aclError aclrtResetStreamResLimit(aclrtStream stream) {
    return guarded(__func__, [&] {
        reset_stream_core_limits(stream);
        return ACL_SUCCESS;
    });
}

aclError aclrtUseStreamResInCurrentThread(aclrtStream stream) {
    return guarded(__func__, [&] {
        use_stream_limits(stream);
        return ACL_SUCCESS;
    });
}

aclError aclrtUnuseStreamResInCurrentThread(aclrtStream stream) {
    return guarded(__func__, [&] {
        unuse_stream_limits(stream);
        return ACL_SUCCESS;
    });
}

aclError aclrtGetResInCurrentThread(aclrtDevResLimitType type, uint32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = core_limit_of_thread(type);
        return ACL_SUCCESS;
    });
}
