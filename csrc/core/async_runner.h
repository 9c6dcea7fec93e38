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
    Status submit(std::unique_ptr<AsyncRun> &run) noexcept;
    // Waits for all that was submitted, and for the thread. Where the wait is given up
    // (kInterrupted, kUnfinished), it goes on.
    Status stop() noexcept;

   private:
    void serve() noexcept;
    // Null where there is none, or none that can be prepared while one executes; waits for one
    // where nothing executes, and answers null then only to end.
    std::unique_ptr<AsyncRun> next_in_line(const AsyncRun *executing) noexcept;
    // Allocates the second place where it is needed, and answers why that failed, unless the device
    // is short of memory: runs use one place then.
    bool has_place_beside(const AsyncRun &executing, const AsyncRun &next, Status &failed) noexcept;
    // Both answer null where the run is completed already.
    std::unique_ptr<AsyncRun> prepare(std::unique_ptr<AsyncRun> run,
                                      const AsyncRun *executing) noexcept;
    std::unique_ptr<AsyncRun> execute(std::unique_ptr<AsyncRun> run) noexcept;
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

    std::mutex mutex_;
    std::condition_variable changed_;
    RunList line_;
    bool is_stopping_ = false;
    bool has_ended_ = false;
};

}  // namespace ascendcl::core
