// Runs a model by ExecuteAsync: one stream, and one thread that copies in, submits, waits and
// copies out. The next run's inputs are copied while one executes. A run is waited for before the
// next is submitted: a stream tells of the first failure since it was last waited for, and each run
// is to have its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/async_run.h"
#include "core/turn.h"

namespace ascendcl::core {

class Model;

class AsyncRunner {
   public:
    // The model outlives it: it calls stop() before it goes.
    static Status start(Model &model, std::shared_ptr<AsyncRunner> &runner) noexcept;

    explicit AsyncRunner(Model &model) noexcept : model_(model) {}

    // Never waits for the device. kModelClosed after stop(); the run is left to the caller then.
    // `number` is what withdraw() knows it by.
    Status submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept;
    // Takes back a run that was not submitted to the device yet. Null where that was done, and
    // while its inputs are being copied.
    std::unique_ptr<AsyncRun> withdraw(uint64_t number) noexcept;
    // Waits for all that was submitted, and for the thread. Where the wait is given up
    // (kInterrupted, kUnfinished), it goes on.
    Status stop() noexcept;

   private:
    void serve() noexcept;
    // Null where there is none, or none that can be prepared while one executes; waits for one
    // where nothing executes, and answers null then only to end.
    std::unique_ptr<AsyncRun> next_in_line(const AsyncRun *executing) noexcept;
    bool has_place_beside(const AsyncRun &executing, const AsyncRun &next) const noexcept;
    // Whether that is for want of the second place alone, which can be allocated.
    bool needs_second(const AsyncRun &executing, const AsyncRun *next) const noexcept;
    // Ok also where the device is short of memory: runs use one place then.
    Status allocate_second() noexcept;
    Status place_second();
    // Completes it, or leaves it in prepared_.
    void prepare(std::unique_ptr<AsyncRun> run, const AsyncRun *executing) noexcept;
    bool has_prepared() noexcept;
    // Submits what is prepared. Null where that is nothing, or is completed already.
    std::unique_ptr<AsyncRun> execute() noexcept;
    // Whether who is told of `ended` may as well be told of it with the next one.
    bool may_wait_for(const AsyncRun &next, const AsyncRun &ended) const noexcept;
    void wait_for(AsyncRun &run) noexcept;
    void finish(std::unique_ptr<AsyncRun> run) noexcept;
    void complete(std::unique_ptr<AsyncRun> run, Status status) noexcept;

    Status copy_in(AsyncRun &run) noexcept;
    Status submit_to_stream(AsyncRun &run) noexcept;
    // One that no other stream waits for.
    Status free_event(EventHandle &event) noexcept;

    Model &model_;
    StreamHandle stream_;
    InputsAndOutputs second_;  // beside the model's own
    bool has_second_ = false;
    bool is_short_of_memory_ = false;  // for a second one
    std::vector<EventHandle> events_;
    std::unique_ptr<AsyncRun> ended_;  // to be finished once the next one was submitted
    bool is_holding_ = false;          // who is told of it is not woken for it alone

    std::mutex mutex_;
    std::condition_variable changed_;
    RunList line_;
    std::unique_ptr<AsyncRun> prepared_;  // its inputs are on the device
    uint64_t count_ = 0;                  // of runs so far
    bool is_stopping_ = false;
    bool has_ended_ = false;
    bool is_released_ = false;
};

}  // namespace ascendcl::core
