// What the host runtime knows of forks.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have this function.
#ifndef ASCENDCL_FORK_H_
#define ASCENDCL_FORK_H_

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// 1 in a child of fork() whose parent had a context, a model or the like alive: the runtime refuses
// it everything. 0 elsewhere: the child of a process that only asked, or has closed all, may go on.
// For handlers of pthread_atfork too, whether they come before the runtime's own or after.
ACL_FUNC_VISIBILITY int ascendclIsLostToFork(void);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_FORK_H_
