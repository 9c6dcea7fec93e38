// The worker of a stream and what may be asked of it while it works.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/stream.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "host/checks/trace.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/exception_info.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"
#include "host/runtime/worker_thread.h"

namespace ascendcl::host {
namespace {

thread_local uint32_t last_task = 0;

// How often a gate is asked that opens without a wake().
constexpr std::chrono::microseconds kPollInterval{200};

uint32_t this_thread() {
    thread_local const auto id = static_cast<uint32_t>(::gettid());
    return id;
}

int32_t next_stream_id() {
    static std::atomic<int32_t> next{0};
    return next.fetch_add(1, std::memory_order_relaxed);
}

HandleTable<Stream> &stream_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table = *new HandleTable<Stream>(HandleKind::kStream, LiveKind::kStream);
    return table;
}

aclError run_guarded(const std::function<aclError()> &run) noexcept {
    return run ? guarded("a task of a stream", run) : ACL_SUCCESS;
}

// What the worker knows of a failure must reach the thread that is told of it. Without memory for
// the words the code has to do: the worker must not end by it.
std::string message_of_this_thread() noexcept {
    const char *text = take_recent_message();
    try {
        return text == nullptr ? std::string() : std::string(text);
    } catch (const std::bad_alloc &) {
        return {};
    }
}

aclError aborted_error() { return fail(ACL_ERROR_RT_STREAM_ABORT, "the stream was aborted"); }

}  // namespace

Stream::Stream(std::shared_ptr<Context> owner, uint32_t priority, uint32_t flags)
    : owner_(std::move(owner)), id_(next_stream_id()), flags_(flags) {
    settings_.priority = priority;
    checks::trace_new_stream(owner_->device(), id_);
}

std::shared_ptr<Stream> Stream::make(std::shared_ptr<Context> owner, uint32_t priority,
                                     uint32_t flags) {
    // From here on the destructor gives the place back.
    if (owner->owner().streams.fetch_add(1, std::memory_order_relaxed) >= kMaxStreams) {
        owner->owner().streams.fetch_sub(1, std::memory_order_relaxed);
        throw Failure{ACL_ERROR_RT_NO_STREAM_RESOURCE,
                      "the device has no stream left of " + std::to_string(kMaxStreams)};
    }
    return std::shared_ptr<Stream>(new Stream(std::move(owner), priority, flags));
}

Stream::~Stream() { give_place_back(); }

void Stream::give_place_back() noexcept {
    if (has_place_.exchange(false)) {
        owner_->owner().streams.fetch_sub(1, std::memory_order_relaxed);
    }
}

aclError Stream::submit(std::function<aclError()> task) {
    Task plain;
    plain.run = std::move(task);
    return submit(std::move(plain));
}

aclError Stream::submit(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (retired_) return fail(ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed");
        if (aborted_) return aborted_error();
        if (!worker_.joinable()) {
            try {
                // The worker keeps the stream alive until it goes home.
                worker_ = start_worker("acl-stream-" + std::to_string(id_),
                                       [self = shared_from_this()] { self->work(); });
            } catch (const std::system_error &error) {
                return fail(ACL_ERROR_RT_NO_STREAM_RESOURCE, "no thread for the stream: %s",
                            error.what());
            }
        }
        task.thread = this_thread();
        queue_.push_back(std::move(task));
        last_task = static_cast<uint32_t>(++submitted_);
    }
    work_.notify_one();
    return ACL_SUCCESS;
}

void Stream::report(uint64_t number, uint32_t thread, aclError code) const noexcept {
    report_exception({static_cast<uint32_t>(number), static_cast<uint32_t>(id_), thread,
                      static_cast<uint32_t>(owner_->device()), code});
}

// Called and returns with the lock held; lets go of it while the task runs. A `code` other than 0
// is that of a task that failed before it could run. `text` becomes the message of a failure.
aclError Stream::perform(std::unique_lock<std::mutex> &lock, Task task, aclError code,
                         std::string &text) {
    busy_ = true;
    runner_ = std::this_thread::get_id();
    const uint64_t number = done_ + 1;
    lock.unlock();
    if (code == ACL_SUCCESS) {
        const checks::StreamTrack track(owner_->device(), id_);
        code = run_guarded(task.run);
    }
    if (code != ACL_SUCCESS) {
        text = message_of_this_thread();
        report(number, task.thread, code);
    }
    if (task.over) task.over();
    task = Task{};  // what the task holds is let go before anybody is told that it is done
    lock.lock();
    busy_ = false;
    runner_ = {};
    ++done_;
    return code;
}

// Called and returns with the lock held. The task stays at the head of the queue, so that an abort
// or a discard can take its gate away.
aclError Stream::wait_at_gate(std::unique_lock<std::mutex> &lock) {
    const auto patience = queue_.front().patience;
    const checks::TraceField gate{queue_.front().gate, queue_.front().gate_id};
    const checks::StreamTrack track(owner_->device(), id_);
    const checks::TraceSlice wait;
    const auto passed = [this] {
        return queue_.empty() || !queue_.front().ready || queue_.front().ready();
    };
    const aclError code = guarded("a wait of a stream", [&]() -> aclError {
        if (queue_.front().polled) {
            while (!passed()) work_.wait_for(lock, kPollInterval);
        } else if (patience.count() == 0) {
            work_.wait(lock, passed);
        } else if (!work_.wait_for(lock, patience, passed)) {
            return ACL_ERROR_RT_WAIT_TIMEOUT;
        }
        return ACL_SUCCESS;
    });
    wait.write("wait", "wait", {gate, {"code", code}});
    return code;
}

void Stream::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return queue_.empty() ? retired_ : !busy_; });
        if (queue_.empty()) return;
        const aclError gate = queue_.front().ready ? wait_at_gate(lock) : ACL_SUCCESS;
        if (queue_.empty()) continue;
        Task task = std::move(queue_.front());
        queue_.pop_front();
        const bool skip = gate != ACL_SUCCESS || (stop_on_failure_ && error_ != ACL_SUCCESS);
        if (skip) task.run = nullptr;
        std::string text;
        const aclError code = perform(lock, std::move(task), gate, text);
        if (code != ACL_SUCCESS && error_ == ACL_SUCCESS) {
            error_ = code;
            error_text_ = std::move(text);
        }
        done_changed_.notify_all();
    }
}

aclError Stream::run_in_turn(std::function<aclError()> task) {
    std::unique_lock lock(mutex_);
    if (retired_) return fail(ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed");
    if (aborted_) return aborted_error();
    if (queue_.empty() && !busy_) {
        last_task = static_cast<uint32_t>(++submitted_);
        Task plain;
        plain.run = std::move(task);
        plain.thread = this_thread();
        std::string text;
        const aclError code = perform(lock, std::move(plain), ACL_SUCCESS, text);
        lock.unlock();
        work_.notify_all();
        done_changed_.notify_all();
        return code == ACL_SUCCESS ? ACL_SUCCESS : fail(code, "%s", text.c_str());
    }
    lock.unlock();
    struct Answer {  // shared: the caller may be gone before a dropped task is destroyed
        bool started = false;
        bool given = false;
        bool unwanted = false;
        aclError code = ACL_SUCCESS;
        std::string text;
    };
    const auto answer = std::make_shared<Answer>();
    const aclError code = submit([this, answer, run = std::move(task)] {
        {
            const std::lock_guard start(mutex_);
            if (answer->unwanted) return ACL_SUCCESS;
            answer->started = true;
        }
        const aclError result = run_guarded(run);
        const std::lock_guard inner(mutex_);
        answer->given = true;
        answer->code = result;
        if (result != ACL_SUCCESS) answer->text = message_of_this_thread();
        return ACL_SUCCESS;
    });
    if (code != ACL_SUCCESS) return code;
    lock.lock();
    const uint64_t sequence = submitted_;  // at least ours: waiting for a later one is only slower
    const auto is_over = [&] { return finished(sequence); };
    try {
        wait_until(done_changed_, lock, std::nullopt, is_over);
    } catch (const Failure &) {
        // What the task uses is the caller's: it does not begin any more, or is waited for.
        answer->unwanted = true;
        if (answer->started) done_changed_.wait(lock, is_over);
        throw;
    }
    if (!answer->given) return aborted_error();
    return answer->code == ACL_SUCCESS ? ACL_SUCCESS
                                       : fail(answer->code, "%s", answer->text.c_str());
}

aclError Stream::synchronize(int32_t timeout_ms) {
    std::unique_lock lock(mutex_);
    const uint64_t sequence = submitted_;
    const auto reached = [&] { return finished(sequence); };
    if (!wait_until(done_changed_, lock, deadline_after(timeout_ms), reached)) {
        return fail(ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, "stream %d was not done after %d ms", id_,
                    timeout_ms);
    }
    if (aborted_) return aborted_error();
    const aclError code = std::exchange(error_, ACL_SUCCESS);
    if (code == ACL_SUCCESS) return code;
    return fail(code, "a task of stream %d failed: %s", id_, error_text_.c_str());
}

bool Stream::idle() const {
    const std::lock_guard lock(mutex_);
    return done_ >= submitted_;
}

bool Stream::has_work() const {
    const std::lock_guard lock(mutex_);
    return !finished(submitted_);
}

void Stream::abort() {
    std::unique_lock lock(mutex_);
    aborted_ = true;
    std::list<Task> dropped;
    dropped.swap(queue_);
    submitted_ -= dropped.size();
    work_.notify_all();
    done_changed_.notify_all();
    // Memory in use by the running task must not be freed under it.
    done_changed_.wait(lock, [this] { return !busy_ || runner_ == std::this_thread::get_id(); });
    lock.unlock();
    for (const Task &task : dropped) {
        if (task.over) task.over();
    }
}

void Stream::discard() {
    std::vector<Task> dropped;  // outlives the lock: what tasks hold may have locks of its own
    const std::lock_guard lock(mutex_);
    if ((busy_ || !queue_.empty()) && error_ == ACL_SUCCESS) {
        error_ = ACL_ERROR_RT_DEVICE_TASK_ABORT;
        error_text_ = "the tasks of the device were aborted";
    }
    for (Task &task : queue_) {
        Task rest;
        rest.over = std::move(task.over);
        dropped.push_back(std::exchange(task, std::move(rest)));
    }
    work_.notify_all();
}

bool Stream::settle(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto settled = [this, sequence = submitted_] {
        return finished(sequence) || runner_ == std::this_thread::get_id();
    };
    return wait_until(done_changed_, lock, deadline, settled);
}

void Stream::drain() {
    std::unique_lock lock(mutex_);
    wait_until(done_changed_, lock, std::nullopt,
               [this, sequence = submitted_] { return finished(sequence); });
}

void Stream::retire(bool drain) {
    if (drain) {
        std::unique_lock lock(mutex_);
        done_changed_.wait(lock, [this, sequence = submitted_] { return finished(sequence); });
    } else {
        abort();
    }
    give_place_back();
    std::thread worker;
    {
        const std::lock_guard lock(mutex_);
        retired_ = true;
        worker.swap(worker_);
        work_.notify_all();
        done_changed_.notify_all();
    }
    if (!worker.joinable()) return;
    if (worker.get_id() == std::this_thread::get_id() || is_forked_child()) {
        worker
            .detach();  // a task retires its own stream; or there is no such thread in this process
    } else {
        worker.join();
    }
}

void Stream::wake() {
    // Passing through the lock: the worker is then either before asking its gate or asleep.
    {
        const std::lock_guard lock(mutex_);
    }
    work_.notify_all();
}

void Stream::set_stop_on_failure(bool stop) {
    const std::lock_guard lock(mutex_);
    stop_on_failure_ = stop;
}

bool Stream::stops_on_failure() const {
    const std::lock_guard lock(mutex_);
    return stop_on_failure_;
}

void WaitList::add(const std::weak_ptr<Stream> &stream) {
    const auto same = [&](const std::weak_ptr<Stream> &other) {
        return !other.owner_before(stream) && !stream.owner_before(other);
    };
    if (std::none_of(streams_.begin(), streams_.end(), same)) streams_.push_back(stream);
}

void WaitList::wake(const std::vector<std::weak_ptr<Stream>> &streams) {
    for (const auto &entry : streams) {
        if (const auto stream = entry.lock()) stream->wake();
    }
}

aclrtStream register_stream(const std::shared_ptr<Stream> &stream) {
    stream->set_handle(stream_table().insert(stream));
    return stream->handle();
}

std::shared_ptr<Stream> unregister_stream(aclrtStream handle) {
    return stream_table().remove(handle);
}

std::shared_ptr<Stream> find_stream_where(const std::function<bool(const Stream &)> &wanted) {
    return stream_table().find_if(wanted);
}

std::vector<std::shared_ptr<Stream>> streams_where(
    const std::function<bool(const Stream &)> &wanted) {
    auto streams = stream_table().snapshot();
    streams.erase(std::remove_if(streams.begin(), streams.end(),
                                 [&](const auto &stream) { return !wanted(*stream); }),
                  streams.end());
    return streams;
}

std::shared_ptr<Stream> create_stream(uint32_t priority, uint32_t flags) {
    auto stream = Stream::make(current_context(), std::min(priority, kLeastPriority), flags);
    register_stream(stream);
    if (stream->owner().is_closing()) {  // its context may have missed it when it took its streams
        unregister_stream(stream->handle());
        throw Failure{ACL_ERROR_RT_CONTEXT_NULL, "the context is being destroyed"};
    }
    return stream;
}

std::shared_ptr<Stream> find_stream(aclrtStream handle) { return stream_table().find(handle); }

std::shared_ptr<Stream> any_stream(aclrtStream handle) {
    const auto context = current_context();
    if (handle == nullptr) return context->default_stream();
    auto stream = stream_table().find(handle);
    if (stream == nullptr) {
        throw Failure{ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed or never was one"};
    }
    return stream;
}

std::shared_ptr<Stream> own_stream(aclrtStream handle) {
    auto stream = any_stream(handle);
    if (stream->owner().handle() != current_context()->handle()) {
        throw Failure{ACL_ERROR_RT_STREAM_CONTEXT, "the stream belongs to another context"};
    }
    return stream;
}

void destroy_stream(aclrtStream handle, bool drain) {
    const auto stream = own_stream(handle);
    require(!stream->owner().is_default_stream(*stream),
            "a default stream lives and dies with its context");
    // While it still is what it was, for the program may end this wait.
    if (drain) stream->drain();
    // Of two threads that destroy the same stream one is too late.
    if (unregister_stream(handle) == nullptr) {
        throw Failure{ACL_ERROR_RT_INVALID_HANDLE, "the stream was destroyed or never was one"};
    }
    stream->retire(drain);
}

void abort_tasks(const Device &device, std::chrono::milliseconds patience) {
    const auto streams =
        streams_where([&](const Stream &stream) { return &stream.owner().owner() == &device; });
    // All of them first: they may wait for each other's events.
    for (const auto &stream : streams) stream->discard();
    Deadline deadline;
    if (patience.count() != 0) deadline = std::chrono::steady_clock::now() + patience;
    for (const auto &stream : streams) {
        require(stream->settle(deadline), "a task did not end in time", ACL_ERROR_RT_TIMEOUT);
    }
}

uint32_t last_task_id() noexcept { return last_task; }

}  // namespace ascendcl::host
