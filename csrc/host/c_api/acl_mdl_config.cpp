// acl/acl_mdl.h: handles with the options of a load or of an execution.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/config.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

constexpr size_t kExternalWeightAlignment = 32;

}  // namespace

aclmdlConfigHandle *aclmdlCreateConfigHandle() { return hand_out<aclmdlConfigHandle>(); }

aclError aclmdlDestroyConfigHandle(aclmdlConfigHandle *handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        take_back(handle);
    });
}

aclError aclmdlSetConfigOpt(aclmdlConfigHandle *handle, aclmdlConfigAttr attr,
                            const void *attrValue, size_t valueSize) {
    return guarded(__func__, [&] {
        require(handle != nullptr && attrValue != nullptr, "a pointer is null");
        model::set_option(*handle, attr, attrValue, valueSize);
    });
}

// The address is not kept: models with external weights do not load here.
aclError aclmdlSetExternalWeightAddress(aclmdlConfigHandle *handle, const char *weightFileName,
                                        void *devPtr, size_t size) {
    return guarded(__func__, [&] {
        require(handle != nullptr && weightFileName != nullptr && devPtr != nullptr,
                "a pointer is null");
        if (size == 0 || size % kExternalWeightAlignment != 0) {
            throw invalid("size " + std::to_string(size) + " is not a positive multiple of 32");
        }
    });
}

aclError aclmdlLoadWithConfig(const aclmdlConfigHandle *handle, uint32_t *modelId) {
    return guarded(__func__, [&] {
        require(handle != nullptr && modelId != nullptr, "a pointer is null");
        *modelId = model::load_with_config(*handle);
    });
}

aclmdlExecConfigHandle *aclmdlCreateExecConfigHandle() {
    return hand_out<aclmdlExecConfigHandle>();
}

aclError aclmdlDestroyExecConfigHandle(const aclmdlExecConfigHandle *handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        take_back(handle);
    });
}

aclError aclmdlSetExecConfigOpt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attr,
                                const void *attrValue, size_t valueSize) {
    return guarded(__func__, [&] {
        require(handle != nullptr && attrValue != nullptr, "a pointer is null");
        if (attr != ACL_MDL_STREAM_SYNC_TIMEOUT && attr != ACL_MDL_EVENT_SYNC_TIMEOUT) {
            throw invalid("there is no option " + std::to_string(attr) + " here");
        }
        int32_t timeout = 0;
        if (valueSize != sizeof timeout) {
            throw invalid("a timeout takes 4 bytes, given " + std::to_string(valueSize));
        }
        std::memcpy(&timeout, attrValue, sizeof timeout);
        if (timeout < -1) throw invalid("timeout " + std::to_string(timeout) + " is below -1");
        int32_t &target = attr == ACL_MDL_STREAM_SYNC_TIMEOUT ? handle->stream_sync_timeout
                                                              : handle->event_sync_timeout;
        target = timeout;
    });
}
