// Reductions in memory: each element of the destination becomes its sum, maximum or minimum with
// that of the source.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "acl/acl.h"

namespace ascendcl::host {

// Throws Failure: 107000 where memory is not the runtime's or `bytes` no multiple of the element,
// 207000 for a kind or type that no chip has either, 107003 and the like of the stream.
aclError reduce_in_stream(void *destination, const void *source, size_t bytes, aclrtReduceKind kind,
                          aclDataType type, aclrtStream stream);

}  // namespace ascendcl::host
