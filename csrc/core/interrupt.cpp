// The check, and what it has answered on a thread.
// SPDX-License-Identifier: Apache-2.0
#include "core/interrupt.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <limits>

namespace ascendcl::core {
namespace {

std::atomic<InterruptCheck> interrupt_check{nullptr};
std::atomic<bool> runtime_asks{false};
std::atomic<std::chrono::steady_clock::rep> deadline_of_exit{0};  // 0: none
bool was_interrupted = false;  // of the first thread, the only one that is asked

bool is_first_thread() noexcept { return ::gettid() == ::getpid(); }

int answer_runtime() { return is_interrupted() ? 1 : 0; }

}  // namespace

void set_interrupt_check(InterruptCheck check) noexcept {
    interrupt_check = check;
    using Set = void (*)(int (*)());
    const auto set = reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "ascendclSetInterruptCheck"));
    if (set == nullptr) return;
    set(&answer_runtime);
    runtime_asks = true;
}

bool must_slice() noexcept {
    return !runtime_asks.load(std::memory_order_relaxed) && interrupt_check.load() != nullptr &&
           is_first_thread();
}

bool is_interrupted() noexcept {
    if (!is_first_thread()) return false;
    const InterruptCheck check = interrupt_check.load();
    if (check == nullptr || !check()) return false;
    was_interrupted = true;
    return true;
}

Status waited(aclError code, const char *function) noexcept {
    if (code == ACL_SUCCESS || !is_first_thread() || !was_interrupted) return {code, function};
    was_interrupted = false;
    return {kInterrupted, function};
}

void forget_interrupt() noexcept {
    if (is_first_thread()) was_interrupted = false;
}

Deadline exit_deadline() noexcept {
    const auto ticks = deadline_of_exit.load();
    if (ticks == 0) return std::nullopt;
    return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(ticks));
}

Status reason_to_give_up() noexcept {
    if (is_interrupted()) return {kInterrupted, ""};
    const Deadline deadline = exit_deadline();
    const bool late = deadline && std::chrono::steady_clock::now() >= *deadline;
    return {late ? kUnfinished : ACL_SUCCESS, ""};
}

int32_t milliseconds_until(Deadline deadline) noexcept {
    if (!deadline) return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        *deadline - std::chrono::steady_clock::now());
    const int64_t most = std::numeric_limits<int32_t>::max();
    return static_cast<int32_t>(std::clamp<int64_t>(left.count(), 1, most));
}

int32_t left_at_exit() noexcept { return milliseconds_until(exit_deadline()); }

void set_exit_deadline(std::chrono::steady_clock::time_point deadline) noexcept {
    deadline_of_exit = deadline.time_since_epoch().count();
}

}  // namespace ascendcl::core
