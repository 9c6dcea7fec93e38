// Fault injection: calls that are answered with a failure in place of what they ask for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host::checks {

struct Entry;

// One more call of this function: the code that it is to fail with, its message recorded, or
// ACL_SUCCESS.
int fault_in(const Entry &entry) noexcept;

}  // namespace ascendcl::host::checks
