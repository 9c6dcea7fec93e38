// The handlers of pthread_atfork, and what counts as alive.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/fork.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "host/report/report.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host {
namespace {

std::atomic<bool> forked_child{false};
bool was_alive = false;  // from before a fork until its child's handler
pid_t forking = 0;       // the parent then

constexpr size_t kMostParts = 4;
std::array<const ForkPart *, kMostParts> parts{};
std::atomic<size_t> part_count{0};

template <typename Visit>
void each_part(Visit &&visit) noexcept {
    const size_t count = std::min(part_count.load(), kMostParts);
    for (size_t i = 0; i < count; ++i) visit(*parts[i]);
}

// Data sets, descriptors and blocks of memory have no threads: they are as good in the child.
constexpr LiveKind kBoundToProcess[] = {
    LiveKind::kContext,       LiveKind::kStream,         LiveKind::kEvent,
    LiveKind::kNotify,        LiveKind::kModel,          LiveKind::kOpHandle,
    LiveKind::kCompiledOp,    LiveKind::kPhysicalMemory, LiveKind::kReservedAddress,
    LiveKind::kExceptionInfo,
};

bool is_anything_alive() noexcept {
    bool alive = false;
    for (const LiveKind kind : kBoundToProcess) alive |= live_count(kind) != 0;
    each_part(
        [&alive](const ForkPart &part) { alive |= part.is_alive != nullptr && part.is_alive(); });
    return alive;
}

void before_fork() noexcept {
    forking = ::getpid();
    was_alive = is_forked_child() || is_anything_alive();
    if (was_alive) return;
    each_part([](const ForkPart &part) {
        if (part.let_go != nullptr) part.let_go();
    });
}

void in_child() noexcept {
    forked_child.store(was_alive, std::memory_order_relaxed);
    if (was_alive) return;
    each_part([](const ForkPart &part) {
        if (part.start_over != nullptr) part.start_over();
    });
}

}  // namespace

void watch_forks() {
    static const int registered = pthread_atfork(before_fork, nullptr, in_child);
    static_cast<void>(registered);  // without memory for it there is none for much else
}

bool is_forked_child() noexcept { return forked_child.load(std::memory_order_relaxed); }

bool is_lost_to_fork() noexcept {
    return is_forked_child() || (was_alive && forking != ::getpid());
}

void refuse_forked_child() {
    if (!is_forked_child()) return;
    throw Failure{ACL_ERROR_RT_CONTEXT_NULL,
                  "this process was forked from one that had models, memory or a device in use, "
                  "which a child cannot take over: load them in each worker, after the fork, or "
                  "start processes afresh (multiprocessing: the \"spawn\" method)"};
}

void add_fork_part(const ForkPart &part) noexcept {
    const size_t index = part_count.fetch_add(1);
    if (index < kMostParts) parts[index] = &part;
}

}  // namespace ascendcl::host
