// What of its own memory the process can read, write or run, asked without touching it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::host::checks {

enum class Access { kRead, kWrite, kRun };

// All of it, at the moment.
bool is_accessible(const void *start, size_t size, Access access) noexcept;

// Whether a text that ends starts there.
bool is_text(const void *start) noexcept;

}  // namespace ascendcl::host::checks
