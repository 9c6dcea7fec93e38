// Binding data sets to the engine, running, and waiting for the last use.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/model.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "host/checks/objects.h"
#include "host/runtime/data_set.h"
#include "host/runtime/report.h"

namespace ascendcl::host::model {
namespace {

constexpr uint64_t kTolerance = 64;  // a buffer may be this many bytes short

const char *name(Side side) noexcept { return side == Side::kInput ? "input" : "output"; }

// Strict mode: the runtime allocates outputs of other models, in other calls.
void check_memory_of_output(const om::IoDescriptor &tensor, Side side) {
    if (side != Side::kOutput || !checks::is_strict()) return;
    checks::violated({checks::Rule::kOutputOfRuntime,
                      "output '" + tensor.name + "' has no memory, and this call allocates none"});
}

void bind_side(const aclmdlDataset &data_set, const Description &description, Side side,
               Bindings &bindings) {
    const auto &expected = tensors(description, side);
    if (data_set.entries.size() != expected.size()) {
        throw Failure{ACL_ERROR_GE_FAILURE, std::string("the model has ") +
                                                std::to_string(expected.size()) + " " + name(side) +
                                                "s, the data set " +
                                                std::to_string(data_set.entries.size())};
    }
    bindings.resize(expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        const aclDataBuffer &buffer = *data_set.entries[i].buffer;
        const uint64_t needed = expected[i].size;
        if (needed > buffer.size && needed - buffer.size > kTolerance) {
            throw Failure{ACL_ERROR_GE_FAILURE,
                          std::string(name(side)) + " " + std::to_string(i) + " ('" +
                              expected[i].name + "') needs " + std::to_string(needed) +
                              " bytes, its buffer has " + std::to_string(buffer.size)};
        }
        if (!buffer.data && needed > 0) {
            check_memory_of_output(expected[i], side);
            throw Failure{ACL_ERROR_GE_FAILURE, std::string(name(side)) + " " + std::to_string(i) +
                                                    " ('" + expected[i].name +
                                                    "') has a null address"};
        }
        bindings[i] = {buffer.data, static_cast<size_t>(std::min(needed, buffer.size))};
    }
}

}  // namespace

Model::Model(Parts parts)
    : parts_(std::move(parts)), padded_inputs_(parts_.description->io.inputs.size()) {}

void Model::require_context() const {
    const std::shared_ptr<Context> current = current_context();
    if (parts_.context.lock() != current) {
        check_context("executed");
        throw Failure{ACL_ERROR_RT_MODEL_CONTEXT, "model " + std::to_string(id()) +
                                                      " was loaded in another context than the "
                                                      "current one"};
    }
}

void Model::check_context(const char *deed) const {
    if (!checks::is_strict()) return;
    std::shared_ptr<Context> current;
    try {
        current = current_context();
    } catch (const Failure &) {  // there is none
    }
    if (current != nullptr && parts_.context.lock() == current) return;
    const std::string name = "model " + std::to_string(id());
    checks::violated({checks::Rule::kOtherContext,
                      name + " is " + deed + " in another context than it was loaded in",
                      "it was loaded", checks::where_made(handle_of_model(id()))});
}

void Model::require_mode(ExecutionMode mode) {
    ExecutionMode before = ExecutionMode::kUndecided;
    if (!mode_.compare_exchange_strong(before, mode) && before != mode) {
        throw Failure{ACL_ERROR_GE_FAILURE, "model " + std::to_string(id()) +
                                                " was executed synchronously and asynchronously; "
                                                "a static model allows one of them"};
    }
}

void Model::bind(const aclmdlDataset &inputs, const aclmdlDataset &outputs,
                 Bindings &input_bindings, Bindings &output_bindings) const {
    bind_side(inputs, *parts_.description, Side::kInput, input_bindings);
    bind_side(outputs, *parts_.description, Side::kOutput, output_bindings);
}

void Model::execute(const aclmdlDataset &inputs, const aclmdlDataset &outputs) {
    std::lock_guard lock(execution_mutex_);
    bind(inputs, outputs, inputs_, outputs_);
    require_mode(ExecutionMode::kSync);
    run(inputs_, outputs_);
}

aclError Model::execute_bound(Bindings &inputs, Bindings &outputs) noexcept {
    return guarded("model execution", [&] {
        std::lock_guard lock(execution_mutex_);
        run(inputs, outputs);
        return ACL_SUCCESS;
    });
}

void Model::run(Bindings &inputs, Bindings &outputs) {
    const auto &expected = parts_.description->io.inputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].size >= expected[i].size) continue;
        // The engine reads whole tensors; the missing tail reads as zeros.
        std::vector<uint8_t> &padded = padded_inputs_[i];
        padded.assign(expected[i].size, 0);
        std::memcpy(padded.data(), inputs[i].data, inputs[i].size);
        inputs[i] = {padded.data(), padded.size()};
    }
    const engine::Outcome outcome = parts_.execution->run(inputs, outputs);
    if (!outcome.ok()) throw Failure{ACL_ERROR_RT_MODEL_EXECUTE, outcome.text};
}

void Model::begin_use() noexcept {
    std::lock_guard lock(use_mutex_);
    ++uses_;
}

void Model::end_use() noexcept {
    std::lock_guard lock(use_mutex_);
    if (--uses_ == 0) unused_.notify_all();
}

void Model::retire() {
    std::unique_lock lock(use_mutex_);
    unused_.wait(lock, [&] { return uses_ == 0; });
    // In this order: an execution and its program may refer to the weights.
    parts_.execution.reset();
    parts_.program.reset();
    parts_.own_weights.reset();
    parts_.own_work.reset();
    parts_.memory_in_use.reset();
}

}  // namespace ascendcl::host::model
