// Contexts and switches: acl_rt.h "Contexts", "Switches of the system, the context or the device".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/event.h"
#include "host/runtime/stream.h"

using namespace ascendcl::host;

aclError aclrtCreateContext(aclrtContext *context, int32_t deviceId) {
    return guarded(__func__, [&] {
        require(context != nullptr, "context is null");
        *context = create_context(deviceId);
    });
}

aclError aclrtDestroyContext(aclrtContext context) {
    return guarded(__func__, [&] {
        require(context != nullptr, "context is null");
        destroy_context(context);
    });
}

aclError aclrtSetCurrentContext(aclrtContext context) {
    return guarded(__func__, [&] {
        require(context != nullptr, "context is null");
        set_current_context(context);
    });
}

aclError aclrtGetCurrentContext(aclrtContext *context) {
    return guarded(__func__, [&] {
        require(context != nullptr, "context is null");
        *context = current_context()->handle();
    });
}

aclError aclrtCtxGetCurrentDefaultStream(aclrtStream *stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        *stream = current_context()->default_stream()->handle();
    });
}

aclError aclrtGetPrimaryCtxState(int32_t deviceId, uint32_t *flags, int32_t *active) {
    return guarded(__func__, [&] {
        require(flags == nullptr, "flags must be null");
        require(active != nullptr, "active is null");
        *active = is_primary_active(deviceId) ? 1 : 0;
    });
}

aclError aclrtCtxGetSysParamOpt(aclSysParamOpt opt, int64_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = current_context()->options().get(opt);
    });
}

aclError aclrtCtxSetSysParamOpt(aclSysParamOpt opt, int64_t value) {
    return guarded(__func__, [&] { current_context()->options().set(opt, value); });
}

aclError aclrtGetSysParamOpt(aclSysParamOpt opt, int64_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        *value = process_options().get(opt);
    });
}

aclError aclrtSetSysParamOpt(aclSysParamOpt opt, int64_t value) {
    return guarded(__func__, [&] { process_options().set(opt, value); });
}

aclError aclrtSetOpWaitTimeout(uint32_t timeout) {
    return guarded(__func__, [&] {
        current_context();
        set_wait_timeout(std::chrono::seconds(timeout));
    });
}
