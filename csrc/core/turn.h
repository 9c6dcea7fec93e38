// Whose turn it is on memory that several models run on, one after another, in the order in which
// they ask. Who runs in a call holds the turn until the run has ended. Who submits a run to a
// stream holds it only for that, and leaves an event behind: the next stream waits for it on the
// device, and the next call on the host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include "core/interrupt.h"
#include "core/stream.h"

namespace ascendcl::core {

class Turn {
   public:
    using Lock = std::unique_lock<FairSharedMutex>;

    // Returns when the memory is free. kTimedOut at the deadline.
    Status take(Lock &lock, Deadline deadline) noexcept;
    // Returns when it may be submitted to `stream`, which then waits for `awaited`, if that is not
    // null. Whoever submits keeps it until the run has ended: nobody is to record it anew
    // meanwhile.
    Status take_in(Stream &stream, Lock &lock, Deadline deadline, EventHandle &awaited) noexcept;
    // Whoever holds it has submitted a run to `stream`, which ends with `event`. Neither is kept:
    // whoever lets go of them has waited for the run.
    void leave_after(const EventHandle &event, const StreamHandle &stream) noexcept;

   private:
    FairSharedMutex mutex_;
    std::weak_ptr<Event> last_;          // after the last submitted run
    std::weak_ptr<Stream> last_stream_;  // that it is in
};

}  // namespace ascendcl::core
