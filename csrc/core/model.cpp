// Loading, describing, running and unloading a model.
// SPDX-License-Identifier: Apache-2.0
#include "core/model.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/async_runner.h"

namespace ascendcl::core {
namespace {

struct DescDeleter {
    void operator()(aclmdlDesc *desc) const noexcept {
        report_later({aclmdlDestroyDesc(desc), "aclmdlDestroyDesc"});
    }
};
using DescHandle = std::unique_ptr<aclmdlDesc, DescDeleter>;

// Other code has unloaded it, or has finalized.
bool is_unknown_model(aclError code) noexcept {
    return code == ACL_ERROR_GE_EXEC_MODEL_ID_INVALID || code == ACL_ERROR_GE_EXEC_NOT_INIT;
}

}  // namespace

Status query_size(const ModelSource &source, size_t &work, size_t &weight) noexcept {
    return with_initialized([&]() -> Status {
        if (source.is_file()) {
            return {aclmdlQuerySize(source.path.c_str(), &work, &weight), "aclmdlQuerySize"};
        }
        return {aclmdlQuerySizeFromMem(source.data, source.size, &work, &weight),
                "aclmdlQuerySizeFromMem"};
    });
}

Status Model::load(ContextHandle context, const ModelSource &source, BufferHandle work,
                   BufferHandle weight, bool is_placed_later, ModelHandle &model) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    for (const BufferHandle &buffer : {work, weight}) {
        if (buffer && buffer->device() != context->device()) {
            return {kWrongDevice, "Model"};
        }
    }
    // Before there is a model: its release would ask for the context again, and the message of a
    // failure would be lost.
    CurrentContext scope(*context);
    if (!scope.status().ok()) return scope.status();
    try {
        auto loading = std::make_shared<Model>(std::move(context));
        if (source.is_file() && loading->file_.take(source.path.c_str())) {
            loading->path_ = source.path;
        }
        FileFingerprint file;
        const bool checks_file = weight && source.is_file();
        if (work) {
            const Status status =
                Lease::take(std::move(work), Lease::Role::kWork, {}, loading->work_);
            if (!status.ok()) return status;
        }
        if (weight) {
            Fingerprint fingerprint;
            if (!source.is_file()) {
                fingerprint = fingerprint_of(source.data, source.size);
            } else if (Status status = file.take(source.path.c_str()); !status.ok()) {
                return status;
            } else {
                fingerprint = file.content();
            }
            const Status status =
                Lease::take(std::move(weight), Lease::Role::kWeight, fingerprint, loading->weight_);
            if (!status.ok()) return status;
        }
        if (Status status = loading->load_into(source); !status.ok()) return status;
        // Else the buffer would pass for the weights of the file that was there before.
        if (checks_file) {
            if (Status status = file.check(source.path.c_str()); !status.ok()) return status;
        }
        if (Status status = loading->describe(); !status.ok()) return status;
        if (!is_placed_later || loading->is_dynamic_) {
            if (Status status = loading->allocate(); !status.ok()) return status;
            if (Status status = loading->describe_gears(); !status.ok()) return status;
        }
        track(Kind::kModel, loading);
        model = std::move(loading);
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
}

Status Model::load_into(const ModelSource &source) {
    // A load writes the weights, and may touch the work memory that another model runs on.
    Turn::Lock work_turn;
    Turn::Lock weight_turn;
    if (Status status = work_.take_turn(work_turn); !status.ok()) return status;
    if (Status status = weight_.take_turn(weight_turn); !status.ok()) return status;
    const bool with_memory = work_ || weight_;
    uint32_t id = 0;
    const Status status = with_initialized([&]() -> Status {
        if (source.is_file() && with_memory) {
            return {aclmdlLoadFromFileWithMem(source.path.c_str(), &id, work_.data(), work_.size(),
                                              weight_.data(), weight_.size()),
                    "aclmdlLoadFromFileWithMem"};
        }
        if (source.is_file()) {
            return {aclmdlLoadFromFile(source.path.c_str(), &id), "aclmdlLoadFromFile"};
        }
        if (with_memory) {
            return {aclmdlLoadFromMemWithMem(source.data, source.size, &id, work_.data(),
                                             work_.size(), weight_.data(), weight_.size()),
                    "aclmdlLoadFromMemWithMem"};
        }
        return {aclmdlLoadFromMem(source.data, source.size, &id), "aclmdlLoadFromMem"};
    });
    if (!status.ok()) return status;
    id_ = id;
    loaded_ = true;
    return {};
}

Status Model::describe() {
    const DescHandle desc(aclmdlCreateDesc());
    if (!desc) return {ACL_ERROR_BAD_ALLOC, "aclmdlCreateDesc"};
    if (aclError code = aclmdlGetDesc(desc.get(), id_); code != ACL_SUCCESS) {
        return {code, "aclmdlGetDesc"};
    }
    const auto dims = std::make_unique<aclmdlIODims>();
    const auto add = [&dims](std::vector<TensorInfo> &infos, const char *name, aclDataType dtype,
                             aclFormat format, size_t size) {
        infos.push_back({name, {dims->dims, dims->dims + dims->dimCount}, dtype, format, size, {}});
    };
    for (size_t i = 0; i < aclmdlGetNumInputs(desc.get()); ++i) {
        // V2: the shape that the user feeds, also where the model preprocesses (AIPP).
        if (aclError code = aclmdlGetInputDimsV2(desc.get(), i, dims.get()); code != ACL_SUCCESS) {
            return {code, "aclmdlGetInputDimsV2"};
        }
        const char *name = aclmdlGetInputNameByIndex(desc.get(), i);
        if (name == nullptr) return {ACL_ERROR_INTERNAL_ERROR, "aclmdlGetInputNameByIndex"};
        add(inputs_, name, aclmdlGetInputDataType(desc.get(), i),
            aclmdlGetInputFormat(desc.get(), i), aclmdlGetInputSizeByIndex(desc.get(), i));
    }
    for (size_t i = 0; i < aclmdlGetNumOutputs(desc.get()); ++i) {
        if (aclError code = aclmdlGetOutputDims(desc.get(), i, dims.get()); code != ACL_SUCCESS) {
            return {code, "aclmdlGetOutputDims"};
        }
        const char *name = aclmdlGetOutputNameByIndex(desc.get(), i);
        if (name == nullptr) return {ACL_ERROR_INTERNAL_ERROR, "aclmdlGetOutputNameByIndex"};
        add(outputs_, name, aclmdlGetOutputDataType(desc.get(), i),
            aclmdlGetOutputFormat(desc.get(), i), aclmdlGetOutputSizeByIndex(desc.get(), i));
    }
    const auto hidden = std::find_if(inputs_.begin(), inputs_.end(), [](const TensorInfo &info) {
        return info.name == kGearInput;
    });
    if (hidden != inputs_.end()) {
        gears_.input = static_cast<size_t>(hidden - inputs_.begin());
        return {};
    }
    is_dynamic_ = has_dynamic_shapes(inputs_, outputs_);
    return is_dynamic_ ? describe_ranges(desc.get()) : Status{};
}

Status Model::describe_ranges(const aclmdlDesc *desc) {
    if (aclmdlGetInputDimsRange == nullptr) return {};  // an older CANN
    const auto ranges = std::make_unique<aclmdlIODimsRange>();
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (aclError code = aclmdlGetInputDimsRange(desc, i, ranges.get()); code != ACL_SUCCESS) {
            return {code, "aclmdlGetInputDimsRange"};
        }
        for (size_t axis = 0; axis < ranges->rangeCount; ++axis) {
            inputs_[i].ranges.emplace_back(ranges->range[axis][0], ranges->range[axis][1]);
        }
    }
    return {};
}

Status Model::allocate() {
    if (is_dynamic_) return own_.inputs.prepare(inputs_.size());
    if (!work_) return own_.allocate(inputs_, outputs_);
    Status status = own_.inputs.prepare(inputs_.size());
    if (status.ok()) status = own_.outputs.prepare(outputs_.size());
    const bool has_gears = gears_.input < inputs_.size();
    if (status.ok() && has_gears) {
        status = own_.inputs.fit(gears_.input, inputs_[gears_.input].size);
    }
    Turn::Lock turn;
    if (status.ok()) status = work_.take_turn(turn);
    if (status.ok()) {
        status = work_.group().join(InputsAndOutputs::size_of(inputs_, outputs_, gears_.input));
        is_in_group_ = status.ok();
    }
    return status.ok() ? lay_out_in_group() : status;
}

Status Model::lay_out_in_group() noexcept {
    const GroupMemory &group = work_.group();
    const Status status = own_.lay_out(group.data(), inputs_, outputs_, gears_.input);
    if (status.ok()) group_moves_ = group.moves();
    return status;
}

Status Model::leave_group() noexcept {
    group_moves_ = 0;  // where it stays, what was moved is to be laid out again
    Status status = own_.inputs.fit_all(inputs_);
    if (status.ok()) status = own_.outputs.fit_all(outputs_);
    if (!status.ok()) return status;
    is_in_group_ = false;
    report_later(work_.group().leave());
    return {};
}

Status Model::place(BufferHandle memory) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    if (memory->device() != device_) return {kWrongDevice, "Model"};
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return status;
    if (!open_) return {kModelClosed, "Model"};
    if (is_placed() || is_dynamic_ || memory->size() < placed_size()) {
        return {kOutOfBounds, "Model"};
    }
    CurrentContext scope(*context_);
    if (!scope.status().ok()) return scope.status();
    try {
        Status status = Lease::take(std::move(memory), Lease::Role::kData, {}, placed_);
        if (status.ok()) status = own_.allocate_in(placed_.data(), inputs_, outputs_);
        return status.ok() ? describe_gears() : status;
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
}

Status Model::place_second(BufferHandle memory) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    if (memory->device() != device_) return {kWrongDevice, "Model"};
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return status;
    if (!open_) return {kModelClosed, "Model"};
    if (memory->size() < placed_size()) return {kOutOfBounds, "Model"};
    if (runner() != nullptr || placed_second_) return {};
    return Lease::take(std::move(memory), Lease::Role::kData, {}, placed_second_);
}

Status Model::describe_gears() {
    if (gears_.input >= inputs_.size()) return {};
    const DescHandle desc(aclmdlCreateDesc());
    if (!desc) return {ACL_ERROR_BAD_ALLOC, "aclmdlCreateDesc"};
    if (aclError code = aclmdlGetDesc(desc.get(), id_); code != ACL_SUCCESS) {
        return {code, "aclmdlGetDesc"};
    }
    std::vector<std::vector<int64_t>> inputs;
    for (const TensorInfo &info : inputs_) inputs.push_back(info.dims);
    if (Status status = read_gears(desc.get(), inputs, gears_); !status.ok()) return status;
    return read_gear_outputs(id_, desc.get(), own_.inputs.data_set(), outputs_.size(), gears_);
}

Status Model::close() noexcept {
    const InFlight flight;
    if (nothing_to_release()) return {};
    ContextHandle last;         // goes after the lock: it may be the last share of the context
    std::array<Lease, 4> held;  // as well: whom their buffers belong to may be Python's
    std::unique_lock lock(mutex_, std::defer_lock);
    for (;;) {
        const auto serving = runner();
        if (serving != nullptr) {
            const Status status = serving->stop();
            // Its thread may use all this for as long as the process lives.
            if (status.code == kUnfinished) immortal_ = weak_from_this().lock();
            if (status.code == kUnfinished || status.code == kInterrupted) return status;
            report_later(status);
        }
        if (Status status = take_lock(lock); !status.ok()) return {status.code, "acl.Model"};
        if (serving == runner()) break;
        lock.unlock();  // the first run was submitted meanwhile
    }
    if (!open_) return {};
    CurrentContext scope(*context_);
    Status status = scope.status();
    const bool context_is_lost = status.code == kLost;
    if (loaded_ && (status.ok() || context_is_lost)) {
        status = waited(aclmdlUnload(id_), "aclmdlUnload");
    }
    if (status.code == kInterrupted) return status;
    open_ = false;
    untrack(Kind::kModel, this);
    {
        const std::lock_guard pointers_lock(pointers_mutex_);
        last = std::move(context_);
    }
    // What has gone with its context, or is unknown to the runtime, uses no memory.
    const bool is_gone = context_is_lost || is_unknown_model(status.code);
    if (!status.ok() && !is_gone) {
        for (Lease *lease : {&work_, &weight_, &placed_, &placed_second_}) lease->leak();
        return status;
    }
    Status released = own_.release();
    const bool is_all_gone = context_is_lost || status.code == ACL_ERROR_GE_EXEC_NOT_INIT;
    if (is_in_group_) {
        const Status left = work_.group().leave();
        keep_first(released, left.code, left.function);
    }
    held = {std::move(work_), std::move(weight_), std::move(placed_), std::move(placed_second_)};
    if (is_all_gone) return {};
    return status.ok() ? released : status;
}

bool Model::is_open() const noexcept {
    if (!open_ || lost_) return false;
    // Held by a run or a close, it is what it was.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    return !lock || (open_ && !context_->is_lost());
}

Status Model::judged(Status status) noexcept {
    if (status.ok()) return status;
    lost_ = is_unknown_model(status.code) || context_->is_lost();
    // A number that is unknown has words of its own, and may be a bug of the caller's.
    const bool is_told = status.code == ACL_ERROR_GE_EXEC_MODEL_ID_INVALID && !context_->is_lost();
    return lost_ && !is_told ? Status{kModelLost, "Model"} : status;
}

Status Model::copy_in(const std::vector<HostInput> &inputs,
                      const std::vector<Dims> &dims) noexcept {
    for (size_t i = 0; i < inputs.size(); ++i) {
        const HostInput &input = inputs[i];
        Status status = set_shape(own_.inputs.data_set(), i, inputs_[i], dims[i]);
        if (status.ok()) status = own_.inputs.fit(i, input.size);
        if (status.ok() && input.size > 0) {
            status = copy(own_.inputs.memory(i), own_.inputs.capacity(i), input.data, input.size,
                          Direction::kToDevice);
        }
        if (!status.ok()) return status;
    }
    return {};
}

Status Model::prepare(const std::vector<HostInput> &inputs, size_t outputs, size_t gear,
                      InputsAndOutputs &place) noexcept {
    const bool has_gears = !gears_.all.empty();
    if (inputs.size() + (has_gears ? 1 : 0) != inputs_.size() || outputs != outputs_.size() ||
        (has_gears && gear >= gears_.all.size()) || !is_placed()) {
        return {kOutOfBounds, "Model"};
    }
    if (has_gears) {
        const Status status = choose_gear(id_, gears_, gears_.all[gear], place.inputs.data_set());
        if (!status.ok()) return status;
    }
    return place.inputs.copy_in(inputs, inputs_, gears_.input);
}

Status Model::run(const std::vector<HostInput> &inputs, const std::vector<HostOutput> &outputs,
                  size_t gear, Deadline deadline, std::string &message) noexcept {
    return run(nullptr, inputs, outputs, gear, deadline, message);
}

Status Model::run(BoundPlaces *bound, const std::vector<HostInput> &inputs,
                  const std::vector<HostOutput> &outputs, size_t gear, Deadline deadline,
                  std::string &message) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    Laps laps;
    if (manner_ != Manner::kInStream) {
        std::unique_lock lock(mutex_, std::defer_lock);
        if (Status status = take_lock(lock, deadline); !status.ok()) return status;
        if (!open_) return {kModelClosed, "Model"};
        if (manner_ != Manner::kInStream) {
            manner_ = Manner::kInCalls;
            Turn::Lock turn;
            if (Status status = work_.take_turn(turn, deadline); !status.ok()) return status;
            laps.end(RunTimes::kWait);
            if (bound != nullptr) bound->begin_run();
            const Status status =
                execute(bound == nullptr ? own_ : bound->next(), inputs, outputs, gear, laps);
            keep_message(status, message);
            if (bound != nullptr) bound->end_run(status.ok());
            return judged(status);
        }
    }
    return run_in_stream(bound, inputs, outputs, gear, deadline, message);
}

Status Model::execute(InputsAndOutputs &place, const std::vector<HostInput> &inputs,
                      const std::vector<HostOutput> &outputs, size_t gear, Laps &laps) noexcept {
    CurrentContext scope(*context_);
    Status status = scope.status();
    const bool has_moved = is_in_group_ && group_moves_ != work_.group().moves();
    if (status.ok() && has_moved) status = lay_out_in_group();
    if (status.ok()) status = prepare(inputs, outputs.size(), gear, place);
    laps.end(RunTimes::kCopyIn);
    if (status.ok()) {
        status = waited(aclmdlExecute(id_, place.inputs.data_set(), place.outputs.data_set()),
                        "aclmdlExecute");
    }
    laps.end(RunTimes::kExecute);
    if (status.ok()) status = place.outputs.copy_out(outputs, outputs_);
    laps.end(RunTimes::kCopyOut);
    return status;
}

Status Model::run_dynamic(const std::vector<HostInput> &inputs, const std::vector<Dims> &dims,
                          std::vector<HostTensor> &outputs, Deadline deadline) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    Laps laps;
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock, deadline); !status.ok()) return status;
    laps.end(RunTimes::kWait);
    if (!open_) return {kModelClosed, "Model"};
    if (!is_dynamic_ || inputs.size() != inputs_.size() || dims.size() != inputs.size()) {
        return {kOutOfBounds, "Model"};
    }
    CurrentContext scope(*context_);
    if (!scope.status().ok()) return judged(scope.status());
    if (Status status = copy_in(inputs, dims); !status.ok()) return judged(status);
    laps.end(RunTimes::kCopyIn);
    AllocatedOutputs allocated;
    try {
        const Status status = execute_dynamic(allocated, outputs, laps);
        const Status released = allocated.release();
        laps.end(RunTimes::kCopyOut);
        return judged(status.ok() ? released : status);
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
}

Status Model::execute_dynamic(AllocatedOutputs &allocated, std::vector<HostTensor> &outputs,
                              Laps &laps) {
    if (Status status = allocated.prepare(outputs_.size()); !status.ok()) return status;
    if (Status status = allocated.execute(id_, own_.inputs.data_set()); !status.ok()) return status;
    laps.end(RunTimes::kExecute);
    return allocated.copy_to_host(outputs_, outputs);
}

}  // namespace ascendcl::core
