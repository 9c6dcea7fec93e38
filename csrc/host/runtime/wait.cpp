// The check, and who is asked.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/wait.h"

#include <unistd.h>

#include <atomic>

#include "host/report/report.h"

namespace ascendcl::host {
namespace {

// Short enough for a person at a keyboard, and nothing for a processor.
constexpr std::chrono::milliseconds kSlice{50};

std::atomic<InterruptCheck> interrupt_check{nullptr};

bool is_first_thread() noexcept { return ::gettid() == ::getpid(); }

}  // namespace

void set_interrupt_check(InterruptCheck check) noexcept { interrupt_check.store(check); }

Deadline deadline_after(int32_t milliseconds) {
    if (milliseconds < 0) return std::nullopt;
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

namespace detail {

Deadline next_slice() noexcept {
    if (interrupt_check.load() == nullptr || !is_first_thread()) return std::nullopt;
    return std::chrono::steady_clock::now() + kSlice;
}

void ask_program(std::unique_lock<std::mutex> &lock) {
    const InterruptCheck check = interrupt_check.load();
    lock.unlock();
    const bool ends = check != nullptr && check() != 0;
    lock.lock();
    if (ends) throw Failure{kInterrupted, "the program has ended the wait"};
}

}  // namespace detail

}  // namespace ascendcl::host
