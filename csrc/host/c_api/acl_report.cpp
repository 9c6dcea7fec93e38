// Callbacks: acl_rt.h "Reports: callbacks and host functions run by a subscribed thread".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/callbacks.h"

using namespace ascendcl::host;

aclError aclrtSubscribeReport(uint64_t threadId, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(threadId != 0, "no thread has the id 0", ACL_ERROR_RT_THREAD_SUBSCRIBE);
        subscribe_report(threadId, stream);
    });
}

aclError aclrtLaunchCallback(aclrtCallback fn, void *userData, aclrtCallbackBlockType blockType,
                             aclrtStream stream) {
    return guarded(__func__, [&] {
        require(blockType == ACL_CALLBACK_NO_BLOCK || blockType == ACL_CALLBACK_BLOCK,
                "blockType is neither 0 nor 1");
        require(fn != nullptr, "fn is null", ACL_ERROR_RT_PARAM_INVALID);
        return launch_callback(fn, userData, blockType == ACL_CALLBACK_BLOCK, stream);
    });
}

aclError aclrtProcessReport(int32_t timeout) {
    return guarded(__func__, [&] {
        require(timeout > 0 || timeout == -1, "the timeout must be -1 or above 0");
        process_report(timeout);
    });
}

aclError aclrtUnSubscribeReport(uint64_t threadId, aclrtStream stream) {
    return guarded(__func__, [&] { unsubscribe_report(threadId, stream); });
}

aclError aclrtLaunchHostFunc(aclrtStream stream, aclrtHostFunc fn, void *args) {
    return guarded(__func__, [&] {
        require(fn != nullptr, "fn is null");
        return launch_host_function(fn, args, stream);
    });
}
