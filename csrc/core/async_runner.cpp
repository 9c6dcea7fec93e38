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

// As long as waking an event loop takes, more or less.
constexpr std::chrono::microseconds kMoment{20};
constexpr int32_t kLongestHeldMs = 1;

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

// Waits although a wait has failed: that may be the wait alone, while the work goes on. Where the
// device has failed it answers at once.
void settle(aclrtStream stream) noexcept {
    constexpr int kMostWaits = 4;
    for (int i = 0; i < kMostWaits && !synchronize_stream(stream, -1).ok(); ++i) {
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

Status AsyncRunner::submit(std::unique_ptr<AsyncRun> &run, uint64_t &number) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) return {kModelClosed, "Model"};
        number = run->number_ = ++count_;
        line_.add(std::move(run));
    }
    changed_.notify_all();
    return {};
}

std::unique_ptr<AsyncRun> AsyncRunner::withdraw(uint64_t number) noexcept {
    const std::lock_guard lock(mutex_);
    if (prepared_ != nullptr && prepared_->number_ == number) return std::move(prepared_);
    return line_.take_out(number);
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
    // Under the lock: another thread may be closing the model as well.
    if (std::exchange(is_released_, true)) return {};
    events_.clear();
    CurrentContext scope(*model_.context_);
    // The stream first: a wait for it may have failed while it went on.
    Status status = scope.status().code == kLost ? Status{} : scope.status();
    for (const Status released : {stream_->close(), second_.release()}) {
        keep_first(status, released.code, released.function);
    }
    return status;
}

void AsyncRunner::serve() noexcept {
    std::unique_ptr<AsyncRun> executing;
    for (;;) {
        if (!has_prepared()) {
            if (auto next = next_in_line(executing.get())) {
                prepare(std::move(next), executing.get());
                continue;
            }
            if (executing == nullptr) break;
        }
        if (executing == nullptr) {
            executing = execute();
            continue;
        }
        wait_for(*executing);
        const auto took = std::chrono::steady_clock::now() - executing->submitted_;
        ended_ = std::move(executing);
        executing = execute();
        if (ended_ == nullptr) continue;
        is_holding_ = took < kMoment && executing != nullptr && may_wait_for(*executing, *ended_);
        ended_->another_follows = is_holding_;
        finish(std::move(ended_));
    }
    {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
    }
    changed_.notify_all();
}

bool AsyncRunner::may_wait_for(const AsyncRun &next, const AsyncRun &ended) const noexcept {
    // On work memory of several models the next one may have to wait for others, and another gear
    // takes as long as it takes.
    const bool is_alike = !model_.work_ && next.gear == ended.gear;
    const bool has_same_reader = ended.told() != 0 && next.told() == ended.told();
    return is_alike && has_same_reader && aclrtSynchronizeStreamWithTimeout != nullptr;
}

void AsyncRunner::wait_for(AsyncRun &run) noexcept {
    const bool holds = std::exchange(is_holding_, false);
    run.status = stream_->synchronize(holds ? kLongestHeldMs : -1);
    if (holds && run.status.code == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT) {
        aclGetRecentErrMsg();  // nobody is to read of it
        run.tell_now();        // of the one before
        run.status = stream_->synchronize(-1);
    }
    if (run.status.ok()) return;
    keep_message(run.status, run.message);
    // Nobody is to write to memory that a run still reads.
    static_cast<void>(stream_->with_handle([](aclrtStream stream) -> Status {
        settle(stream);
        return {};
    }));
}

std::unique_ptr<AsyncRun> AsyncRunner::next_in_line(const AsyncRun *executing) noexcept {
    std::unique_lock lock(mutex_);
    if (executing == nullptr) {
        changed_.wait(lock, [this] { return line_.first() != nullptr || is_stopping_; });
        return line_.pop();
    }
    Status failed;
    if (needs_second(*executing, line_.first())) {
        lock.unlock();
        failed = allocate_second();
        lock.lock();
    }
    const AsyncRun *const next = line_.first();  // another one where that was withdrawn meanwhile
    if (next == nullptr || (failed.ok() && !has_place_beside(*executing, *next))) return nullptr;
    auto run = line_.pop();
    run->status = failed;
    return run;
}

bool AsyncRunner::has_place_beside(const AsyncRun &executing, const AsyncRun &next) const noexcept {
    // Else its inputs would be copied over those that are being read; and which state is its own is
    // known when the run before has ended.
    if (next.bound != nullptr) return next.bound != executing.bound;
    return executing.place_ != &model_.own_ || has_second_ || model_.is_dynamic_;
}

bool AsyncRunner::needs_second(const AsyncRun &executing, const AsyncRun *next) const noexcept {
    return next != nullptr && next->bound == nullptr && !is_short_of_memory_ &&
           !has_place_beside(executing, *next);
}

Status AsyncRunner::place_second() {
    const Lease &memory = model_.placed_second_;
    if (!model_.placed_) return second_.allocate(model_.inputs_, model_.outputs_);
    if (!memory) return {ACL_ERROR_RT_MEMORY_ALLOCATION, "Model"};  // no more was given
    return second_.allocate_in(memory.data(), model_.inputs_, model_.outputs_);
}

Status AsyncRunner::allocate_second() noexcept {
    CurrentContext scope(*model_.context_);
    Status failed = scope.status();
    try {
        if (failed.ok()) failed = place_second();
    } catch (const std::bad_alloc &) {
        failed = {ACL_ERROR_BAD_ALLOC, "Model"};
    }
    has_second_ = failed.ok();
    if (failed.ok()) return failed;
    if (failed.code == ACL_ERROR_RT_MEMORY_ALLOCATION) {
        is_short_of_memory_ = true;
        failed = {};
        aclGetRecentErrMsg();  // nobody is to read of it
    }
    static_cast<void>(second_.release());
    return failed;
}

bool AsyncRunner::has_prepared() noexcept {
    const std::lock_guard lock(mutex_);
    return prepared_ != nullptr;
}

void AsyncRunner::prepare(std::unique_ptr<AsyncRun> run, const AsyncRun *executing) noexcept {
    const bool late = run->deadline && std::chrono::steady_clock::now() >= *run->deadline;
    Status status = late ? Status{kTimedOut, "Model"} : run->status;
    if (status.ok()) status = usable();
    if (status.ok() && model_.is_dynamic_) {
        // A run tells the shapes of the outputs, whose memory only a synchronous call allocates.
        status = model_.run_dynamic(run->inputs, run->dims, run->results, run->deadline);
        complete(std::move(run), status);
        return;
    }
    const bool is_taken = executing != nullptr && executing->place_ == &model_.own_;
    run->place_ = run->bound != nullptr ? &run->bound->next() : is_taken ? &second_ : &model_.own_;
    if (status.ok()) status = copy_in(*run);
    if (!status.ok()) {
        complete(std::move(run), status);
        return;
    }
    const std::lock_guard lock(mutex_);
    prepared_ = std::move(run);
}

std::unique_ptr<AsyncRun> AsyncRunner::execute() noexcept {
    std::unique_ptr<AsyncRun> run;
    {
        const std::lock_guard lock(mutex_);
        run = std::move(prepared_);
    }
    if (run == nullptr) return run;
    run->submitted_ = std::chrono::steady_clock::now();
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
    if (run->message.empty()) keep_message(run->status, run->message);
    run->status = model_.judged(status);
    if (run->bound != nullptr) run->bound->end_run(status.ok());
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
        const auto now = std::chrono::steady_clock::now();
        Status status = work.turn().take_in(*stream_, turn, now, run.awaited_);
        if (status.code == kTimedOut) {
            // Others have it, for as long as they like: what has ended is not to wait for them.
            if (ended_ != nullptr) finish(std::move(ended_));
            status = work.turn().take_in(*stream_, turn, run.deadline, run.awaited_);
        }
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
        // Nobody could wait for it, so that it ends while the turn is held.
        keep_message(status, run.message);
        settle(stream);
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
