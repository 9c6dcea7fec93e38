// Waits that a program can end, for bindings of languages that serve signals themselves.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have this function.
#ifndef ASCENDCL_INTERRUPT_H_
#define ASCENDCL_INTERRUPT_H_

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// While the process's first thread waits inside a call, `check` is called on it some times a
// second, with no lock of the runtime held. When it answers other than 0, the wait ends and the
// call answers ACL_ERROR_RT_WAIT_TIMEOUT: what was to be destroyed or reset is as it was before the
// call. NULL takes the check away.
typedef int (*ascendclInterruptCheck)(void);
ACL_FUNC_VISIBILITY void ascendclSetInterruptCheck(ascendclInterruptCheck check);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_INTERRUPT_H_
