// A loaded model that holds all it needs: its context, the leases on the buffers given to it, and
// device memory for its inputs and outputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/data_set.h"
#include "core/dynamic_shapes.h"
#include "core/gears.h"

namespace ascendcl::core {

class Model;
using ModelHandle = std::shared_ptr<Model>;

// Where the model comes from: a file, or bytes that are not needed after the load.
struct ModelSource {
    std::string path;
    const void *data = nullptr;
    size_t size = 0;

    bool is_file() const noexcept { return data == nullptr; }
};

struct HostInput {
    const void *data;
    size_t size;
};

struct HostOutput {
    void *data;
    size_t size;
};

Status query_size(const ModelSource &source, size_t &work, size_t &weight) noexcept;

class Model final : public Resource {
   public:
    // `work` and `weight` may be null: the system manages that memory.
    static Status load(ContextHandle context, const ModelSource &source, BufferHandle work,
                       BufferHandle weight, ModelHandle &model) noexcept;

    explicit Model(ContextHandle context) noexcept
        : device_(context->device()), context_(std::move(context)) {}
    ~Model() override { report(close()); }
    // Waits for a run on another thread.
    Status close() noexcept override;

    // Copies in, executes, copies out. Runs of one model, and of models that share work memory,
    // take turns. `gear` is the number of one, and counts where the model has any; the input that
    // carries it is not among `inputs`. kOutOfBounds unless there is one array per tensor, none is
    // larger than it, and the gear exists.
    Status run(const std::vector<HostInput> &inputs, const std::vector<HostOutput> &outputs,
               size_t gear) noexcept;
    // The same for a model with dynamic shapes: `dims` are those of each input, and the outputs
    // have the shapes that follow. Such models do not use the work memory: only runs of one model
    // take turns. kOutOfBounds for another model, or unless there is one array per input.
    Status run_dynamic(const std::vector<HostInput> &inputs, const std::vector<Dims> &dims,
                       std::vector<HostTensor> &outputs) noexcept;

    // False also when other code has taken the model or its context away.
    bool is_open() const noexcept;
    uint32_t id() const noexcept { return id_; }
    int32_t device() const noexcept { return device_; }
    const std::vector<TensorInfo> &inputs() const noexcept { return inputs_.infos; }
    const std::vector<TensorInfo> &outputs() const noexcept { return outputs_.infos; }
    const std::vector<Gear> &gears() const noexcept { return gears_.all; }
    // Each run chooses the shapes, which run_dynamic() takes; not so a model with gears.
    bool is_dynamic() const noexcept { return is_dynamic_; }

   private:
    // The device memory of all inputs, or of all outputs, and the data set over it.
    struct Tensors {
        std::vector<TensorInfo> infos;
        std::vector<void *> memory;
        std::vector<size_t> sizes;  // of the memory
        DataSet data_set;

        Status allocate();
        // The same without memory, which comes with fit().
        Status prepare();
        // Makes the data buffer one of this size, in memory that grows as needed.
        Status fit(size_t index, size_t size) noexcept;
        Status release() noexcept;
    };

    Status load_into(const ModelSource &source);
    Status describe();
    Status describe_ranges(const aclmdlDesc *desc);
    Status describe_gears();
    Status allocate();
    Status execute_dynamic(AllocatedOutputs &allocated, std::vector<HostTensor> &outputs);
    Status copy_in(const std::vector<HostInput> &inputs) noexcept;
    Status copy_in(const std::vector<HostInput> &inputs, const std::vector<Dims> &dims) noexcept;
    Status copy_out(const std::vector<HostOutput> &outputs) noexcept;
    // kModelLost in place of a failure that comes of that. The caller holds the lock.
    Status judged(Status status) noexcept;

    const int32_t device_;
    ContextHandle context_;  // until closed
    Lease work_;
    Lease weight_;
    uint32_t id_ = 0;
    bool loaded_ = false;
    Tensors inputs_;
    Tensors outputs_;
    Gears gears_;
    bool is_dynamic_ = false;
    mutable std::timed_mutex mutex_;  // one run or close at a time
    std::atomic<bool> open_{true};
    std::atomic<bool> lost_{false};
};

}  // namespace ascendcl::core
