// Memory that a call names: before it is used, all of it must be there (ACL-018), in the right
// place (ACL-020, ACL-024).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "host/checks/strict.h"

namespace ascendcl::host::checks {

struct Range {
    std::string name;  // of the parameter, or what it is: "input 0"
    const void *start;
    size_t size;
    bool is_written = false;
};

// An empty one, or one at null, names nothing. Throws as violated().
void check_range(const Range &range);

// A text, a function: by the address alone. Throw as violated().
void check_text(const std::string &name, const void *start);
void check_code(const std::string &name, const void *start);

// A live block of the runtime has to hold it. Throws as violated().
void check_block(const std::string &name, const void *start, size_t size);

// What a model or an operator reads and writes is device memory. Throws as violated().
void check_on_device(const Range &range);

// The two ends of a copy, and what it was said to be. Throws as violated().
void check_direction(int kind, const void *destination, const void *source);

}  // namespace ascendcl::host::checks
