// Executions in flight, and which of them are ordered by streams and events: for ACL-002 and
// ACL-003.
// SPDX-License-Identifier: Apache-2.0
//
// Two executions may use the same thing if one is over when the other is submitted and the program
// may know, if they are on one stream, or if the other's stream has been told to wait for an event
// recorded behind the first. Of an execution on a stream a program may know that it is over once it
// has called anything that waits or asks, on any thread: how threads tell each other is not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "host/checks/holds.h"

namespace ascendcl::host::checks {

struct WorkMemory {
    const void *start = nullptr;  // null when the system manages it: it is shared with nobody
    size_t size = 0;
};

// An execution that lasts as long as the token; without a stream it runs on the calling thread.
// Null while strict mode is off. Throws as violated() when another is in its way.
Token take_off(uint32_t model_id, WorkMemory work, std::optional<int32_t> stream);

// Before every call of the C ABI, and within one that waits for what it has submitted itself.
void note_call(const char *function) noexcept;
void note_waited() noexcept;

// What a stream was told: to record an event (or notify), to wait for one. Never recorded before,
// what it waits for is not known, and nothing is reported of the stream any more.
void note_recorded(const void *event, int32_t stream) noexcept;
void note_awaited(const void *event, int32_t stream) noexcept;
// The event is no more.
void note_gone(const void *event) noexcept;

void forget_order() noexcept;

}  // namespace ascendcl::host::checks
