// Waits that the program can end, with Ctrl-C for one. The host runtime asks during its waits by
// itself (ascendclSetInterruptCheck); with CANN's, waits are cut into slices by the functions that
// take a timeout. Only the process's first thread is asked: there alone signals are served.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "core/fair_shared_mutex.h"
#include "core/status.h"

namespace ascendcl::core {

// True to end the wait. Called without a lock that anybody holds who waits for the GIL.
using InterruptCheck = bool (*)() noexcept;
void set_interrupt_check(InterruptCheck check) noexcept;

// Whether this thread has to cut its waits into slices.
bool must_slice() noexcept;
// Whether the program wants this thread to wait no longer.
bool is_interrupted() noexcept;
// What interrupted has been passed on to the program.
void forget_interrupt() noexcept;
// The answer of a call that may have waited: kInterrupted where the runtime was told to end it.
Status waited(aclError code, const char *function) noexcept;

inline constexpr std::chrono::milliseconds kSlice{50};

// Calls `wait(ms)`, which answers `expired` when that was too short, until it answers something
// else; timeout_ms < 0 is for ever.
template <typename Wait>
Status wait_in_slices(int32_t timeout_ms, aclError expired, const char *function, Wait &&wait) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + std::chrono::milliseconds(timeout_ms);
    for (;;) {
        int64_t slice = kSlice.count();
        if (timeout_ms >= 0) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                end - Clock::now() + std::chrono::microseconds(999));
            slice = std::clamp<int64_t>(left.count(), 1, slice);
        }
        const aclError code = wait(static_cast<int32_t>(slice));
        if (code != expired) return {code, function};
        if (timeout_ms >= 0 && Clock::now() >= end) return {code, function};
        aclGetRecentErrMsg();  // a slice that is over is no failure: drop the message
        if (is_interrupted()) return {kInterrupted, function};
    }
}

// When a wait ends without success; nothing where it has no end.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;
// At least 1; -1 where there is no end.
int32_t milliseconds_until(Deadline deadline) noexcept;
// When the exit waits no longer; nothing before the exit.
Deadline exit_deadline() noexcept;
// Milliseconds until then, at least 1; -1 before the exit.
int32_t left_at_exit() noexcept;
void set_exit_deadline(std::chrono::steady_clock::time_point deadline) noexcept;

// Why a thread waits no longer for a lock, which another may hold for as long as the device works:
// kInterrupted, or kUnfinished at exit, where that takes too long. Ok where it goes on.
Status reason_to_give_up() noexcept;

// Takes a deferred lock, unless there is a reason to give up; kTimedOut at the deadline.
inline Status take_lock(std::unique_lock<FairSharedMutex> &lock, Deadline deadline = {}) {
    Status status;
    FairSharedMutex &mutex = *lock.mutex();
    const auto gives_up = [&] {
        status = reason_to_give_up();
        if (status.ok() && deadline && std::chrono::steady_clock::now() >= *deadline) {
            status = {kTimedOut, ""};
        }
        return !status.ok();
    };
    const auto end = deadline.value_or(FairSharedMutex::TimePoint::max());
    if (mutex.lock_unless(gives_up, end)) lock = std::unique_lock(mutex, std::adopt_lock);
    return status;
}
inline Status take_lock(std::shared_lock<FairSharedMutex> &lock) {
    Status status;
    FairSharedMutex &mutex = *lock.mutex();
    const auto gives_up = [&status] { return !(status = reason_to_give_up()).ok(); };
    if (mutex.lock_shared_unless(gives_up)) lock = std::shared_lock(mutex, std::adopt_lock);
    return status;
}

}  // namespace ascendcl::core
