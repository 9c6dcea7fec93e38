// What is still there when it should have been given back: at the last aclFinalize, or, without
// one, at the end of the process (ACL-012, ACL-013, ACL-014).
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ascendcl::host::checks {

// Before the last aclFinalize. Throws as violated().
void check_leaks();

// The process is to be looked at when it ends; once is enough.
void check_leaks_at_exit() noexcept;

}  // namespace ascendcl::host::checks
