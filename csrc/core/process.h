// What is one per process: aclInit, the list of live resources, the order in which they go at exit,
// and the refusal to touch the runtime after a fork.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "core/status.h"

namespace ascendcl::core {

// Something of the runtime that is released once: by close(), by its destructor, or at exit.
class Resource {
   public:
    // In the order of release at exit: what depends on others goes first.
    enum class Kind : size_t { kModel, kEvent, kStream, kBuffer, kContext };
    static constexpr size_t kKinds = 5;

    Resource() = default;
    Resource(const Resource &) = delete;
    Resource &operator=(const Resource &) = delete;
    virtual ~Resource() = default;

    // Waits for whatever uses it right now. Doing it again does nothing.
    virtual Status close() noexcept = 0;
};

// Has forks watched: from the import on, since flat functions may use the runtime without us.
Status watch_forks() noexcept;

// Ok, or why the runtime must not be touched: kForked, kShutDown.
Status usable() noexcept;

// True in a child of a process that used the runtime: its locks and handles are not to be touched.
// A runtime that survives a fork says so itself (ascendclIsLostToFork); CANN's does not.
bool forked() noexcept;

// True when there is nothing left to release: in a forked child, and once the contexts have gone at
// exit, for what was in them went with them.
bool nothing_to_release() noexcept;

// aclInit, once per process. That somebody else has done it already is fine.
Status initialize() noexcept;
// aclInit although it was done: somebody else has finalized since.
Status initialize_again() noexcept;

// Runs `call` with aclInit done, and once more if somebody has finalized in the meantime.
template <typename Call>
Status with_initialized(Call &&call) noexcept {
    if (Status status = initialize(); !status.ok()) return status;
    Status status = call();
    if (status.code != ACL_ERROR_GE_EXEC_NOT_INIT) return status;
    if (Status again = initialize_again(); !again.ok()) return again;
    return call();
}

// Stands in whatever makes or releases a resource, before it asks usable() or nothing_to_release():
// the release at exit waits for it, so that no daemon thread is half-way while the contexts go.
class InFlight {
   public:
    InFlight() noexcept;
    ~InFlight();
    InFlight(const InFlight &) = delete;
    InFlight &operator=(const InFlight &) = delete;
};

// Live resources, for the release at exit and for tests. May throw std::bad_alloc.
void track(Resource::Kind kind, const std::shared_ptr<Resource> &resource);
void untrack(Resource::Kind kind, const Resource *resource) noexcept;
std::array<size_t, Resource::kKinds> live_counts() noexcept;

// Makes the resource that owns a handle of the C API, and tracks it. Without memory for that the
// handle goes: by `release()`, or with the resource where that is made and cannot be tracked.
template <typename T, typename Release, typename... Arguments>
Status make_owner(Resource::Kind kind, const char *function, std::shared_ptr<T> &owner,
                  Release &&release, Arguments &&...arguments) noexcept {
    owner = nullptr;
    try {
        owner = std::make_shared<T>(std::forward<Arguments>(arguments)...);
        track(kind, owner);
        return {};
    } catch (const std::bad_alloc &) {
        if (owner == nullptr) release();
        return {ACL_ERROR_BAD_ALLOC, function};
    }
}

// Where failures go that have no caller: those of destructors.
using FailureSink = void (*)(Status) noexcept;
void set_failure_sink(FailureSink sink) noexcept;
void report(Status status) noexcept;
// For where locks are held, which the sink may want: the thread's next report() passes it on.
void report_later(Status status) noexcept;

// What the runtime says of a failure of this thread's, before other calls replace it.
void keep_message(Status failed, std::string &message) noexcept;

// Releases everything that is alive, in the order of Resource::Kind, and undoes our aclInit. Later
// calls are refused with kShutDown.
void shut_down() noexcept;

}  // namespace ascendcl::core
