// Taking turns between calls and streams.
// SPDX-License-Identifier: Apache-2.0
#include "core/turn.h"

namespace ascendcl::core {
Status Turn::take(Lock &lock, Deadline deadline) noexcept {
    lock = Lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock, deadline); !status.ok()) return status;
    const EventHandle last = last_.lock();
    if (last == nullptr) return {};
    const Status status = last->synchronize(deadline);
    // A context that was lost runs nothing any more.
    if (status.ok() || !last->is_open()) {
        last_.reset();
        return {};
    }
    lock.unlock();
    return status;
}

Status Turn::take_in(Stream &stream, Lock &lock, Deadline deadline, EventHandle &awaited) noexcept {
    lock = Lock(mutex_, std::defer_lock);
    if (Status status = take_lock(lock, deadline); !status.ok()) return status;
    awaited = last_.lock();
    if (awaited == nullptr || last_stream_.lock().get() == &stream) return {};
    const Status status = stream.wait(*awaited);
    // The event of a context that was lost is that of work that has ended.
    if (status.ok() || !awaited->is_open()) return {};
    lock.unlock();
    return status;
}

void Turn::leave_after(const EventHandle &event, const StreamHandle &stream) noexcept {
    last_ = event;
    last_stream_ = stream;
}

}  // namespace ascendcl::core
