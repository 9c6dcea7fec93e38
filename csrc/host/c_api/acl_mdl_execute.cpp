// acl/acl_mdl.h: executing a loaded model.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/config.h"
#include "host/model/execute.h"
#include "host/runtime/report.h"

using ascendcl::host::fail;
using ascendcl::host::guarded;

namespace {

aclError null_data_set(const char *function) {
    return fail(ACL_ERROR_INVALID_PARAM, "%s: a data set is null", function);
}

}  // namespace

aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output) {
    if (!input || !output) return null_data_set(__func__);
    return guarded(__func__, [&] { ascendcl::host::model::execute(modelId, *input, *output); });
}

aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                            aclrtStream stream) {
    if (!input || !output) return null_data_set(__func__);
    return guarded(__func__,
                   [&] { ascendcl::host::model::execute_async(modelId, *input, *output, stream); });
}

// Without a handle the documented defaults hold: no limit on the wait.
aclError aclmdlExecuteV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                         aclrtStream stream, const aclmdlExecConfigHandle *handle) {
    if (!input || !output) return null_data_set(__func__);
    const int32_t timeout = handle ? handle->stream_sync_timeout : -1;
    return guarded(__func__, [&] {
        ascendcl::host::model::execute_within(modelId, *input, *output, stream, timeout);
    });
}

// The handle's limits concern waiting, and nobody waits here.
aclError aclmdlExecuteAsyncV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                              aclrtStream stream, const aclmdlExecConfigHandle *) {
    if (!input || !output) return null_data_set(__func__);
    return guarded(__func__,
                   [&] { ascendcl::host::model::execute_async(modelId, *input, *output, stream); });
}
