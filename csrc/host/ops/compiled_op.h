// An op compiled for given tensor descs and attributes, and the cache of such ops.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "host/engine/engine.h"
#include "host/model/real_numbers.h"
#include "host/model/shared_program.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host::ops {

using Bindings = std::vector<engine::Binding>;

class CompiledOp {
   public:
    // Throws Failure: 100021-100024 for what the engine does not take, 500001 without an engine.
    explicit CompiledOp(const engine::OpRequest &request);

    size_t input_count() const noexcept { return inputs_.size(); }
    size_t output_count() const noexcept { return outputs_.size(); }
    const std::vector<std::vector<int64_t>> &output_dims() const noexcept { return output_dims_; }

    // Throws Failure(100000) for a buffer that is too small for its tensor, or null. `bindings` are
    // in the order of the op's tensors.
    void require_room(const Bindings &inputs, const Bindings &outputs) const;

    // Computes. Any number of threads at a time. Throws Failure(507011), and as
    // model::require_numbers() where ASCENDCL_HOST_CHECK was set when the op was compiled.
    void run(const Bindings &inputs, const Bindings &outputs);

   private:
    struct Tensor {
        bool is_bound;  // false where the program takes no memory for it
        size_t size;    // bytes
        aclDataType dtype;
    };

    void require_numbers(const std::vector<Tensor> &tensors, const Bindings &bindings,
                         const char *side, aclError code) const;

    const std::string type_;
    const model::RealCheck real_check_ = model::real_check();
    std::vector<std::vector<int64_t>> output_dims_;
    std::optional<model::SharedProgram> program_;  // none where there is nothing to compute
    std::vector<Tensor> inputs_;
    std::vector<Tensor> outputs_;
    LiveCount<LiveKind::kCompiledOp> live_;
};

// From the cache where it is there. Throws Failure as CompiledOp's constructor.
std::shared_ptr<CompiledOp> compiled_op(const engine::OpRequest &request);

// How many ops the cache keeps (20000 until told otherwise); the one longest unused goes first. An
// op in use or behind a handle lives on without it.
void set_cache_capacity(uint64_t count);

// As it was at first: empty, and of the first capacity.
void reset_cache();

}  // namespace ascendcl::host::ops
