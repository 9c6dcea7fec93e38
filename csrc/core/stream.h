// Streams and events. Each holds the context that it was made in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/in_context.h"

namespace ascendcl::core {

class Stream;
class Event;
using StreamHandle = std::shared_ptr<Stream>;
using EventHandle = std::shared_ptr<Event>;

// Waits in the current context; timeout_ms < 0 for ever.
Status synchronize_stream(aclrtStream stream, int32_t timeout_ms) noexcept;

// A queue of work on a device.
class Stream final : public InContext {
   public:
    static Status create(ContextHandle context, StreamHandle &stream) noexcept;

    Stream(ContextHandle context, aclrtStream handle) noexcept
        : InContext(Kind::kStream, std::move(context), handle, "Stream") {}
    ~Stream() override { report(close()); }
    Status close() noexcept override;

    // timeout_ms < 0 waits for ever.
    Status synchronize(int32_t timeout_ms) noexcept;
    // What is submitted from now on waits for `event`.
    Status wait(Event &event) noexcept;
};

// A mark in a stream that can be waited for and timed.
class Event final : public InContext {
   public:
    static Status create(ContextHandle context, EventHandle &event) noexcept;

    Event(ContextHandle context, aclrtEvent handle) noexcept
        : InContext(Kind::kEvent, std::move(context), handle, "Event") {}
    ~Event() override { report(close()); }
    Status close() noexcept override;

    Status record(Stream &stream) noexcept;
    // kTimedOut at the deadline.
    Status synchronize(Deadline deadline = {}) noexcept;
    Status query(bool &done) noexcept;
    // Milliseconds from `start` to this one.
    Status elapsed_since(Event &start, float &milliseconds) noexcept;
};

}  // namespace ascendcl::core
