// Whether a program may read and write device memory as its own.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have this function.
#ifndef ASCENDCL_HOST_ACCESS_H_
#define ASCENDCL_HOST_ACCESS_H_

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// 1: the device memory of this runtime is host memory, and stays where it is until it is freed.
ACL_FUNC_VISIBILITY int ascendclIsHostReadable(void);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_HOST_ACCESS_H_
