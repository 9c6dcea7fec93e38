// 64-bit words in memory that streams write and wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

// Both throw Failure: 107000 where the memory is not the runtime's, 107008 where the address is not
// a multiple of 8. `comparison` is one of ACL_STREAM_WAIT_VALUE_*. Whoever writes the word, a
// stream, a copy or the host, opens the wait.
aclError write_word(void *address, uint64_t value, aclrtStream stream);
aclError wait_for_word(void *address, uint64_t value, uint32_t comparison, aclrtStream stream);

}  // namespace ascendcl::host
