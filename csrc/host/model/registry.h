// Loaded models by id. Internally locked: loads, executions and unloads of different ids may run
// side by side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "host/model/model.h"

namespace ascendcl::host::model {

// A use of a model that unload waits for.
class Lease {
   public:
    explicit Lease(std::shared_ptr<Model> model) noexcept : model_(std::move(model)) {
        model_->begin_use();
    }
    ~Lease() {
        if (model_) model_->end_use();
    }
    Lease(Lease &&other) noexcept = default;
    Lease(const Lease &) = delete;
    Lease &operator=(const Lease &) = delete;
    Lease &operator=(Lease &&) = delete;

    Model *operator->() const noexcept { return model_.get(); }
    Model &operator*() const noexcept { return *model_; }

   private:
    std::shared_ptr<Model> model_;
};

// 1, 2, 3, ...: process-wide, never used again.
uint32_t next_model_id() noexcept;
// The same from 2^31 on, for models with dynamic shapes.
uint32_t next_dynamic_model_id() noexcept;

void register_model(std::shared_ptr<Model> model);

// Throws Failure(145003) for an id that is not loaded.
Lease lease_model(uint32_t id);

// Takes the model out, waits for its last use and releases what it holds. Throws Failure(145003).
void unload_model(uint32_t id);

// Takes all of them out, as aclFinalize does, without waiting: an execution that runs keeps its
// model until it ends.
void forget_all_models();

}  // namespace ascendcl::host::model
