// A model whose inputs and outputs are bound to memory once, to run on it again and again: what is
// on the device stays there, and no run allocates. Outputs may be next run's inputs (state): their
// two buffers are exchanged after each run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/buffer.h"
#include "core/model.h"

namespace ascendcl::core {

class BoundModel;
using BoundModelHandle = std::shared_ptr<BoundModel>;

// Memory of one tensor: part of a buffer, or on the host, where the caller keeps it.
struct BoundMemory {
    BufferHandle buffer;  // null: on the host
    size_t offset = 0;
    void *host = nullptr;
    size_t size = 0;
};

class BoundModel final : public Resource {
   public:
    // An output, and the input that it is in the next run.
    using State = std::vector<std::pair<size_t, size_t>>;

    // One per tensor, without the input that carries the gear. kOutOfBounds for another number of
    // them, for memory that its buffer does not have, or less than the tensor's where there are no
    // gears, and for state that is not two buffers of one size. Holds the buffers until closed.
    static Status bind(ModelHandle model, std::vector<BoundMemory> inputs,
                       std::vector<BoundMemory> outputs, size_t gear, State state,
                       BoundModelHandle &bound) noexcept;

    BoundModel(ModelHandle model, ContextHandle context, size_t gear) noexcept
        : model_(std::move(model)), context_(std::move(context)), gear_(gear) {}
    ~BoundModel() override { report(close()); }
    // Waits for runs that were submitted.
    Status close() noexcept override;

    // As Model::run().
    Status run(Deadline deadline, std::string &message) noexcept;
    // As Model::submit(), on this memory.
    Status submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept;
    std::unique_ptr<AsyncRun> withdraw(uint64_t number) noexcept {
        return model_->withdraw(number);
    }

    bool is_open() const noexcept { return open_ && model_->is_open(); }
    // How many runs have exchanged the state.
    uint64_t exchanges() const noexcept { return places_.exchanges(); }

   private:
    Status take_leases(const std::vector<BoundMemory> &memory);
    Status check(const std::vector<BoundMemory> &memory, const std::vector<TensorInfo> &infos,
                 size_t skipped) const noexcept;
    Status fill(InputsAndOutputs &place, const std::vector<BoundMemory> &inputs,
                const std::vector<BoundMemory> &outputs);
    static Status fill(Tensors &tensors, const std::vector<BoundMemory> &memory,
                       const std::vector<TensorInfo> &infos, size_t skipped);

    const ModelHandle model_;
    ContextHandle context_;  // until closed
    const size_t gear_;
    std::vector<HostInput> inputs_;
    std::vector<HostOutput> outputs_;
    std::vector<Lease> leases_;
    BoundPlaces places_;
    FairSharedMutex mutex_;  // one call, submission or close at a time
    std::atomic<bool> open_{true};
};

}  // namespace ascendcl::core
