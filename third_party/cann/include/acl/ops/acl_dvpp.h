// SPDX-License-Identifier: Apache-2.0
// Memory for the media units.
//
// Declared from interface facts (names, types, numbers): ACL 1.17, the CANN 9 generation.
//
// Only what allocates is declared. This header is less sure than its siblings: no header was
// measured for it. The prototypes follow the arguments that the official Python binding takes and
// the prototypes in the public API documentation.
#ifndef ASCENDCL_THIRD_PARTY_CANN_ACL_OPS_ACL_DVPP_H_
#define ASCENDCL_THIRD_PARTY_CANN_ACL_OPS_ACL_DVPP_H_

#include "../acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

ACL_FUNC_VISIBILITY aclError acldvppMalloc(void **devPtr, size_t size);
ACL_FUNC_VISIBILITY aclError acldvppFree(void *devPtr);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_THIRD_PARTY_CANN_ACL_OPS_ACL_DVPP_H_
