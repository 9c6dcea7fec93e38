// Who sees the flag takes it, in one step under its lock: of several streams that wait one goes on.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/notify.h"

#include <atomic>
#include <utility>

#include "host/checks/flights.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"

namespace ascendcl::host {
namespace {

uint32_t next_notify_id() {
    static std::atomic<uint32_t> next{0};
    return next.fetch_add(1, std::memory_order_relaxed);
}

HandleTable<Notify> &notify_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table = *new HandleTable<Notify>(HandleKind::kNotify, LiveKind::kNotify);
    return table;
}

}  // namespace

Notify::Notify() : id_(next_notify_id()) {}

Notify::~Notify() { checks::note_gone(this); }

aclError Notify::record(Stream &stream) {
    checks::note_recorded(this, stream.id());
    return stream.submit([self = shared_from_this()] {
        self->set();
        return ACL_SUCCESS;
    });
}

aclError Notify::wait_and_reset(const std::shared_ptr<Stream> &stream,
                                std::chrono::milliseconds patience) {
    checks::note_awaited(this, stream->id());
    Task task;
    task.ready = [self = shared_from_this(), waiter = std::weak_ptr(stream)] {
        return self->taken(waiter);
    };
    task.patience = patience;
    task.gate = "notify";
    task.gate_id = id_;
    return stream->submit(std::move(task));
}

void Notify::clear() {
    const std::lock_guard lock(mutex_);
    set_ = false;
}

void Notify::set() {
    std::vector<std::weak_ptr<Stream>> waiting;
    {
        const std::lock_guard lock(mutex_);
        set_ = true;
        waiting = waiting_.take();
    }
    WaitList::wake(waiting);
}

bool Notify::taken(const std::weak_ptr<Stream> &stream) {
    const std::lock_guard lock(mutex_);
    if (!set_) waiting_.add(stream);
    return std::exchange(set_, false);
}

aclrtNotify create_notify() {
    current_context();
    return notify_table().insert(std::make_shared<Notify>());
}

std::shared_ptr<Notify> notify_of(aclrtNotify handle) {
    auto notify = is_forked_child() ? nullptr : notify_table().find(handle);
    require(notify != nullptr, "the notify was destroyed or never was one",
            ACL_ERROR_RT_INVALID_HANDLE);
    return notify;
}

void destroy_notify(aclrtNotify handle) {
    notify_of(handle);
    require(notify_table().remove(handle) != nullptr, "another thread has destroyed the notify",
            ACL_ERROR_RT_INVALID_HANDLE);
}

}  // namespace ascendcl::host
