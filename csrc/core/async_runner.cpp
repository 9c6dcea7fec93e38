// The thread of a model that runs asynchronously.
// SPDX-License-Identifier: Apache-2.0
#include "core/async_runner.h"

#include <pthread.h>
#include <signal.h>

#include <system_error>
#include <utility>

#include "core/model.h"

namespace ascendcl::core {
namespace {

// Signals are the program's: its handlers run in threads of its own.
class BlockedSignals {
   public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals &) = delete;
    BlockedSignals &operator=(const BlockedSignals &) = delete;

   private:
    sigset_t before_{};
};

void keep_message(AsyncRun &run) noexcept {
    const char *message = run.status.code > 0 ? aclGetRecentErrMsg() : nullptr;
    if (message == nullptr) return;
    try {
        run.message = message;
    } catch (const std::bad_alloc &) {  // the code remains
    }
}

}  // namespace

Status AsyncRunner::start(Model &model, std::shared_ptr<AsyncRunner> &runner) noexcept {
    try {
        auto starting = std::make_shared<AsyncRunner>(model);
        if (Status status = Stream::create(model.context_, starting->stream_); !status.ok()) {
            return status;
        }
        const BlockedSignals signals;
        // Detached: stop() waits for has_ended_, and a forked child has no such thread to join.
        std::thread([starting] { starting->serve(); }).detach();
        runner = std::move(starting);
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    } catch (const std::system_error &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
}

Status AsyncRunner::submit(std::unique_ptr<AsyncRun> &run) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return {kModelClosed, "Model"};
        line_.add(std::move(run));
    }
    changed_.notify_all();
    return {};
}

Status AsyncRunner::stop() noexcept {
    if (forked()) return {};
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
    while (!changed_.wait_for(lock, kSlice, [this] { return has_ended_; })) {
        lock.unlock();
        const Status status = reason_to_give_up();
        lock.lock();
        if (!status.ok()) return status;
    }
    lock.unlock();
    events_.clear();
    // The stream first: a wait for it may have failed while it went on.
    const Status closed = stream_->close();
    const Status released = second_.release();
    return closed.ok() ? released : closed;
}

void AsyncRunner::serve() noexcept {
    std::unique_ptr<AsyncRun> prepared;
    std::unique_ptr<AsyncRun> executing;
    for (;;) {
        if (prepared == nullptr) {
            if (auto next = next_in_line(executing.get())) {
                prepared = prepare(std::move(next), executing.get());
                continue;
            }
            if (executing == nullptr) break;
        }
        if (executing == nullptr) {
            executing = execute(std::move(prepared));
            continue;
        }
        wait_for(*executing);
        auto finished = std::move(executing);
        if (prepared != nullptr) executing = execute(std::move(prepared));
        finish(std::move(finished));
    }
    {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
    }
    changed_.notify_all();
}

void AsyncRunner::wait_for(AsyncRun &run) noexcept {
    run.status = stream_->synchronize(-1);
    if (run.status.ok()) return;
    keep_message(run);
    // What failed may be the wait alone, and nobody is to write to memory that a run still reads.
    static_cast<void>(stream_->synchronize(-1));
}

std::unique_ptr<AsyncRun> AsyncRunner::next_in_line(const AsyncRun *executing) noexcept {
    std::unique_lock lock(mutex_);
    if (executing == nullptr) {
        changed_.wait(lock, [this] { return line_.first() != nullptr || is_stopping_; });
    }
    if (executing == nullptr || line_.first() == nullptr) return line_.pop();
    const AsyncRun &next = *line_.first();  // stays the first: nobody else takes one away
    lock.unlock();
    Status failed;
    const bool has_place = has_place_beside(*executing, next, failed);
    if (!has_place && failed.ok()) return nullptr;
    lock.lock();
    auto run = line_.pop();
    lock.unlock();
    run->status = failed;
    return run;
}

bool AsyncRunner::has_place_beside(const AsyncRun &executing, const AsyncRun &next,
                                   Status &failed) noexcept {
    // Else its inputs would be copied over those that are being read.
    if (next.bound != nullptr) return next.bound != executing.bound;
    if (executing.place_ != &model_.own_ || has_second_ || model_.is_dynamic_) return true;
    if (is_short_of_memory_) return false;
    CurrentContext scope(*model_.context_);
    failed = scope.status();
    try {
        if (failed.ok()) failed = second_.inputs.allocate(model_.inputs_);
        if (failed.ok()) failed = second_.outputs.allocate(model_.outputs_);
    } catch (const std::bad_alloc &) {
        failed = {ACL_ERROR_BAD_ALLOC, "Model"};
    }
    has_second_ = failed.ok();
    if (failed.ok()) return true;
    if (failed.code == ACL_ERROR_RT_MEMORY_ALLOCATION) {
        is_short_of_memory_ = true;
        failed = {};
        aclGetRecentErrMsg();  // nobody is to read of it
    }
    static_cast<void>(second_.release());
    return false;
}

std::unique_ptr<AsyncRun> AsyncRunner::prepare(std::unique_ptr<AsyncRun> run,
                                               const AsyncRun *executing) noexcept {
    const bool late = run->deadline && std::chrono::steady_clock::now() >= *run->deadline;
    Status status = late ? Status{kTimedOut, "Model"} : run->status;
    if (status.ok()) status = usable();
    if (status.ok() && model_.is_dynamic_) {
        // A run tells the shapes of the outputs, whose memory only a synchronous call allocates.
        status = model_.run_dynamic(run->inputs, run->dims, run->results, run->deadline);
        complete(std::move(run), status);
        return nullptr;
    }
    const bool is_taken = executing != nullptr && executing->place_ == &model_.own_;
    run->place_ = run->bound != nullptr ? run->bound : is_taken ? &second_ : &model_.own_;
    if (status.ok()) status = copy_in(*run);
    if (status.ok()) return run;
    complete(std::move(run), status);
    return nullptr;
}

std::unique_ptr<AsyncRun> AsyncRunner::execute(std::unique_ptr<AsyncRun> run) noexcept {
    const Status status = submit_to_stream(*run);
    if (status.ok()) return run;
    complete(std::move(run), status);
    return nullptr;
}

void AsyncRunner::finish(std::unique_ptr<AsyncRun> run) noexcept {
    run->awaited_ = nullptr;
    Status status = run->status;
    if (status.ok()) {
        CurrentContext scope(*model_.context_);
        status = scope.status();
        if (status.ok()) status = run->place_->outputs.copy_out(run->outputs, model_.outputs_);
    }
    complete(std::move(run), status);
}

void AsyncRunner::complete(std::unique_ptr<AsyncRun> run, Status status) noexcept {
    run->status = status;
    if (run->message.empty()) keep_message(*run);
    run->status = model_.judged(status);
    AsyncRun &completed = *run;
    completed.complete(std::move(run));
}

Status AsyncRunner::copy_in(AsyncRun &run) noexcept {
    CurrentContext scope(*model_.context_);
    if (!scope.status().ok()) return scope.status();
    return model_.prepare(run.inputs, run.outputs.size(), run.gear, *run.place_);
}

Status AsyncRunner::submit_to_stream(AsyncRun &run) noexcept {
    Turn::Lock turn;
    const Lease &work = model_.work_;
    if (work) {
        const Status status = work.turn().take_in(*stream_, turn, run.deadline, run.awaited_);
        if (!status.ok()) return status;
    }
    return stream_->with_handle([&](aclrtStream stream) -> Status {
        const aclError code = aclmdlExecuteAsync(model_.id_, run.place_->inputs.data_set(),
                                                 run.place_->outputs.data_set(), stream);
        if (code != ACL_SUCCESS || !work) return {code, "aclmdlExecuteAsync"};
        EventHandle event;
        Status status = free_event(event);
        if (status.ok()) status = {aclrtRecordEvent(event->handle(), stream), "aclrtRecordEvent"};
        if (status.ok()) {
            work.turn().leave_after(event, stream_);
            return {};
        }
        // Nobody could wait for it, so that it ends while the turn is held. The message stays: what
        // is told is the failure before.
        static_cast<void>(synchronize_stream(stream, -1));
        return status;
    });
}

Status AsyncRunner::free_event(EventHandle &event) noexcept {
    for (const EventHandle &known : events_) {
        if (known.use_count() == 1) {
            event = known;
            return {};
        }
    }
    if (Status status = Event::create(model_.context_, event); !status.ok()) return status;
    try {
        events_.push_back(event);
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "Model"};
    }
}

}  // namespace ascendcl::core
