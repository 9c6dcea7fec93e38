// Counters under the event's lock. Streams that wait are woken with the lock given back.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/event.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "host/checks/flights.h"
#include "host/checks/trace.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"
#include "host/runtime/wait.h"

namespace ascendcl::host {
namespace {

std::atomic<int64_t> patience_ms{0};

uint32_t next_event_id() {
    static std::atomic<uint32_t> next{0};
    return next.fetch_add(1, std::memory_order_relaxed);
}

HandleTable<Event> &event_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table = *new HandleTable<Event>(HandleKind::kEvent, LiveKind::kEvent);
    return table;
}

}  // namespace

Event::Event(uint32_t flags, bool is_ex) : flags_(flags), is_ex_(is_ex), id_(next_event_id()) {}

Event::~Event() { checks::note_gone(this); }

aclError Event::record(Stream &stream) {
    checks::note_recorded(this, stream.id());
    uint64_t number;
    {
        const std::lock_guard lock(mutex_);
        number = ++recorded_;
    }
    // A record that is dropped with its stream counts as reached: nobody may hang on it.
    Task task;
    if (checks::tracing()) {
        task.run = [id = id_] {
            checks::trace_instant("event", "record", {{"event", id}});
            return ACL_SUCCESS;
        };
    }
    task.over = [self = shared_from_this(), number] { self->reach(number); };
    const aclError code = stream.submit(std::move(task));
    if (code != ACL_SUCCESS) reach(number);
    return code;
}

aclError Event::reset(Stream &stream) {
    uint64_t number;
    {
        const std::lock_guard lock(mutex_);
        number = reset_submitted_ = recorded_;
    }
    return stream.submit([self = shared_from_this(), number] {
        const std::lock_guard lock(self->mutex_);
        self->reset_ = std::max(self->reset_, number);
        return ACL_SUCCESS;
    });
}

aclError Event::hold_up(const std::shared_ptr<Stream> &stream, std::chrono::milliseconds patience) {
    if (is_ex_) check_recorded("", nullptr);
    uint64_t target;
    {
        const std::lock_guard lock(mutex_);
        const bool recorded = recorded_ > reset_submitted_;
        target = recorded || is_ex_ ? recorded_ : recorded_ + 1;
        ++waits_;
        if (recorded_ == 0 && !is_ex_ && first_wait_ == nullptr && checks::is_strict()) {
            first_wait_ = checks::here();
        }
    }
    checks::note_awaited(this, stream->id());
    Task task;
    task.ready = [self = shared_from_this(), target, waiter = std::weak_ptr(stream)] {
        return self->reached(target, waiter);
    };
    task.over = [self = shared_from_this()] { self->end_wait(); };
    task.patience = patience;
    task.gate = "event";
    task.gate_id = id_;
    const aclError code = stream->submit(std::move(task));
    if (code != ACL_SUCCESS) end_wait();
    return code;
}

bool Event::is_recorded() const {
    const std::lock_guard lock(mutex_);
    return recorded_locked();
}

bool Event::is_done() const {
    const std::lock_guard lock(mutex_);
    return done_locked();
}

bool Event::are_waits_done() const {
    const std::lock_guard lock(mutex_);
    return waits_done_ >= waits_;
}

void Event::check_recorded(const char *earlier, const checks::Site &site) const {
    if (!checks::is_strict()) return;
    {
        const std::lock_guard lock(mutex_);
        if (recorded_ > 0) return;
    }
    checks::violated({checks::Rule::kEventNeverRecorded,
                      "event " + std::to_string(id_) + " is waited for and was never recorded",
                      earlier, site});
}

void Event::check_awaited_in_vain() {
    checks::Site waited;
    {
        const std::lock_guard lock(mutex_);
        waited.swap(first_wait_);
    }
    if (waited != nullptr) check_recorded("it was waited for", waited);
}

aclError Event::synchronize(int32_t timeout_ms) {
    check_recorded("", nullptr);
    std::unique_lock lock(mutex_);
    const auto reached = [this, target = recorded_] { return done_ >= target; };
    if (!wait_until(done_changed_, lock, deadline_after(timeout_ms), reached)) {
        return fail(ACL_ERROR_RT_EVENT_SYNC_TIMEOUT, "the event was not done after %d ms",
                    timeout_ms);
    }
    return ACL_SUCCESS;
}

std::chrono::steady_clock::time_point Event::time() const {
    const std::lock_guard lock(mutex_);
    require(recorded_locked(), "the event was never recorded", ACL_ERROR_RT_INTERNAL_ERROR);
    require((flags_ & ACL_EVENT_TIME_LINE) != 0, "the event was made without ACL_EVENT_TIME_LINE",
            ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID);
    require(done_locked(), "the event is not done yet", ACL_ERROR_RT_EVENT_TIMESTAMP_INVALID);
    return time_;
}

bool Event::reached(uint64_t target, const std::weak_ptr<Stream> &stream) {
    const std::lock_guard lock(mutex_);
    if (done_ >= target) return true;
    waiting_.add(stream);
    return false;
}

void Event::reach(uint64_t number) {
    std::vector<std::weak_ptr<Stream>> waiting;
    {
        const std::lock_guard lock(mutex_);
        if (number > done_) {
            done_ = number;
            time_ = std::chrono::steady_clock::now();
        }
        waiting = waiting_.take();
    }
    done_changed_.notify_all();
    WaitList::wake(waiting);
}

void Event::end_wait() {
    checks::Site waited;
    {
        const std::lock_guard lock(mutex_);
        ++waits_done_;
        if (recorded_ == 0) waited.swap(first_wait_);
    }
    if (waited == nullptr) return;
    // The wait was given up: a record may come late, but none came.
    checks::observed({checks::Rule::kEventNeverRecorded,
                      "the wait for event " + std::to_string(id_) +
                          " has ended, and the event was never recorded",
                      "it was waited for", waited});
}

aclrtEvent create_event(uint32_t flags, bool is_ex) {
    current_context();
    if (available_events() == 0) {
        throw Failure{ACL_ERROR_RT_NO_EVENT_RESOURCE, "there are no more events"};
    }
    return event_table().insert(std::make_shared<Event>(flags, is_ex));
}

std::shared_ptr<Event> event_of(aclrtEvent handle) {
    auto event = is_forked_child() ? nullptr : event_table().find(handle);
    require(event != nullptr, "the event was destroyed or never was one",
            ACL_ERROR_RT_INVALID_HANDLE);
    return event;
}

void destroy_event(aclrtEvent handle) {
    event_of(handle)->check_awaited_in_vain();
    require(event_table().remove(handle) != nullptr, "another thread has destroyed the event",
            ACL_ERROR_RT_INVALID_HANDLE);
}

uint32_t available_events() {
    const size_t live = event_table().live();
    return live >= kMaxEvents ? 0 : static_cast<uint32_t>(kMaxEvents - live);
}

void set_wait_timeout(std::chrono::milliseconds patience) noexcept {
    patience_ms.store(patience.count(), std::memory_order_relaxed);
}

std::chrono::milliseconds wait_timeout() noexcept {
    return std::chrono::milliseconds(patience_ms.load(std::memory_order_relaxed));
}

}  // namespace ascendcl::host
