// How executions that run at the same time share the cores.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <openvino/core/any.hpp>
#include <openvino/core/model.hpp>

namespace ascendcl::host::engine {

struct Threading {
    int32_t streams = 1;
    int32_t threads = 1;  // of all streams
    // How often the model may be compiled: an execution on a model's only stream is computed by the
    // thread that asks for it.
    size_t copies = 1;
};

// With `threads` per execution, 0 for all cores.
Threading threading_of(const ov::Model &model, uint32_t threads);

// The same for a model that has one execution.
Threading threading_of_one(uint32_t threads);

ov::AnyMap properties_of(const Threading &threading);

}  // namespace ascendcl::host::engine
