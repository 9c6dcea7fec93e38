// Freed memory, and the objects that the C ABI hands out as plain pointers, kept aside for a while
// and filled with a pattern: no other object can get the address, and a late write shows.
// ASCENDCL_STRICT_QUARANTINE is how many bytes are kept (256M); the oldest go first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::host::checks {

// Memory of `size` bytes is stale from now on: true if it is kept, and goes to `give_back` later.
bool keep_aside(void *memory, size_t size, void (*give_back)(void *)) noexcept;

// Tells of stores into what is kept.
void check_late_writes();

// Gives all of it back.
void empty_quarantine() noexcept;

}  // namespace ascendcl::host::checks
