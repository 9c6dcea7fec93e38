// Runs of a model in its stream: submitted, or submitted and waited for.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/async_runner.h"
#include "core/model.h"

namespace ascendcl::core {
namespace {

// A run that somebody waits for, on whose stack its result is.
class AwaitedRun final : public AsyncRun {
   public:
    struct Result {
        std::mutex mutex;
        std::condition_variable changed;
        std::unique_ptr<AsyncRun> run;
    };

    explicit AwaitedRun(Result &result) noexcept : result_(result) {}

    void complete(std::unique_ptr<AsyncRun> self) noexcept override {
        const std::lock_guard lock(result_.mutex);
        result_.run = std::move(self);
        result_.changed.notify_one();
    }

   private:
    Result &result_;
};

}  // namespace

std::shared_ptr<AsyncRunner> Model::runner() const noexcept {
    const std::lock_guard lock(pointers_mutex_);
    return runner_;
}

ContextHandle Model::context() const noexcept {
    const std::lock_guard lock(pointers_mutex_);
    return context_;
}

Status Model::submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept {
    if (Status status = usable(); !status.ok()) return status;
    auto serving = runner();
    if (serving == nullptr) {
        if (Status status = turn_to_stream(serving); !status.ok()) return status;
    }
    BoundPlaces *const bound = run->bound;
    if (bound != nullptr) bound->begin_run();
    const Status status = serving->submit(run, number);
    if (!status.ok() && bound != nullptr) bound->end_run(false);
    return status;
}

std::unique_ptr<AsyncRun> Model::withdraw(uint64_t number) noexcept {
    const auto serving = runner();
    auto run = serving != nullptr ? serving->withdraw(number) : nullptr;
    if (run != nullptr && run->bound != nullptr) run->bound->end_run(false);
    return run;
}

Status Model::turn_to_stream(std::shared_ptr<AsyncRunner> &serving) noexcept {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock); !status.ok()) return status;
    if (!open_) return {kModelClosed, "Model"};
    serving = runner();
    if (serving != nullptr) return {};
    if (manner_ == Manner::kInCalls && !is_dynamic_) {
        if (Status status = load_anew(); !status.ok()) return judged(status);
    }
    if (is_in_group_) {
        // Its inputs are copied while others run.
        CurrentContext scope(*context_);
        const Status status = scope.status().ok() ? leave_group() : scope.status();
        if (!status.ok()) return judged(status);
    }
    if (Status status = AsyncRunner::start(*this, serving); !status.ok()) return judged(status);
    manner_ = Manner::kInStream;
    const std::lock_guard pointers_lock(pointers_mutex_);
    runner_ = serving;
    return {};
}

Status Model::load_anew() noexcept {
    if (path_.empty()) return {kRanInCalls, "Model.run_async"};
    CurrentContext scope(*context_);
    if (!scope.status().ok()) return scope.status();
    const uint32_t before = id_;
    try {
        if (Status status = file_.check(path_.c_str()); !status.ok()) return status;
        if (Status status = load_into({path_}); !status.ok()) return status;
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
    const Status status = file_.check(path_.c_str());
    const uint32_t superfluous = status.ok() ? before : id_.exchange(before);
    report_later({aclmdlUnload(superfluous), "aclmdlUnload"});
    return status;
}

Status Model::run_in_stream(BoundPlaces *bound, const std::vector<HostInput> &inputs,
                            const std::vector<HostOutput> &outputs, size_t gear, Deadline deadline,
                            std::string &message) noexcept {
    AwaitedRun::Result result;
    uint64_t number = 0;
    try {
        std::unique_ptr<AsyncRun> run = std::make_unique<AwaitedRun>(result);
        run->inputs = inputs;
        run->outputs = outputs;
        run->gear = gear;
        run->bound = bound;
        run->deadline = deadline;
        if (Status status = submit(run, number); !status.ok()) return status;
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
    // To the end once it has begun, also when the program wants it to stop: the caller's arrays are
    // being written to.
    std::unique_lock lock(result.mutex);
    const auto has_ended = [&result] { return result.run != nullptr; };
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        auto look = now + kSlice;
        if (deadline && *deadline > now) look = std::min(look, *deadline);
        if (result.changed.wait_until(lock, look, has_ended)) break;
        lock.unlock();
        Status status = reason_to_give_up();
        const bool is_late = deadline && std::chrono::steady_clock::now() >= *deadline;
        if (status.ok() && is_late) status = {kTimedOut, ""};
        if (!status.ok() && withdraw(number) != nullptr) return {status.code, "Model"};
        lock.lock();
    }
    message = std::move(result.run->message);
    return result.run->status;
}

}  // namespace ascendcl::core
