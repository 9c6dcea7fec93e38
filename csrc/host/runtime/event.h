// Events: points in streams that can be asked, waited for and timed.
// SPDX-License-Identifier: Apache-2.0
//
// An event counts its records. "Recorded" is said of the host's order of calls, "done" of what the
// streams have reached. A plain event that was never recorded holds a waiting stream up until it
// is; an Ex event does not.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "host/checks/call_site.h"
#include "host/runtime/stream.h"

namespace ascendcl::host {

class Event : public std::enable_shared_from_this<Event> {
   public:
    Event(uint32_t flags, bool is_ex);
    ~Event();

    bool is_ex() const noexcept { return is_ex_; }
    uint32_t id() const noexcept { return id_; }

    aclError record(Stream &stream);
    aclError reset(Stream &stream);
    // 0 ms waits for ever.
    aclError hold_up(const std::shared_ptr<Stream> &stream, std::chrono::milliseconds patience);

    bool is_recorded() const;
    bool is_done() const;         // nothing recorded is outstanding
    bool are_waits_done() const;  // no stream is held up or about to be
    // Strict mode: somebody waits for it, and it was never recorded. Throws as checks::violated().
    void check_awaited_in_vain();
    // Waits on the calling thread; timeout_ms < 0 for ever, expiry is 507047.
    aclError synchronize(int32_t timeout_ms);

    // When the last record was reached. Throws Failure: 507000 if never recorded, 107006 if not
    // reached yet or the event keeps no time.
    std::chrono::steady_clock::time_point time() const;

   private:
    void check_recorded(const char *earlier, const checks::Site &site) const;
    bool recorded_locked() const { return recorded_ > reset_; }
    bool done_locked() const { return done_ >= recorded_; }
    // Whether record number `target` is done; if not, `stream` is woken when a later one is.
    bool reached(uint64_t target, const std::weak_ptr<Stream> &stream);
    void reach(uint64_t number);
    void end_wait();

    const uint32_t flags_;
    const bool is_ex_;
    const uint32_t id_;
    mutable std::mutex mutex_;
    std::condition_variable done_changed_;
    uint64_t recorded_ = 0;         // records submitted
    uint64_t done_ = 0;             // the highest of them that a stream has reached
    uint64_t reset_submitted_ = 0;  // records up to here are wiped out for waits submitted later
    uint64_t reset_ = 0;            // ... and for questions
    uint64_t waits_ = 0;
    uint64_t waits_done_ = 0;
    std::chrono::steady_clock::time_point time_{};
    WaitList waiting_;
    checks::Site first_wait_;  // before any record; null unless in strict mode, or once told
};

// Throw Failure: 107002 without a context, 207007 when there are none left.
aclrtEvent create_event(uint32_t flags, bool is_ex);
// Throw Failure(107017) for a handle that is none, or no longer.
std::shared_ptr<Event> event_of(aclrtEvent handle);
void destroy_event(aclrtEvent handle);
uint32_t available_events();

// The patience of streams with events and notifies (aclrtSetOpWaitTimeout); 0 is for ever.
void set_wait_timeout(std::chrono::milliseconds patience) noexcept;
std::chrono::milliseconds wait_timeout() noexcept;

}  // namespace ascendcl::host
