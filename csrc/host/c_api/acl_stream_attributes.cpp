// Streams made from a configuration, and what may be set on them: acl_rt.h "Streams".
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/report/report.h"
#include "host/runtime/live_counts.h"
#include "host/runtime/stream.h"

using namespace ascendcl::host;

namespace {

struct StreamConfig : aclrtStreamConfigHandle {
    StreamConfig() : aclrtStreamConfigHandle{} {}
    LiveCount<LiveKind::kStreamConfig> live;
};

template <typename T>
void assign(T &option, const void *value, size_t size) {
    require(size == sizeof option, "the value has another size than the option");
    std::memcpy(&option, value, size);
}

}  // namespace

aclrtStreamConfigHandle *aclrtCreateStreamConfigHandle(void) {
    return hand_out<StreamConfig, checks::ObjectKind::kStreamConfig>();
}

aclError aclrtDestroyStreamConfigHandle(aclrtStreamConfigHandle *handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        take_back(static_cast<StreamConfig *>(handle));
    });
}

aclError aclrtSetStreamConfigOpt(aclrtStreamConfigHandle *handle, aclrtStreamConfigAttr attr,
                                 const void *attrValue, size_t valueSize) {
    return guarded(__func__, [&]() -> aclError {
        require(handle != nullptr && attrValue != nullptr, "a pointer is null");
        switch (attr) {
            case ACL_RT_STREAM_WORK_ADDR_PTR:
                assign(handle->workptr, attrValue, valueSize);
                return ACL_SUCCESS;
            case ACL_RT_STREAM_WORK_SIZE:
                assign(handle->workSize, attrValue, valueSize);
                return ACL_SUCCESS;
            case ACL_RT_STREAM_FLAG:
                assign(handle->flag, attrValue, valueSize);
                return ACL_SUCCESS;
            case ACL_RT_STREAM_PRIORITY:
                assign(handle->priority, attrValue, valueSize);
                return ACL_SUCCESS;
            default:
                throw Failure{ACL_ERROR_INVALID_PARAM, "no such option"};
        }
    });
}

// The work memory is not used: tasks here need none.
aclError aclrtCreateStreamV2(aclrtStream *stream, const aclrtStreamConfigHandle *handle) {
    return guarded(__func__, [&] {
        require(stream != nullptr && handle != nullptr, "a pointer is null");
        *stream = create_stream(handle->priority, static_cast<uint32_t>(handle->flag))->handle();
    });
}

aclError aclrtSetStreamAttribute(aclrtStream stream, aclrtStreamAttr stmAttrType,
                                 aclrtStreamAttrValue *value) {
    return guarded(__func__, [&]() -> aclError {
        require(value != nullptr, "value is null");
        const auto chosen = own_stream(stream);
        StreamSettings &settings = chosen->settings();
        switch (stmAttrType) {
            case ACL_STREAM_ATTR_FAILURE_MODE:
                require(value->failureMode == ACL_CONTINUE_ON_FAILURE ||
                            value->failureMode == ACL_STOP_ON_FAILURE,
                        "no such mode");
                chosen->set_stop_on_failure(value->failureMode == ACL_STOP_ON_FAILURE);
                return ACL_SUCCESS;
            case ACL_STREAM_ATTR_FLOAT_OVERFLOW_CHECK:
                require(value->overflowSwitch <= 1, "the switch is neither 0 nor 1");
                settings.overflow_switch = value->overflowSwitch;
                return ACL_SUCCESS;
            case ACL_STREAM_ATTR_USER_CUSTOM_TAG:
                settings.custom_tag = value->userCustomTag;
                return ACL_SUCCESS;
            case ACL_STREAM_ATTR_CACHE_OP_INFO:
                require(value->cacheOpInfoSwitch <= 1, "the switch is neither 0 nor 1");
                settings.cache_op_info = value->cacheOpInfoSwitch;
                return ACL_SUCCESS;
            case ACL_STREAM_ATTR_PRIORITY:
                require(value->streamPriority <= kLeastPriority, "no such priority");
                settings.priority = value->streamPriority;
                return ACL_SUCCESS;
            default:
                throw Failure{ACL_ERROR_INVALID_PARAM, "no such attribute"};
        }
    });
}

aclError aclrtGetStreamAttribute(aclrtStream stream, aclrtStreamAttr stmAttrType,
                                 aclrtStreamAttrValue *value) {
    return guarded(__func__, [&]() -> aclError {
        require(value != nullptr, "value is null");
        const auto chosen = own_stream(stream);
        const StreamSettings &settings = chosen->settings();
        aclrtStreamAttrValue found{};
        switch (stmAttrType) {
            case ACL_STREAM_ATTR_FAILURE_MODE:
                found.failureMode =
                    chosen->stops_on_failure() ? ACL_STOP_ON_FAILURE : ACL_CONTINUE_ON_FAILURE;
                break;
            case ACL_STREAM_ATTR_FLOAT_OVERFLOW_CHECK:
                found.overflowSwitch = settings.overflow_switch;
                break;
            case ACL_STREAM_ATTR_USER_CUSTOM_TAG:
                found.userCustomTag = settings.custom_tag;
                break;
            case ACL_STREAM_ATTR_CACHE_OP_INFO:
                found.cacheOpInfoSwitch = settings.cache_op_info;
                break;
            case ACL_STREAM_ATTR_PRIORITY:
                found.streamPriority = settings.priority;
                break;
            default:
                throw Failure{ACL_ERROR_INVALID_PARAM, "no such attribute"};
        }
        *value = found;
        return ACL_SUCCESS;
    });
}
