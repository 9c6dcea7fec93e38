// Work of the media units in a stream: accepted when it is submitted, done in the stream's order.
// What goes wrong later is the stream's error, and the return code of the picture it was to write.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"

namespace ascendcl::host::dvpp {

// Memory that the task reads or writes. Strict mode holds it until the task has ended.
struct MemoryUse {
    std::string name;  // "the input picture", for messages
    const void *address;
    size_t size;  // bytes
    bool is_written;
};

// `work` runs on the stream's thread: with what it needs copied, for descriptions may change or go
// after the call. It throws Failure, whose code becomes the stream's error. `written`, descriptions
// that are still there then, get the code; what else a task writes to one goes through its link.
// Throws Failure where the stream is none, or does not take it.
void submit(const char *function, aclrtStream stream, std::vector<MemoryUse> uses,
            const std::vector<acldvppPicDesc *> &written, std::function<void()> work);

}  // namespace ascendcl::host::dvpp
