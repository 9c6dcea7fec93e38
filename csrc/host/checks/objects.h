// What the program has made and given back, by handle or address, and where: for stale handles
// (ACL-011) and leaks (ACL-012, ACL-013).
// SPDX-License-Identifier: Apache-2.0
//
// Handles of streams, events, contexts and models are never used again, so a stale one is known
// for good. Memory, and the objects that the C ABI hands out as plain pointers, is kept aside after
// it is freed and filled with a pattern: no other object can get its address, and a late write
// shows. ASCENDCL_STRICT_QUARANTINE is how many bytes are kept (256M); the oldest go first.
#pragma once

#include <cstddef>

#include "host/checks/strict.h"

namespace ascendcl::host::checks {

enum class ObjectKind {
    kDeviceMemory,
    kOutputMemory,  // of the device, allocated by the runtime for an output
    kHostMemory,
    kContext,
    kStream,
    kEvent,
    kNotify,
    kLabel,
    kGroupInfo,
    kExceptionInfo,
    kPhysicalMemory,
    kAllocatorDesc,
    kModel,
    kDataSet,
    kDataBuffer,
    kTensorDesc,
    kModelDesc,
    kModelConfig,
    kExecutionConfig,
    kAipp,
    kOpAttributes,
    kOpHandle,
    kOther,
};

// The program got it, from the call in progress.
void made(ObjectKind kind, const void *handle, size_t size = 0) noexcept;

// It turned out to be the runtime's own: no leak.
void disown(const void *handle) noexcept;

// The handle is stale from now on.
void gone(ObjectKind kind, const void *handle) noexcept;

// The same for memory of `size` bytes: true if it is kept, and goes to `give_back` later.
bool keep_aside(void *memory, size_t size, void (*give_back)(void *)) noexcept;

// To be called with what a call is about to use that is no argument of it: nobody may have freed
// it. Throws as violated().
void refuse_stale(const void *address);

// To be called before a model id is refused that is not loaded. Throws as violated().
void refuse_stale_model(const void *handle);

// A gear was written to the memory of a hidden input by the function that is there for it.
void note_gear(const void *memory) noexcept;
bool has_gear(const void *memory) noexcept;

// Where it was made; null if that is not known.
Site where_made(const void *handle) noexcept;

// "device memory 0x7f00 of 64 bytes"; of what nobody made, the address.
std::string name_of_object(const void *handle);

// Before the last aclFinalize. Throws as violated().
void check_leaks();

// Gives back what was kept aside and starts anew.
void forget_objects() noexcept;

}  // namespace ascendcl::host::checks
