// One run that is submitted to a model's stream, and what it needs until it has ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/bound_places.h"
#include "core/dynamic_shapes.h"
#include "core/interrupt.h"
#include "core/stream.h"
#include "core/tensors.h"

namespace ascendcl::core {

// Whoever makes one keeps the memory of its inputs and outputs until it has gone.
class AsyncRun {
   public:
    AsyncRun() = default;
    AsyncRun(const AsyncRun &) = delete;
    AsyncRun &operator=(const AsyncRun &) = delete;
    virtual ~AsyncRun() = default;

    // Called once, on the model's thread and without locks, when all is done; takes over the run.
    // It must not let go of the model there, whose end waits for that thread.
    virtual void complete(std::unique_ptr<AsyncRun> self) noexcept = 0;

    // Who is told of its end, as a number; 0 for whom nobody else tells.
    virtual uintptr_t told() const noexcept { return 0; }
    // Has it be told of what has ended so far.
    virtual void tell_now() noexcept {}

    std::vector<HostInput> inputs;
    std::vector<HostOutput> outputs;
    size_t gear = 0;
    std::vector<Dims> dims;           // of the inputs, where shapes are dynamic
    std::vector<HostTensor> results;  // the outputs, where shapes are dynamic
    // Where it reads and writes on the device; null for memory of the model's.
    BoundPlaces *bound = nullptr;
    Deadline deadline;  // of its start

    Status status;
    std::string message;  // the runtime's words on a failure
    // Whether the same one is told of another run's end in a moment, so that this one can wait.
    bool another_follows = false;

   private:
    friend class AsyncRunner;
    friend class RunList;
    std::unique_ptr<AsyncRun> next_;
    uint64_t number_ = 0;  // among the model's runs
    InputsAndOutputs *place_ = nullptr;
    std::chrono::steady_clock::time_point submitted_;  // to the stream
    EventHandle awaited_;  // of the run before it on the same work memory
};

// Runs in the order in which they were added, without memory of its own. Not locked.
class RunList {
   public:
    RunList() noexcept = default;
    RunList(RunList &&other) noexcept
        : first_(std::move(other.first_)), last_(std::exchange(other.last_, nullptr)) {}
    RunList &operator=(RunList &&) = delete;
    ~RunList() {
        while (pop() != nullptr) {
        }
    }

    // Null where there is none.
    const AsyncRun *first() const noexcept { return first_.get(); }
    void add(std::unique_ptr<AsyncRun> run) noexcept {
        AsyncRun *added = run.get();
        (first_ == nullptr ? first_ : last_->next_) = std::move(run);
        last_ = added;
    }
    // Null where it is not among them.
    std::unique_ptr<AsyncRun> take_out(uint64_t number) noexcept {
        AsyncRun *before = nullptr;
        std::unique_ptr<AsyncRun> *place = &first_;
        while (*place != nullptr && (*place)->number_ != number) {
            before = place->get();
            place = &before->next_;
        }
        auto taken = std::move(*place);
        if (taken == nullptr) return taken;
        *place = std::move(taken->next_);
        if (last_ == taken.get()) last_ = before;
        return taken;
    }
    std::unique_ptr<AsyncRun> pop() noexcept {
        auto run = std::move(first_);
        if (run != nullptr) first_ = std::move(run->next_);
        return run;
    }

   private:
    std::unique_ptr<AsyncRun> first_;
    AsyncRun *last_ = nullptr;
};

}  // namespace ascendcl::core
