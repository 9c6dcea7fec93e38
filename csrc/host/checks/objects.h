// What the program has made and given back, by handle or address, and where: for stale handles
// (ACL-011), handles of nothing (ACL-019) and leaks (leaks.h).
// SPDX-License-Identifier: Apache-2.0
//
// Handles of streams, events, contexts and models are never used again, so a stale one is known
// for good; memory, and the objects behind plain pointers, is kept aside (quarantine.h). Of kinds
// of which the program made one while the mode was off, not every object is known.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "host/checks/object_kind.h"
#include "host/checks/strict.h"

namespace ascendcl::host::checks {

// The program got it, from the call in progress.
void made(ObjectKind kind, const void *handle, size_t size = 0) noexcept;

// The program got it, and it is the runtime's own: no leak. Of what is part of another object,
// `ended` says that it went with that.
void lent(ObjectKind kind, const void *handle) noexcept;
void ended(const void *handle) noexcept;

// The handle is stale from now on.
void gone(ObjectKind kind, const void *handle) noexcept;

// To be called with what a call is about to use: nobody may have freed it. Throws as violated().
void refuse_stale(const void *address);

// Whether that is one; told by refuse_stale.
bool is_stale(const void *address);

// To be called with a handle before it is used: there must be such an object. Throws as violated(),
// and in any mode where there is nothing behind it.
void check_handle(std::string_view parameter, ObjectKind kind, const void *handle);

// To be called before a model id is refused that is not loaded. Throws as violated().
void refuse_unknown_model(const void *handle);

// A gear was written to the memory of a hidden input by the function that is there for it.
void note_gear(const void *memory) noexcept;
bool has_gear(const void *memory) noexcept;

// Where it was made; null if that is not known.
Site where_made(const void *handle) noexcept;

// "device memory 0x7f00 of 64 bytes"; of what nobody made, the address.
std::string name_of_object(const void *handle);

// Gives back what was kept aside and starts anew.
void forget_objects() noexcept;

}  // namespace ascendcl::host::checks
