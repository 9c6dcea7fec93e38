// The order of checks, and what a stream holds on to while an execution waits in it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/execute.h"

#include <memory>
#include <string>
#include <utility>

#include "host/model/model.h"
#include "host/model/registry.h"
#include "host/runtime/context.h"
#include "host/runtime/data_set.h"
#include "host/runtime/report.h"

namespace ascendcl::host::model {
namespace {

void require_buffers(const aclmdlDataset &data_set) {
    for (const aclmdlDataset::Entry &entry : data_set.entries) {
        if (!entry.buffer) {
            throw Failure{ACL_ERROR_INVALID_PARAM, "the data set holds a null data buffer"};
        }
    }
}

// The model, when it may be executed here and now.
Lease lease_for_execution(uint32_t model_id, const aclmdlDataset &inputs,
                          const aclmdlDataset &outputs) {
    Lease model = lease_model(model_id);
    require_buffers(inputs);
    require_buffers(outputs);
    model->require_context();
    return model;
}

// What a stream's worker runs: it keeps the model loaded, even when the stream drops it unrun.
struct QueuedExecution {
    Lease model;
    Bound bound;
};

void submit(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs, Stream &stream,
            ExecutionMode mode) {
    auto queued = std::make_shared<QueuedExecution>(
        QueuedExecution{lease_for_execution(model_id, inputs, outputs), {}});
    queued->model->bind(inputs, outputs, mode, queued->bound);
    queued->model->require_mode(mode);
    const aclError code =
        stream.submit([queued] { return queued->model->execute_bound(queued->bound); });
    if (code != ACL_SUCCESS) throw Failure{code, "the stream did not take the execution"};
}

}  // namespace

void execute(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs) {
    lease_for_execution(model_id, inputs, outputs)->execute(inputs, outputs);
}

void execute_within(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs,
                    aclrtStream stream, int32_t timeout_ms) {
    const std::shared_ptr<Stream> queue = stream_of_current_context(stream);
    submit(model_id, inputs, outputs, *queue, ExecutionMode::kSync);
    const aclError code = queue->synchronize(timeout_ms);
    if (code == ACL_SUCCESS) return;
    const bool expired = code == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT;
    throw Failure{expired && !stream ? ACL_ERROR_GE_FAILURE : code,
                  expired ? "the execution took longer than " + std::to_string(timeout_ms) + " ms"
                          : "the execution failed on its stream"};
}

void execute_async(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs,
                   aclrtStream stream) {
    // The model is looked up before the stream: its code comes first.
    {
        const Lease model = lease_for_execution(model_id, inputs, outputs);
    }
    submit(model_id, inputs, outputs, *stream_of_current_context(stream), ExecutionMode::kAsync);
}

}  // namespace ascendcl::host::model
