// Executions whose shapes are told with their data sets: inputs say theirs, and the runtime gives
// the outputs memory and shapes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "core/data_set.h"
#include "core/status.h"
#include "core/tensor_info.h"

namespace ascendcl::core {

struct Free {
    void operator()(void *memory) const noexcept { std::free(memory); }
};

// An output in host memory of its own.
struct HostTensor {
    Dims dims;
    size_t size = 0;
    std::unique_ptr<void, Free> data;  // never null
};

// Whether the shapes of a model without gears are chosen at each execution.
bool has_dynamic_shapes(const std::vector<TensorInfo> &inputs,
                        const std::vector<TensorInfo> &outputs) noexcept;

// Tells the next execution of `inputs` the shape of one of them.
Status set_shape(aclmdlDataset *inputs, size_t index, const TensorInfo &info, const Dims &dims);

// The outputs of one execution. Needs the model's context as the current one.
class AllocatedOutputs {
   public:
    AllocatedOutputs() = default;
    AllocatedOutputs(const AllocatedOutputs &) = delete;
    AllocatedOutputs &operator=(const AllocatedOutputs &) = delete;
    // Only what an exception left: release() tells of failures.
    ~AllocatedOutputs();

    // Data buffers without memory, which an execution provides.
    Status prepare(size_t count);
    Status execute(uint32_t model, const aclmdlDataset *inputs) noexcept;
    Status copy_to_host(const std::vector<TensorInfo> &infos,
                        std::vector<HostTensor> &outputs) const;
    // All of it, also after a failure: the first one is answered.
    Status release() noexcept;

   private:
    DataSet data_set_;
    std::vector<void *> memory_;  // ours to free
};

}  // namespace ascendcl::core
