// The order of checks, and what a stream holds on to while an execution waits in it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/execute.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/checks/flights.h"
#include "host/checks/objects.h"
#include "host/checks/ranges.h"
#include "host/model/gears.h"
#include "host/model/model.h"
#include "host/model/registry.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream.h"

namespace ascendcl::host::model {
namespace {

void require_buffers(const aclmdlDataset &data_set) {
    for (const aclmdlDataset::Entry &entry : data_set.entries) {
        checks::check_handle("the data buffer in a data set", checks::ObjectKind::kDataBuffer,
                             entry.buffer);
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

// Strict mode: an execution from its submission to its end, with all that it uses.
struct InFlight {
    checks::Token execution;
    checks::Token memory;
};

// Looks up what the data set names, and adds it.
void add_uses(std::vector<checks::Use> &uses, const aclmdlDataset &data_set, Side side,
              uint32_t model_id) {
    constexpr auto kRule = checks::Rule::kExecutionMemoryGone;
    const bool is_output = side == Side::kOutput;
    uses.push_back({&data_set, 1, "a data set", kRule});
    for (size_t i = 0; i < data_set.entries.size(); ++i) {
        const aclDataBuffer &buffer = *data_set.entries[i].buffer;
        const auto size = static_cast<size_t>(buffer.size);
        const std::string name = std::string(is_output ? "output " : "input ") + std::to_string(i) +
                                 " of model " + std::to_string(model_id);
        checks::refuse_stale(buffer.data);
        checks::check_on_device({name, buffer.data, size, is_output});
        checks::check_apart(name, buffer.data, size);
        if (is_output) checks::check_write(buffer.data, size);
        uses.push_back({&buffer, 1, "a data buffer", kRule});
        uses.push_back({buffer.data, size,
                        is_output ? "the memory of an output" : "the memory of an input", kRule});
    }
}

// What the hidden input holds by chance may well be a gear.
void check_gear(const Model &model, const aclmdlDataset &inputs) {
    const size_t index = gear_input(*model.description());
    if (index >= inputs.entries.size()) return;
    const void *memory = inputs.entries[index].buffer->data;
    const checks::Site made = checks::where_made(find_allocation(memory).base);
    if (made == nullptr || checks::has_gear(memory)) return;
    checks::violated({checks::Rule::kGearNotSet,
                      "model " + std::to_string(model.id()) +
                          " is executed, and no gear was set in the memory of its input " +
                          std::to_string(index),
                      "the memory was allocated", made});
}

InFlight take_off(const Model &model, const aclmdlDataset &inputs, const aclmdlDataset &outputs,
                  std::optional<int32_t> stream) {
    if (!checks::is_strict()) return {};
    std::vector<checks::Use> uses;
    add_uses(uses, inputs, Side::kInput, model.id());
    add_uses(uses, outputs, Side::kOutput, model.id());
    check_gear(model, inputs);
    checks::deliver_reports();  // the engine may not survive what they tell of
    return {checks::take_off(model.id(), model.user_work(), stream),
            checks::hold("an execution of model " + std::to_string(model.id()), "it was submitted",
                         std::move(uses))};
}

// What a stream's worker runs: it keeps the model loaded, even when the stream drops it unrun.
struct QueuedExecution {
    Lease model;
    Bound bound;
    InFlight in_flight;
};

void submit(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs, Stream &stream,
            ExecutionMode mode) {
    auto queued = std::make_shared<QueuedExecution>(
        QueuedExecution{lease_for_execution(model_id, inputs, outputs), {}, {}});
    queued->model->bind(inputs, outputs, mode, queued->bound);
    queued->model->require_mode(mode);
    queued->in_flight = take_off(*queued->model, inputs, outputs, stream.id());
    const aclError code =
        stream.submit([queued] { return queued->model->execute_bound(queued->bound); });
    if (code != ACL_SUCCESS) throw Failure{code, "the stream did not take the execution"};
}

}  // namespace

void execute(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs) {
    const Lease model = lease_for_execution(model_id, inputs, outputs);
    const InFlight in_flight = take_off(*model, inputs, outputs, std::nullopt);
    model->execute(inputs, outputs);
}

void execute_within(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs,
                    aclrtStream stream, int32_t timeout_ms) {
    const std::shared_ptr<Stream> queue = own_stream(stream);
    submit(model_id, inputs, outputs, *queue, ExecutionMode::kSync);
    const aclError code = queue->synchronize(timeout_ms);
    checks::note_waited();
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
    submit(model_id, inputs, outputs, *own_stream(stream), ExecutionMode::kAsync);
}

}  // namespace ascendcl::host::model
