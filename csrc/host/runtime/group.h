// Groups of compute resources. There is one, with everything in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

inline constexpr int32_t kGroupCount = 1;

// All but the first throw Failure(107017) for a handle that is none.
aclrtGroupInfo *create_group_info();
void destroy_group_info(const aclrtGroupInfo *handle);
void fill_group_info(const aclrtGroupInfo *handle);
// 107014 before it was filled in, 100000 for an attribute that is none.
int32_t group_attribute(const aclrtGroupInfo *handle, aclrtGroupAttr attribute);

}  // namespace ascendcl::host
