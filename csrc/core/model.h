// A loaded model that holds all it needs: its context, the leases on the buffers given to it, and
// device memory for its inputs and outputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/async_run.h"
#include "core/buffer.h"
#include "core/dynamic_shapes.h"
#include "core/gears.h"
#include "core/run_times.h"
#include "core/tensors.h"

namespace ascendcl::core {

class AsyncRunner;
class Model;
using ModelHandle = std::shared_ptr<Model>;

// Where the model comes from: a file, or bytes that are not needed after the load.
struct ModelSource {
    std::string path;
    const void *data = nullptr;
    size_t size = 0;

    bool is_file() const noexcept { return data == nullptr; }
};

Status query_size(const ModelSource &source, size_t &work, size_t &weight) noexcept;

class Model final : public Resource, public std::enable_shared_from_this<Model> {
   public:
    // `work` and `weight` may be null: the system manages that memory. A model that is placed later
    // has no memory for inputs and outputs, and is not run, before place(), unless its shapes are
    // dynamic.
    static Status load(ContextHandle context, const ModelSource &source, BufferHandle work,
                       BufferHandle weight, bool is_placed_later, ModelHandle &model) noexcept;
    // Has inputs and outputs in this memory, of placed_size() bytes, once.
    Status place(BufferHandle memory) noexcept;
    // More of it, for runs whose inputs are copied while another one executes; before the first
    // submit(), after which it is not taken.
    Status place_second(BufferHandle memory) noexcept;
    size_t placed_size() const noexcept {
        return InputsAndOutputs::size_of(inputs_, outputs_, inputs_.size());
    }

    explicit Model(ContextHandle context) noexcept
        : device_(context->device()), context_(std::move(context)) {}
    ~Model() override { report(close()); }
    // Waits for a run on another thread.
    Status close() noexcept override;

    // Copies in, executes, copies out. Runs of one model, and of models that share work memory,
    // take turns, in the order in which they ask; kTimedOut where that takes longer than until
    // `deadline`. `gear` is the number of one, and counts where the model has any; the input that
    // carries it is not among `inputs`. kOutOfBounds unless there is one array per tensor, none is
    // larger than it, and the gear exists.
    // `message` is what the runtime says of a failure on another thread.
    Status run(const std::vector<HostInput> &inputs, const std::vector<HostOutput> &outputs,
               size_t gear, Deadline deadline, std::string &message) noexcept;
    // The same on memory that is bound to the model's tensors; null for the model's own.
    Status run(BoundPlaces *bound, const std::vector<HostInput> &inputs,
               const std::vector<HostOutput> &outputs, size_t gear, Deadline deadline,
               std::string &message) noexcept;
    // The same for a model with dynamic shapes: `dims` are those of each input, and the outputs
    // have the shapes that follow. Such models do not use the work memory: only runs of one model
    // take turns. kOutOfBounds for another model, or unless there is one array per input.
    Status run_dynamic(const std::vector<HostInput> &inputs, const std::vector<Dims> &dims,
                       std::vector<HostTensor> &outputs, Deadline deadline = {}) noexcept;
    // Has the run done on the model's stream, and never waits for the device. All runs go there
    // from then on: the runtime executes a model of one shape in calls or in streams, never in
    // both. A model that has run in calls is loaded anew for that, under another id: kRanInCalls
    // where it was loaded from bytes, kFileChanged where its file is another. Where it fails, the
    // run is left to the caller.
    // `number` is what withdraw() knows it by.
    Status submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept;
    // Takes back a run that was not submitted to the device yet, to be completed by the caller.
    // Null where that was done, and while its inputs are being copied.
    std::unique_ptr<AsyncRun> withdraw(uint64_t number) noexcept;

    // False also when other code has taken the model or its context away.
    bool is_open() const noexcept;
    uint32_t id() const noexcept { return id_; }
    int32_t device() const noexcept { return device_; }
    const std::vector<TensorInfo> &inputs() const noexcept { return inputs_; }
    const std::vector<TensorInfo> &outputs() const noexcept { return outputs_; }
    const std::vector<Gear> &gears() const noexcept { return gears_.all; }
    // Whether its inputs and outputs lie in Buffer::group_size of its work memory.
    bool is_in_group() const noexcept { return is_in_group_; }
    // Each run chooses the shapes, which run_dynamic() takes; not so a model with gears.
    bool is_dynamic() const noexcept { return is_dynamic_; }

   private:
    friend class AsyncRunner;
    friend class BoundModel;
    enum class Manner { kUndecided, kInCalls, kInStream };

    Status load_into(const ModelSource &source);
    Status describe();
    Status describe_ranges(const aclmdlDesc *desc);
    Status describe_gears();
    Status allocate();
    // Inputs and outputs in the group's memory, but for the hidden input. The caller holds the
    // turn.
    Status lay_out_in_group() noexcept;
    // Inputs and outputs in memory of its own from now on.
    Status leave_group() noexcept;
    bool is_placed() const noexcept { return own_.inputs.data_set() != nullptr; }
    Status execute_dynamic(AllocatedOutputs &allocated, std::vector<HostTensor> &outputs,
                           Laps &laps);
    Status copy_in(const std::vector<HostInput> &inputs, const std::vector<Dims> &dims) noexcept;
    // Whether the arrays are as many as the tensors, and the gear is one; then chooses it and
    // copies in.
    Status prepare(const std::vector<HostInput> &inputs, size_t outputs, size_t gear,
                   InputsAndOutputs &place) noexcept;
    // In a call, or in the stream. The caller holds what it takes.
    Status execute(InputsAndOutputs &place, const std::vector<HostInput> &inputs,
                   const std::vector<HostOutput> &outputs, size_t gear, Laps &laps) noexcept;
    Status run_in_stream(BoundPlaces *bound, const std::vector<HostInput> &inputs,
                         const std::vector<HostOutput> &outputs, size_t gear, Deadline deadline,
                         std::string &message) noexcept;
    // Has runs go to the stream from now on.
    Status turn_to_stream(std::shared_ptr<AsyncRunner> &runner) noexcept;
    Status load_anew() noexcept;
    std::shared_ptr<AsyncRunner> runner() const noexcept;
    // Null once closed.
    ContextHandle context() const noexcept;
    // kModelLost in place of a failure that comes of that. The caller holds the lock.
    Status judged(Status status) noexcept;

    const int32_t device_;
    ContextHandle context_;  // until closed
    Lease work_;
    Lease weight_;
    Lease placed_;  // the memory of inputs and outputs, where that is not the model's own
    Lease placed_second_;
    std::atomic<uint32_t> id_{0};
    bool loaded_ = false;
    std::vector<TensorInfo> inputs_;
    std::vector<TensorInfo> outputs_;
    InputsAndOutputs own_;
    std::atomic<bool> is_in_group_{
        false};                 // own_ lies in memory that models on one work memory share
    uint64_t group_moves_ = 0;  // of that memory, when own_ was laid out in it
    Gears gears_;
    bool is_dynamic_ = false;
    std::string path_;  // of its file; empty where it came from bytes
    FileState file_;
    mutable FairSharedMutex mutex_;  // one run or close at a time
    std::atomic<Manner> manner_{Manner::kUndecided};
    mutable std::mutex pointers_mutex_;  // of runner_, and of context_ for who holds no other lock
    std::shared_ptr<AsyncRunner> runner_;
    std::shared_ptr<Model> immortal_;  // itself, once its thread does not end
    std::atomic<bool> open_{true};
    std::atomic<bool> lost_{false};
};

}  // namespace ascendcl::core
