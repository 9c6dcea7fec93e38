// acl/acl_mdl.h: executing a loaded model.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/config.h"
#include "host/model/execute.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

aclError execute_async(const char *function, uint32_t model_id, const aclmdlDataset *input,
                       aclmdlDataset *output, aclrtStream stream) {
    return guarded(function, [&] {
        require(input != nullptr && output != nullptr, "a data set is null");
        model::execute_async(model_id, *input, *output, stream);
    });
}

}  // namespace

aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output) {
    return guarded(__func__, [&] {
        require(input != nullptr && output != nullptr, "a data set is null");
        model::execute(modelId, *input, *output);
    });
}

aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                            aclrtStream stream) {
    return execute_async(__func__, modelId, input, output, stream);
}

// Without a handle the documented defaults hold: no limit on the wait.
aclError aclmdlExecuteV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                         aclrtStream stream, const aclmdlExecConfigHandle *handle) {
    return guarded(__func__, [&] {
        require(input != nullptr && output != nullptr, "a data set is null");
        const int32_t timeout = handle ? handle->stream_sync_timeout : -1;
        model::execute_within(modelId, *input, *output, stream, timeout);
    });
}

// The handle's limits concern waiting, and nobody waits here.
aclError aclmdlExecuteAsyncV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output,
                              aclrtStream stream, const aclmdlExecConfigHandle *) {
    return execute_async(__func__, modelId, input, output, stream);
}
