// Waits that the program can end. A wait of the process's first thread, on which languages serve
// their signals, asks the program now and then whether it shall go on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "acl/acl.h"

namespace ascendcl::host {

// Answers non-zero to end the wait. Called with no lock of the runtime held.
using InterruptCheck = int (*)();
void set_interrupt_check(InterruptCheck check) noexcept;

// What a wait answers that the program has ended.
inline constexpr aclError kInterrupted = ACL_ERROR_RT_WAIT_TIMEOUT;

using Deadline = std::optional<std::chrono::steady_clock::time_point>;  // none waits for ever

// From now; a negative time is for ever.
Deadline deadline_after(int32_t milliseconds);

namespace detail {
// The end of the next slice, or nothing where the program is not to be asked.
Deadline next_slice() noexcept;
// Throws Failure(kInterrupted) when the program wants no more of it.
void ask_program(std::unique_lock<std::mutex> &lock);
}  // namespace detail

// Waits until `reached`; false when the time has run out. Throws Failure(kInterrupted). What is
// waited for must outlive the wait, although the lock is let go in it.
template <typename Reached>
bool wait_until(std::condition_variable &changed, std::unique_lock<std::mutex> &lock,
                Deadline deadline, Reached &&reached) {
    while (!reached()) {
        const Deadline slice = detail::next_slice();
        const bool is_last = !slice || (deadline && *deadline <= *slice);
        if (is_last && !deadline) {
            changed.wait(lock, reached);
        } else if (is_last) {
            return changed.wait_until(lock, *deadline, reached);
        } else if (!changed.wait_until(lock, *slice, reached)) {
            detail::ask_program(lock);
        }
    }
    return true;
}

}  // namespace ascendcl::host
