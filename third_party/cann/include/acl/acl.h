// SPDX-License-Identifier: Apache-2.0
// The usual entry point: runtime, models and single operators.
//
// Declared from interface facts (names, types, numbers): ACL 1.17, the CANN 9 generation.
#ifndef ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_H_
#define ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_H_

#include "acl_base.h"
#include "acl_mdl.h"
#include "acl_op.h"
#include "acl_rt.h"

#endif  // ASCENDCL_THIRD_PARTY_CANN_ACL_ACL_H_
