// What streams, events and buffers have in common: a handle of the C API that lives in a context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "core/context.h"
#include "core/fair_shared_mutex.h"

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
    bool is_open() const noexcept { return open_; }
    // Null once closed.
    ContextHandle context() const {
        std::shared_lock lock(mutex_);
        return context_;
    }

    // Runs `call(handle)` with the context current; a close() waits for it. Not for the same object
    // within `call`; of several, buffers come first, then events, then streams.
    template <typename Call>
    Status with_handle(Call &&call) noexcept {
        if (Status status = usable(); !status.ok()) return status;
        std::shared_lock lock(mutex_);
        if (!open_) return {kClosed, what_};
        CurrentContext scope(*context_);
        return scope.status().ok() ? call(handle_) : scope.status();
    }

   protected:
    // Runs `release(handle)` with the context current, the first time.
    template <typename Release>
    Status close_with(Release &&release) noexcept {
        const InFlight flight;
        if (nothing_to_release()) return {};
        ContextHandle last;  // goes after the lock: it may be the last share of the context
        std::unique_lock lock(mutex_);
        if (!open_.exchange(false)) return {};
        untrack(kind_, this);
        last = std::move(context_);
        CurrentContext scope(*last);
        return scope.status().ok() ? release(handle_) : scope.status();
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
