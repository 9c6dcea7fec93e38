// What streams, events and buffers have in common: a handle of the C API that lives in a context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "core/context.h"
#include "core/interrupt.h"

namespace ascendcl::core {

class InContext : public Resource {
   public:
    InContext(Kind kind, ContextHandle context, void *handle, const char *what) noexcept
        : kind_(kind),
          device_(context->device()),
          context_(std::move(context)),
          handle_(handle),
          what_(what) {}

    void *handle() const noexcept { return handle_; }
    int32_t device() const noexcept { return device_; }
    // False also when other code has taken its context away.
    bool is_open() const noexcept { return open_ && !is_lost(); }
    // Null once closed.
    Status context(ContextHandle &context) const noexcept {
        std::shared_lock lock(mutex_, std::defer_lock);
        const Status status = take_lock(lock);
        if (status.ok()) context = context_;
        return status;
    }

    // Runs `call(handle)` with the context current; a close() waits for it. Not for the same object
    // within `call`; of several, buffers come first, then events, then streams.
    template <typename Call>
    Status with_handle(Call &&call) noexcept {
        if (Status status = usable(); !status.ok()) return status;
        std::shared_lock lock(mutex_, std::defer_lock);
        if (Status status = take_lock(lock); !status.ok()) return status;
        if (!open_) return {kClosed, what_};
        CurrentContext scope(*context_);
        const Status status = scope.status().ok() ? call(handle_) : scope.status();
        return context_->is_why(status) ? Status{kLost, what_} : status;
    }

   protected:
    // kLost when its context was taken away, kClosed once it is closed, or why it cannot be asked.
    // While it is being closed it is what it was.
    Status ask() const noexcept {
        const std::shared_lock lock(mutex_, std::try_to_lock);
        if (!open_) return {kClosed, what_};
        if (!lock) return {};
        const Status asked = context_->ask();
        return asked.code == kLost ? Status{kLost, what_} : asked;
    }
    bool is_lost() const noexcept { return ask().code == kLost; }
    // The same where nobody can close it meanwhile.
    Status ask_held() const noexcept {
        const Status asked = context_->ask();
        return asked.code == kLost ? Status{kLost, what_} : asked;
    }

    // Runs `release(handle)` with the context current, the first time. It stays open where that was
    // interrupted. What the context took with it needs no release.
    template <typename Release>
    Status close_with(Release &&release) noexcept {
        const InFlight flight;
        if (nothing_to_release()) return {};
        ContextHandle last;  // goes after the lock: it may be the last share of the context
        std::unique_lock lock(mutex_, std::defer_lock);
        if (Status status = take_lock(lock); !status.ok()) return {status.code, what_};
        if (!open_) return {};
        Status status;
        {
            CurrentContext scope(*context_);
            if (scope.status().ok()) status = release(handle_);
            if (status.code == kInterrupted) return status;
            if (!scope.status().ok()) status = scope.status();
        }
        if (context_->is_why(status)) {
            if (kind_ != Kind::kStream) static_cast<void>(release(handle_));
            status = {};
        }
        open_ = false;
        untrack(kind_, this);
        last = std::move(context_);
        return status;
    }

   private:
    const Kind kind_;
    const int32_t device_;
    ContextHandle context_;  // until closed
    void *const handle_;
    const char *const what_;
    mutable FairSharedMutex mutex_;  // shared while in use, exclusive to close
    std::atomic<bool> open_{true};
};

}  // namespace ascendcl::core
