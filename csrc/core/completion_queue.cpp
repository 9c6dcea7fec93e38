// A list and an eventfd.
// SPDX-License-Identifier: Apache-2.0
#include "core/completion_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <new>
#include <utility>

namespace ascendcl::core {
namespace {

constexpr size_t kMostHeld = 7;

}  // namespace

Status CompletionQueue::create(std::shared_ptr<CompletionQueue> &queue) noexcept {
    const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor < 0) return {ACL_ERROR_BAD_ALLOC, "eventfd"};
    try {
        queue = std::make_shared<CompletionQueue>(descriptor);
        return {};
    } catch (const std::bad_alloc &) {
        ::close(descriptor);
        return {ACL_ERROR_BAD_ALLOC, "eventfd"};
    }
}

CompletionQueue::~CompletionQueue() { ::close(descriptor_); }

void CompletionQueue::wake() noexcept {
    if (is_awake_.exchange(true)) return;
    // It fails only where the counter is full, which it never is.
    static_cast<void>(eventfd_write(descriptor_, 1));
}

std::unique_ptr<AsyncRun> CompletionQueue::push(std::unique_ptr<AsyncRun> run) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_) return run;
        const bool is_held = run->another_follows && held_ < kMostHeld;
        ended_.add(std::move(run));
        held_ = is_held ? held_ + 1 : 0;
        if (is_held) return nullptr;
    }
    wake();
    return nullptr;
}

RunList CompletionQueue::take() noexcept {
    eventfd_t count = 0;
    static_cast<void>(eventfd_read(descriptor_, &count));
    // Before the list is taken: who pushes afterwards wakes again.
    is_awake_ = false;
    const std::lock_guard lock(mutex_);
    return std::move(ended_);
}

RunList CompletionQueue::close() noexcept {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    return std::move(ended_);
}

}  // namespace ascendcl::core
