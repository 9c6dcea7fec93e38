// Bytes of the program's own that it has promised to leave alone (ACL-008).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/checks/holds.h"

namespace ascendcl::host::checks {

class WatchedBytes {
   public:
    // The .om file at `data`, as it is now. Nothing is watched while strict mode is off, or when
    // there is no model yet: the program may fill the memory later.
    void watch(const void *data, size_t size);
    // Are they still there, and the same? Throws as violated(), and Failure in any mode when they
    // cannot be read.
    void check() const;

   private:
    const void *data_ = nullptr;
    size_t size_ = 0;
    uint64_t hash_ = 0;
    Site site_;
    Token hold_;  // for memory that the runtime knows
};

}  // namespace ascendcl::host::checks
