// The device memory of all inputs, or of all outputs, of one execution, the data set over it, and
// the copies between it and the host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "core/data_set.h"
#include "core/tensor_info.h"

namespace ascendcl::core {

// Nothing is copied where the size is 0: the tensor is empty, or is on the device already.
struct HostInput {
    const void *data;
    size_t size;
};

struct HostOutput {
    void *data;
    size_t size;
};

// Whoever has it releases it: in the model's context, and told of failures.
class Tensors {
   public:
    // Memory for each tensor, and a data set.
    Status allocate(const std::vector<TensorInfo> &infos);
    // Memory of our own for each tensor that is prepared.
    Status fit_all(const std::vector<TensorInfo> &infos) noexcept;
    // What lay_out() needs.
    static size_t size_of(const std::vector<TensorInfo> &infos, size_t skipped) noexcept;
    // The data set alone; memory comes with fit() or point().
    Status prepare(size_t count);
    // Makes tensor `index` one of this size, in memory that grows as needed.
    Status fit(size_t index, size_t size) noexcept;
    // Makes it one in memory of somebody else.
    Status point(size_t index, void *data, size_t size) noexcept;
    // Makes all but the one at `skipped` lie in memory of somebody else, one after another.
    Status lay_out(void *data, const std::vector<TensorInfo> &infos, size_t skipped) noexcept;
    Status release() noexcept;

    // To tensors of these sizes; the one at `skipped` is not among `inputs`. kOutOfBounds where an
    // input is larger than its tensor.
    Status copy_in(const std::vector<HostInput> &inputs, const std::vector<TensorInfo> &infos,
                   size_t skipped) noexcept;
    Status copy_out(const std::vector<HostOutput> &outputs,
                    const std::vector<TensorInfo> &infos) noexcept;

    aclmdlDataset *data_set() const noexcept { return data_set_.handle; }
    void *memory(size_t index) const noexcept { return places_[index]; }
    size_t capacity(size_t index) const noexcept { return capacities_[index]; }

   private:
    std::vector<void *> places_;  // where each one lies
    std::vector<void *> memory_;  // ours
    std::vector<size_t> capacities_;
    DataSet data_set_;
};

// Of one execution.
struct InputsAndOutputs {
    Tensors inputs;
    Tensors outputs;

    Status allocate(const std::vector<TensorInfo> &in, const std::vector<TensorInfo> &out) {
        const Status status = inputs.allocate(in);
        return status.ok() ? outputs.allocate(out) : status;
    }
    static size_t size_of(const std::vector<TensorInfo> &in, const std::vector<TensorInfo> &out,
                          size_t skipped_input) noexcept {
        return Tensors::size_of(in, skipped_input) + Tensors::size_of(out, out.size());
    }
    Status lay_out(void *memory, const std::vector<TensorInfo> &in,
                   const std::vector<TensorInfo> &out, size_t skipped_input) noexcept {
        const Status status = inputs.lay_out(memory, in, skipped_input);
        void *const behind = static_cast<char *>(memory) + Tensors::size_of(in, skipped_input);
        return status.ok() ? outputs.lay_out(behind, out, out.size()) : status;
    }
    // All of them there.
    Status allocate_in(void *memory, const std::vector<TensorInfo> &in,
                       const std::vector<TensorInfo> &out) {
        Status status = inputs.prepare(in.size());
        if (status.ok()) status = outputs.prepare(out.size());
        return status.ok() ? lay_out(memory, in, out, in.size()) : status;
    }
    Status release() noexcept {
        const Status in = inputs.release();
        const Status out = outputs.release();
        return in.ok() ? out : in;
    }
};

}  // namespace ascendcl::core
