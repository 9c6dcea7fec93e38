// Binding memory to a model's tensors.
// SPDX-License-Identifier: Apache-2.0
#include "core/bound_model.h"

#include <new>

namespace ascendcl::core {
namespace {

constexpr char kName[] = "Model.bind";

void *address_of(const BoundMemory &memory) noexcept {
    return static_cast<char *>(memory.buffer->handle()) + memory.offset;
}

bool is_state(const BoundModel::State &state, const std::vector<BoundMemory> &inputs,
              const std::vector<BoundMemory> &outputs) noexcept {
    for (const auto &[output, input] : state) {
        if (output >= outputs.size() || input >= inputs.size()) return false;
        const BoundMemory &to = outputs[output];
        const BoundMemory &from = inputs[input];
        if (!to.buffer || !from.buffer || to.size != from.size) return false;
    }
    return true;
}

}  // namespace

Status BoundModel::bind(ModelHandle model, std::vector<BoundMemory> inputs,
                        std::vector<BoundMemory> outputs, size_t gear, State state,
                        BoundModelHandle &bound) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    ContextHandle context = model->context();
    if (!model->open_ || context == nullptr) return {kModelClosed, kName};
    const bool has_gears = !model->gears_.all.empty();
    if (model->is_dynamic_ || !is_state(state, inputs, outputs) ||
        (has_gears && gear >= model->gears_.all.size())) {
        return {kOutOfBounds, kName};
    }
    try {
        auto binding = std::make_shared<BoundModel>(model, std::move(context), gear);
        Status status = binding->check(inputs, model->inputs_, model->gears_.input);
        if (status.ok()) status = binding->check(outputs, model->outputs_, outputs.size());
        if (status.ok()) status = binding->take_leases(inputs);
        if (status.ok()) status = binding->take_leases(outputs);
        if (!status.ok()) return status;
        for (const BoundMemory &memory : inputs) {
            binding->inputs_.push_back({memory.host, memory.buffer ? 0 : memory.size});
        }
        for (const BoundMemory &memory : outputs) {
            binding->outputs_.push_back({memory.host, memory.buffer ? 0 : memory.size});
        }
        CurrentContext scope(*binding->context_);
        status = scope.status();
        if (status.ok()) status = binding->fill(binding->places_.first(), inputs, outputs);
        for (const auto &[output, input] : state) std::swap(outputs[output], inputs[input]);
        if (status.ok() && !state.empty()) {
            binding->places_.set_has_state();
            status = binding->fill(binding->places_.second(), inputs, outputs);
        }
        if (!status.ok()) return status;
        track(Kind::kModel, binding);
        bound = std::move(binding);
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, kName};
    }
}

Status BoundModel::check(const std::vector<BoundMemory> &memory,
                         const std::vector<TensorInfo> &infos, size_t skipped) const noexcept {
    const bool has_gears = !model_->gears_.all.empty();
    if (memory.size() + (skipped < infos.size() ? 1 : 0) != infos.size()) {
        return {kOutOfBounds, kName};
    }
    for (size_t i = 0; i < memory.size(); ++i) {
        const size_t size = memory[i].size;
        const size_t needed = infos[i < skipped ? i : i + 1].size;
        if (has_gears ? size > needed : size != needed) return {kOutOfBounds, kName};
        const BufferHandle &buffer = memory[i].buffer;
        if (buffer == nullptr) continue;
        if (buffer->device() != model_->device()) return {kWrongDevice, kName};
        if (memory[i].offset > buffer->size() || size > buffer->size() - memory[i].offset) {
            return {kOutOfBounds, kName};
        }
    }
    return {};
}

Status BoundModel::take_leases(const std::vector<BoundMemory> &memory) {
    for (const BoundMemory &part : memory) {
        if (part.buffer == nullptr) continue;
        Lease lease;
        const Status status = Lease::take(part.buffer, Lease::Role::kData, {}, lease);
        if (!status.ok()) return status;
        leases_.push_back(std::move(lease));
    }
    return {};
}

Status BoundModel::fill(InputsAndOutputs &place, const std::vector<BoundMemory> &inputs,
                        const std::vector<BoundMemory> &outputs) {
    const Status status = fill(place.inputs, inputs, model_->inputs_, model_->gears_.input);
    if (!status.ok()) return status;
    return fill(place.outputs, outputs, model_->outputs_, model_->outputs_.size());
}

Status BoundModel::fill(Tensors &tensors, const std::vector<BoundMemory> &memory,
                        const std::vector<TensorInfo> &infos, size_t skipped) {
    Status status = tensors.prepare(infos.size());
    auto next = memory.begin();
    for (size_t i = 0; status.ok() && i < infos.size(); ++i) {
        if (i == skipped || next->buffer == nullptr) {
            status = tensors.fit(i, infos[i].size);
        } else {
            status = tensors.point(i, address_of(*next), next->size);
        }
        if (i != skipped) ++next;
    }
    return status;
}

Status BoundModel::run(Deadline deadline, std::string &message) noexcept {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock, deadline); !status.ok()) return status;
    if (!open_) return {kClosed, kName};
    // close() waits for it from here on; others may submit meanwhile.
    places_.begin_run();
    lock.unlock();
    const Status status = model_->run(&places_, inputs_, outputs_, gear_, deadline, message);
    places_.end_run(false);
    return status;
}

Status BoundModel::submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return status;
    if (!open_) return {kClosed, kName};
    try {
        run->inputs = inputs_;
        run->outputs = outputs_;
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, kName};
    }
    run->gear = gear_;
    run->bound = &places_;
    return model_->submit(run, number);
}

Status BoundModel::close() noexcept {
    const InFlight flight;
    if (nothing_to_release()) return {};
    ContextHandle last;       // goes after the lock: it may be the last share of the context
    std::vector<Lease> held;  // as well: whom their buffers belong to may be Python's
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return {status.code, kName};
    if (!open_) return {};
    if (Status status = places_.wait_for_runs(); !status.ok()) return {status.code, kName};
    open_ = false;
    untrack(Kind::kModel, this);
    CurrentContext scope(*context_);
    Status status = scope.status();
    const bool context_is_lost = status.code == kLost;
    if (status.ok() || context_is_lost) {
        const Status first = places_.first().release();
        const Status second = places_.second().release();
        status = first.ok() ? second : first;
    }
    held.swap(leases_);
    last = std::move(context_);
    return context_is_lost ? Status{} : status;
}

}  // namespace ascendcl::core
