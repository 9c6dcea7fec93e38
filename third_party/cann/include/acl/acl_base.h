// SPDX-License-Identifier: Apache-2.0
// Everything both halves of the base interface declare.
//
// Declared from interface facts (names, types, numbers): ACL 1.17, the CANN 9 generation.
#ifndef ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_BASE_H_
#define ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_BASE_H_

#include "acl_base_mdl.h"
#include "acl_base_rt.h"
#include "error_codes/ge_error_codes.h"
#include "error_codes/rt_error_codes.h"

#endif  // ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_BASE_H_
