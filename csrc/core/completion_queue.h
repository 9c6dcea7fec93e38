// Runs that have ended, on their way to one reader: an event loop that watches a descriptor. Who
// pushes needs no lock that the reader holds for long, and no GIL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "core/async_run.h"

namespace ascendcl::core {

class CompletionQueue {
   public:
    // ACL_ERROR_BAD_ALLOC where the process may open no more descriptors.
    static Status create(std::shared_ptr<CompletionQueue> &queue) noexcept;

    explicit CompletionQueue(int descriptor) noexcept : descriptor_(descriptor) {}
    CompletionQueue(const CompletionQueue &) = delete;
    CompletionQueue &operator=(const CompletionQueue &) = delete;
    ~CompletionQueue();

    // An eventfd that is readable from a wake() to the next take().
    int descriptor() const noexcept { return descriptor_; }
    // Writes to it, unless nobody has taken since the last one.
    void wake() noexcept;
    // Puts it at the end and wakes the reader, where another run follows in a moment with that one,
    // or with one soon after it. Answers the run where the queue is closed.
    std::unique_ptr<AsyncRun> push(std::unique_ptr<AsyncRun> run) noexcept;
    // All that have ended.
    RunList take() noexcept;
    // Nobody reads any more. Answers what is left.
    RunList close() noexcept;

   private:
    const int descriptor_;
    std::atomic<bool> is_awake_{false};
    std::mutex mutex_;
    RunList ended_;
    size_t held_ = 0;  // pushed since the reader was last woken
    bool is_closed_ = false;
};

}  // namespace ascendcl::core
