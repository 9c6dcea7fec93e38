// Callbacks in streams: a subscribed thread runs them in aclrtProcessReport, or the runtime's own
// thread does (aclrtLaunchHostFunc).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "host/runtime/context.h"

namespace ascendcl::host {

inline constexpr size_t kMaxReportThreads = 1024;

// All throw Failure with the codes of the C functions of the same names.
void subscribe_report(uint64_t thread, aclrtStream stream);
void unsubscribe_report(uint64_t thread, aclrtStream stream);
aclError launch_callback(aclrtCallback function, void *user_data, bool blocks, aclrtStream stream);
aclError launch_host_function(aclrtHostFunc function, void *arguments, aclrtStream stream);

// Runs what waits for the calling thread; timeout_ms < 0 waits for ever.
void process_report(int32_t timeout_ms);

}  // namespace ascendcl::host
