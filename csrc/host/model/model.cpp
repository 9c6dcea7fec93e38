// Binding data sets to the engine, running, and waiting for the last use.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/model.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "host/checks/objects.h"
#include "host/checks/trace.h"
#include "host/model/engine_library.h"
#include "host/model/gears.h"
#include "host/model/op_spans.h"
#include "host/model/profiling.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"
#include "host/runtime/wait.h"

namespace ascendcl::host::model {
namespace {

constexpr uint64_t kTolerance = 64;  // a buffer may be this many bytes short
constexpr size_t kNoInput = static_cast<size_t>(-1);

const char *name(Side side) noexcept { return side == Side::kInput ? "input" : "output"; }

// Strict mode: the runtime allocates outputs of other models, in other calls.
void check_memory_of_output(const om::IoDescriptor &tensor, Side side) {
    if (side != Side::kOutput || !checks::is_strict()) return;
    checks::violated({checks::Rule::kOutputOfRuntime,
                      "output '" + tensor.name + "' has no memory, and this call allocates none"});
}

// Only its run tells the dims.
bool is_open(const om::IoDescriptor &output) noexcept {
    return std::any_of(output.dims.begin(), output.dims.end(), [](int64_t dim) { return dim < 0; });
}

bool is_too_short(const engine::Binding &buffer, uint64_t needed) noexcept {
    return needed > buffer.size && needed - buffer.size > kTolerance;
}

// The buffers of the first tensors, as many as are expected.
void collect(const aclmdlDataset &data_set, const std::vector<om::IoDescriptor> &expected,
             Side side, Bindings &bindings) {
    bindings.resize(expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        const aclDataBuffer &buffer = *data_set.entries[i].buffer;
        if (!buffer.data && expected[i].size > 0) {
            check_memory_of_output(expected[i], side);
            throw Failure{ACL_ERROR_GE_FAILURE, std::string(name(side)) + " " + std::to_string(i) +
                                                    " ('" + expected[i].name +
                                                    "') has a null address"};
        }
        bindings[i] = {buffer.data, static_cast<size_t>(buffer.size)};
    }
}

void require_count(const aclmdlDataset &data_set, const std::vector<om::IoDescriptor> &expected,
                   Side side, aclError code) {
    if (data_set.entries.size() != expected.size()) {
        throw Failure{code, std::string("the model has ") + std::to_string(expected.size()) + " " +
                                name(side) + "s, the data set " +
                                std::to_string(data_set.entries.size())};
    }
}

void require_sizes(const Bindings &bindings, const std::vector<om::IoDescriptor> &expected,
                   Side side) {
    for (size_t i = 0; i < expected.size(); ++i) {
        if (!is_too_short(bindings[i], expected[i].size)) continue;
        throw Failure{ACL_ERROR_GE_FAILURE,
                      std::string(name(side)) + " " + std::to_string(i) + " ('" + expected[i].name +
                          "') needs " + std::to_string(expected[i].size) +
                          " bytes, its buffer has " + std::to_string(bindings[i].size)};
    }
}

// Strict mode: what is missing of an output within the tolerance would be cut in silence.
void check_room(const Bindings &outputs, const std::vector<om::IoDescriptor> &expected) {
    if (!checks::is_strict()) return;
    for (size_t i = 0; i < expected.size(); ++i) {
        if (!outputs[i].data || outputs[i].size >= expected[i].size) continue;
        checks::violated({checks::Rule::kBufferTooSmall,
                          "output " + std::to_string(i) + " ('" + expected[i].name + "') has " +
                              std::to_string(expected[i].size) + " bytes, its buffer " +
                              std::to_string(outputs[i].size)});
    }
}

// Strict mode: shapes given to a model that has its own.
void check_descs(const aclmdlDataset &data_set, const std::vector<om::IoDescriptor> &expected) {
    if (!checks::is_strict()) return;
    for (size_t i = 0; i < expected.size(); ++i) {
        const aclTensorDesc *desc = data_set.entries[i].desc.get();
        if (desc == nullptr || desc->dims == expected[i].dims) continue;
        if (desc->dims == expected[i].dims_v2) continue;
        checks::violated({checks::Rule::kDescOfStaticModel,
                          "the shape set for '" + expected[i].name +
                              "' is not the one that it has in the model, which is fixed"});
    }
}

void require_numbers(RealCheck check, const Bindings &bindings,
                     const std::vector<om::IoDescriptor> &io, Side side, aclError code) {
    for (size_t i = 0; i < io.size(); ++i) {
        const std::string tensor =
            std::string(name(side)) + " " + std::to_string(i) + " ('" + io[i].name + "')";
        require_numbers(check, tensor, static_cast<aclDataType>(io[i].dtype), bindings[i].data,
                        bindings[i].size, code);
    }
}

void trace_run(uint32_t model_id, const std::string &name, uint64_t begin, uint64_t end,
               const std::vector<OpSpan> &ops) {
    if (!checks::tracing()) return;
    checks::trace_slice("execution", name.c_str(), begin, end, {{"model", model_id}});
    for (const OpSpan &op : ops) {
        checks::trace_slice("op", op.name.c_str(), op.begin, op.end,
                            {{"type", op.type.c_str()}, {"ns", op.nanoseconds}});
    }
}

}  // namespace

Model::Model(Parts parts)
    : parts_(std::move(parts)),
      last_gear_(parts_.description->largest_gear),
      gear_input_(has_gears() ? gear_input(*parts_.description) : kNoInput),
      has_dynamic_aipp_(has_dynamic_aipp(*parts_.description)),
      real_check_(real_check()),
      padded_inputs_(parts_.description->io.inputs.size()) {}

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
    if (parts_.dynamic_shapes) return;
    ExecutionMode before = ExecutionMode::kUndecided;
    if (!mode_.compare_exchange_strong(before, mode) && before != mode) {
        throw Failure{ACL_ERROR_GE_FAILURE, "model " + std::to_string(id()) +
                                                " was executed synchronously and asynchronously; "
                                                "a static model allows one of them"};
    }
}

void Model::bind(const aclmdlDataset &inputs, aclmdlDataset &outputs, ExecutionMode mode,
                 Bound &bound) const {
    if (parts_.dynamic_shapes) {
        bind_dynamic(inputs, outputs, mode, bound);
        return;
    }
    const om::Descriptors &io = parts_.description->io;
    require_count(inputs, io.inputs, Side::kInput, ACL_ERROR_GE_FAILURE);
    require_count(outputs, io.outputs, Side::kOutput, ACL_ERROR_GE_FAILURE);
    collect(inputs, io.inputs, Side::kInput, bound.inputs);
    collect(outputs, io.outputs, Side::kOutput, bound.outputs);
    // Which gear it is, and how large AIPP's pictures are, stands in device memory, and is known
    // when the execution's turn comes.
    if (has_gears() || has_dynamic_aipp_) return;
    check_descs(inputs, io.inputs);
    check_descs(outputs, io.outputs);
    check_room(bound.outputs, io.outputs);
    require_sizes(bound.inputs, io.inputs, Side::kInput);
    require_sizes(bound.outputs, io.outputs, Side::kOutput);
}

void Model::bind_dynamic(const aclmdlDataset &inputs, aclmdlDataset &outputs, ExecutionMode mode,
                         Bound &bound) const {
    const auto shapes = shapes_of(*parts_.description, inputs);
    require_count(outputs, parts_.description->io.outputs, Side::kOutput, ACL_ERROR_INVALID_PARAM);
    bound.shape = parts_.dynamic_shapes->at(shapes);
    const om::Descriptors &io = bound.shape->io;
    collect(inputs, io.inputs, Side::kInput, bound.inputs);
    require_sizes(bound.inputs, io.inputs, Side::kInput);
    for (size_t i = 0; i < io.outputs.size() && mode == ExecutionMode::kSync; ++i) {
        aclDataBuffer &buffer = *outputs.entries[i].buffer;
        if (buffer.data || io.outputs[i].size == 0) continue;
        buffer.data = allocate_device_memory(current_context()->device(), io.outputs[i].size);
        buffer.size = io.outputs[i].size;
        checks::made(checks::ObjectKind::kOutputMemory, buffer.data, io.outputs[i].size);
    }
    collect(outputs, io.outputs, Side::kOutput, bound.outputs);
    check_room(bound.outputs, io.outputs);
    require_sizes(bound.outputs, io.outputs, Side::kOutput);
    describe_outputs(io, outputs);
    bound.open_outputs =
        std::any_of(io.outputs.begin(), io.outputs.end(), is_open) ? &outputs : nullptr;
    bound.may_allocate = mode == ExecutionMode::kSync;
}

void Model::execute(const aclmdlDataset &inputs, aclmdlDataset &outputs) {
    std::lock_guard lock(execution_mutex_);
    bind(inputs, outputs, ExecutionMode::kSync, bound_);
    require_mode(ExecutionMode::kSync);
    run(bound_);
}

aclError Model::execute_bound(const Bound &bound) noexcept {
    return guarded("model execution", [&] {
        std::lock_guard lock(execution_mutex_);
        run(bound);
        return ACL_SUCCESS;
    });
}

void Model::fit(const Bindings &inputs, CompiledShape &shape) {
    fitted_inputs_.clear();
    const std::vector<AippInput> &aipp = parts_.description->aipp;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (i != gear_input_ && aipp[i].type != ACL_DYNAMIC_AIPP_NODE)
            fitted_inputs_.push_back(inputs[i]);
    }
    const om::Descriptors &io = shape.io;
    shape.aipp.prepare(inputs, shape.io.inputs);
    require_sizes(fitted_inputs_, io.inputs, Side::kInput);
    for (size_t i = 0; i < fitted_inputs_.size(); ++i) {
        engine::Binding &input = fitted_inputs_[i];
        const uint64_t needed = io.inputs[i].size;
        if (input.size < needed) {
            // The engine reads whole tensors; the missing tail reads as zeros.
            std::vector<uint8_t> &padded = padded_inputs_[i];
            padded.assign(needed, 0);
            std::memcpy(padded.data(), input.data, input.size);
            input.data = padded.data();
        }
        input.size = needed;
    }
}

void Model::run(const Bound &bound) {
    CompiledShape *shape = bound.shape.get();
    if (!shape) {
        size_t gear = 0;
        if (has_gears()) {
            const engine::Binding &chosen = bound.inputs[gear_input_];
            gear = read_gear(*parts_.description, chosen.data, chosen.size);
        }
        shape = &parts_.shapes->at(gear);
    }
    fit(bound.inputs, *shape);
    if (has_gears() || has_dynamic_aipp_) check_room(bound.outputs, shape->io.outputs);
    require_sizes(bound.outputs, shape->io.outputs, Side::kOutput);
    fitted_outputs_ = bound.outputs;
    for (size_t i = 0; i < fitted_outputs_.size(); ++i) {
        engine::Binding &output = fitted_outputs_[i];
        output.size = std::min<size_t>(output.size, shape->io.outputs[i].size);
    }
    if (real_check_ != RealCheck::kOff)
        require_numbers(real_check_, fitted_inputs_, shape->io.inputs, Side::kInput,
                        ACL_ERROR_INVALID_PARAM);
    const bool profiled = is_profiled(id(), parts_.device);
    const ProgramUse &program = profiled ? shape->timed_program() : shape->program;
    const auto execution =
        program.take(profiled ? ACL_ERROR_PROFILING_FAILURE : ACL_ERROR_RT_MODEL_EXECUTE);
    const bool timed = profiled || checks::tracing();
    const uint64_t begin = timed ? profiling_clock() : 0;
    shape->aipp.apply(fitted_inputs_);
    const uint64_t behind_aipp = timed && !shape->aipp.empty() ? profiling_clock() : begin;
    const engine::Outcome outcome = execution->run(fitted_inputs_, fitted_outputs_);
    if (timed) tell_of_run(*execution, begin, behind_aipp, profiling_clock());
    require_ok(outcome, outcome.kind == engine::Outcome::Kind::kInput ? ACL_ERROR_INVALID_PARAM
                                                                      : ACL_ERROR_RT_MODEL_EXECUTE);
    if (bound.open_outputs) deliver(bound, shape->io.outputs, *execution);
    if (real_check_ != RealCheck::kOff)
        require_numbers(real_check_, fitted_outputs_, shape->io.outputs, Side::kOutput,
                        ACL_ERROR_RT_MODEL_EXECUTE);
}

void Model::deliver(const Bound &bound, const std::vector<om::IoDescriptor> &io,
                    const engine::Execution &execution) {
    for (size_t i = 0; i < io.size(); ++i) {
        if (!is_open(io[i])) continue;
        const engine::Computed &computed = execution.computed(i);
        const aclmdlDataset::Entry &entry = bound.open_outputs->entries[i];
        aclDataBuffer &buffer = *entry.buffer;
        if (!buffer.data && computed.size > 0 && bound.may_allocate) {
            buffer.data = allocate_device_memory(parts_.device, computed.size);
            buffer.size = computed.size;
            checks::made(checks::ObjectKind::kOutputMemory, buffer.data, computed.size);
        }
        if ((!buffer.data && computed.size > 0) || buffer.size < computed.size) {
            throw Failure{ACL_ERROR_GE_FAILURE, "output " + std::to_string(i) + " ('" + io[i].name +
                                                    "') has " + std::to_string(computed.size) +
                                                    " bytes this time, its buffer has " +
                                                    std::to_string(buffer.data ? buffer.size : 0)};
        }
        if (computed.size > 0) std::memcpy(buffer.data, computed.data, computed.size);
        entry.desc->dims = computed.dims;
        fitted_outputs_[i] = {buffer.data, computed.size};
    }
}

void Model::tell_of_run(const engine::Execution &execution, uint64_t begin, uint64_t behind_aipp,
                        uint64_t end) const {
    auto ops = laid_end_to_end(execution.op_times(), behind_aipp, end);
    if (behind_aipp != begin)
        ops.insert(ops.begin(), {"AIPP", "Aipp", begin, behind_aipp, behind_aipp - begin});
    const std::string &name = parts_.description->name;
    trace_run(id(), name, begin, end, ops);
    report_run({id(), name, parts_.device, begin, end, ops});
}

const std::vector<engine::Finding> &Model::findings() {
    static const auto &none = *new std::vector<engine::Finding>;
    if (parts_.shapes) {
        const std::lock_guard lock(execution_mutex_);
        return parts_.shapes->at(parts_.description->largest_gear).program.program().findings();
    }
    if (!parts_.dynamic_shapes) return none;
    const auto last = parts_.dynamic_shapes->last();
    return last ? last->program.program().findings() : none;
}

void Model::begin_use() noexcept {
    std::lock_guard lock(use_mutex_);
    ++uses_;
}

void Model::end_use() noexcept {
    std::lock_guard lock(use_mutex_);
    if (--uses_ == 0) unused_.notify_all();
}

void Model::wait_unused() {
    std::unique_lock lock(use_mutex_);
    wait_until(unused_, lock, std::nullopt, [&] { return uses_ == 0; });
}

void Model::retire() {
    std::unique_lock lock(use_mutex_);
    unused_.wait(lock, [&] { return uses_ == 0; });
    // In this order: executions and programs may refer to the weights.
    bound_.shape.reset();
    parts_.dynamic_shapes.reset();
    parts_.shapes.reset();
    parts_.own_weights.reset();
    parts_.own_work.reset();
    parts_.memory_in_use.reset();
}

}  // namespace ascendcl::host::model
