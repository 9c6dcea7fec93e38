// Start and end, versions, errors: acl_rt.h "Start, end and what is to run then", "Versions".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/dump.h"
#include "host/model/registry.h"
#include "host/ops/compiled_op.h"
#include "host/report/report.h"
#include "host/runtime/init.h"

using namespace ascendcl::host;

namespace {

// What models and single ops keep goes with the last finalize.
void forget_programs() {
    model::forget_all_models();
    model::end_dump();
    ops::reset_cache();
}

}  // namespace

aclError aclInit(const char *configPath) {
    return guarded(__func__, [&] { initialize(configPath); });
}

aclError aclFinalize(void) {
    return guarded(__func__, [&] {
        finalize();
        forget_programs();
    });
}

aclError aclFinalizeReference(uint64_t *refCount) {
    return guarded(__func__, [&] {
        const uint64_t left = finalize_one();
        if (left == 0) forget_programs();
        if (refCount != nullptr) *refCount = left;
    });
}

const char *aclGetRecentErrMsg(void) { return take_recent_message(); }

aclError aclrtPeekAtLastError(aclrtLastErrLevel level) {
    return level == ACL_RT_THREAD_LEVEL
               ? last_error()
               : fail(ACL_ERROR_INVALID_PARAM, "%s: no such level", __func__);
}

aclError aclrtGetLastError(aclrtLastErrLevel level) {
    return level == ACL_RT_THREAD_LEVEL
               ? take_last_error()
               : fail(ACL_ERROR_INVALID_PARAM, "%s: no such level", __func__);
}

aclError aclrtGetVersion(int32_t *majorVersion, int32_t *minorVersion, int32_t *patchVersion) {
    return guarded(__func__, [&] {
        require(majorVersion != nullptr && minorVersion != nullptr && patchVersion != nullptr,
                "a pointer is null");
        *majorVersion = ACL_MAJOR_VERSION;
        *minorVersion = ACL_MINOR_VERSION;
        *patchVersion = ACL_PATCH_VERSION;
    });
}
