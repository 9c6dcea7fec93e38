// acl/acl_mdl.h: handles with the options of a load or of an execution.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/config.h"
#include "host/runtime/report.h"

using ascendcl::host::fail;
using ascendcl::host::guarded;

namespace {

constexpr size_t kExternalWeightAlignment = 32;

}  // namespace

aclmdlConfigHandle *aclmdlCreateConfigHandle() {
    return ascendcl::host::hand_out<aclmdlConfigHandle>();
}

aclError aclmdlDestroyConfigHandle(aclmdlConfigHandle *handle) {
    if (!handle) return fail(ACL_ERROR_INVALID_PARAM, "%s: the handle is null", __func__);
    ascendcl::host::take_back(handle);
    return ACL_SUCCESS;
}

aclError aclmdlSetConfigOpt(aclmdlConfigHandle *handle, aclmdlConfigAttr attr,
                            const void *attrValue, size_t valueSize) {
    if (!handle || !attrValue) return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", __func__);
    return guarded(__func__,
                   [&] { ascendcl::host::model::set_option(*handle, attr, attrValue, valueSize); });
}

// The address is not kept: models with external weights do not load here.
aclError aclmdlSetExternalWeightAddress(aclmdlConfigHandle *handle, const char *weightFileName,
                                        void *devPtr, size_t size) {
    if (!handle || !weightFileName || !devPtr) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", __func__);
    }
    if (size == 0 || size % kExternalWeightAlignment != 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: size %zu is not a positive multiple of %zu",
                    __func__, size, kExternalWeightAlignment);
    }
    return ACL_SUCCESS;
}

aclError aclmdlLoadWithConfig(const aclmdlConfigHandle *handle, uint32_t *modelId) {
    if (!handle || !modelId) return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", __func__);
    return guarded(__func__, [&] { *modelId = ascendcl::host::model::load_with_config(*handle); });
}

aclmdlExecConfigHandle *aclmdlCreateExecConfigHandle() {
    return ascendcl::host::hand_out<aclmdlExecConfigHandle>();
}

aclError aclmdlDestroyExecConfigHandle(const aclmdlExecConfigHandle *handle) {
    if (!handle) return fail(ACL_ERROR_INVALID_PARAM, "%s: the handle is null", __func__);
    ascendcl::host::take_back(handle);
    return ACL_SUCCESS;
}

aclError aclmdlSetExecConfigOpt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attr,
                                const void *attrValue, size_t valueSize) {
    if (!handle || !attrValue) return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", __func__);
    if (attr != ACL_MDL_STREAM_SYNC_TIMEOUT && attr != ACL_MDL_EVENT_SYNC_TIMEOUT) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: there is no option %d here", __func__,
                    static_cast<int>(attr));
    }
    int32_t timeout = 0;
    if (valueSize != sizeof timeout) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: a timeout takes %zu bytes, given %zu", __func__,
                    sizeof timeout, valueSize);
    }
    std::memcpy(&timeout, attrValue, sizeof timeout);
    if (timeout < -1) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: timeout %d is below -1", __func__, timeout);
    }
    int32_t &target = attr == ACL_MDL_STREAM_SYNC_TIMEOUT ? handle->stream_sync_timeout
                                                          : handle->event_sync_timeout;
    target = timeout;
    return ACL_SUCCESS;
}
