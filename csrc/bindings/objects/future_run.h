// Runs that are submitted, and the futures that they complete: made with the GIL, done without
// Python, and taken from a queue by the event loop's thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>
#include <vector>

#include "bindings/objects/run_arguments.h"
#include "bindings/objects/status.h"
#include "bindings/without_gil.h"
#include "core/completion_queue.h"

namespace ascendcl::objects {

// What a future waits for. Made and destroyed with the GIL.
class FutureRun final : public core::AsyncRun {
   public:
    // `owner` is the Python object that has the model, and stays while it runs. `result` is what
    // the future is to hold; with dynamic shapes, what makes it of (dims, bytes) of each output.
    FutureRun(pybind11::object owner, std::shared_ptr<core::CompletionQueue> queue,
              pybind11::object future, pybind11::object result)
        : owner_(std::move(owner)),
          queue_(std::move(queue)),
          future_(std::move(future)),
          result_(std::move(result)) {}

    void complete(std::unique_ptr<core::AsyncRun> self) noexcept override;
    uintptr_t told() const noexcept override { return reinterpret_cast<uintptr_t>(queue_.get()); }
    void tell_now() noexcept override { queue_->wake(); }
    // In the event loop's thread. A future that is done already was cancelled.
    void resolve();

    std::vector<HostMemory> kept;

   private:
    void refuse(const pybind11::object &error);
    pybind11::object tell(PyObject *method, const pybind11::object &argument);

    pybind11::object owner_;
    std::shared_ptr<core::CompletionQueue> queue_;
    pybind11::object future_;
    pybind11::object result_;
};

// _acl.core.CompletionQueue: the reading end, which closes the queue when it goes, with the GIL.
class QueueReader {
   public:
    QueueReader() {
        call_core([this] { return core::CompletionQueue::create(queue_); });
    }
    QueueReader(const QueueReader &) = delete;
    QueueReader &operator=(const QueueReader &) = delete;
    ~QueueReader() { queue_->close(); }

    core::CompletionQueue &queue() const noexcept { return *queue_; }
    std::unique_ptr<FutureRun> make_run(pybind11::object owner, pybind11::object future,
                                        pybind11::object result, double timeout) const;
    void resolve_all() const;

   private:
    std::shared_ptr<core::CompletionQueue> queue_;
};

// Has a model, or a bound one, do the run. Answers its number, for expire().
template <typename Target>
uint64_t submit(Target &target, std::unique_ptr<FutureRun> run) {
    std::unique_ptr<core::AsyncRun> submitted = std::move(run);
    uint64_t number = 0;
    call_core([&] { return target.submit(submitted, number); });
    return number;
}

// Lets a run that has not begun fail by its timeout.
template <typename Target>
void expire(Target &target, uint64_t number) {
    without_gil([&] {
        auto run = target.withdraw(number);
        if (run == nullptr) return;
        run->status = {core::kTimedOut, "Model"};
        core::AsyncRun &expired = *run;
        expired.complete(std::move(run));
    });
}

}  // namespace ascendcl::objects
