// Allowances of cores: of a device, of a stream, and which stream's the calling thread goes by.
// They are kept and handed out; the engine's threads are its own affair.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

// All throw Failure: 100000 for a type that is none; setters 107000 for no core or more than there
// are. What was never set, or was reset, is what stands behind it: a stream's is its device's, a
// device's all cores.
uint32_t core_limit(int32_t device, aclrtDevResLimitType type);
uint32_t core_limit(aclrtStream stream, aclrtDevResLimitType type);
void set_core_limit(int32_t device, aclrtDevResLimitType type, uint32_t value);
void set_core_limit(aclrtStream stream, aclrtDevResLimitType type, uint32_t value);
void reset_core_limits(int32_t device);
void reset_core_limits(aclrtStream stream);

void use_stream_limits(aclrtStream stream);
void unuse_stream_limits(aclrtStream stream);
// Of the stream in use while it lives, else of the current device.
uint32_t core_limit_of_thread(aclrtDevResLimitType type);

}  // namespace ascendcl::host
