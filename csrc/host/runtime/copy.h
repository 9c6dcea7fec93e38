// Copies and fills, in the order of checks that decides which code a mistake gets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

// A rectangle of `height` rows of `width` bytes. A plain copy is one row.
struct CopyShape {
    size_t width;
    size_t height;
    size_t destination_pitch;
    size_t source_pitch;
};

// All throw Failure. The pointers are checked by the caller.
// The kind of a synchronous copy is advice: everything can be reached from here.
void copy_now(void *destination, const void *source, const CopyShape &shape);

// From page-locked and device memory truly asynchronous; with a pageable end the copy is done, in
// its turn, when this returns.
aclError copy_in_stream(void *destination, const void *source, const CopyShape &shape,
                        aclrtMemcpyKind kind, aclrtStream stream);

void fill_now(void *destination, int32_t value, size_t count);
aclError fill_in_stream(void *destination, int32_t value, size_t count, aclrtStream stream);

void fill_words_now(void *destination, uint32_t value, size_t count);
aclError fill_words_in_stream(void *destination, uint32_t value, size_t count, aclrtStream stream);

}  // namespace ascendcl::host
