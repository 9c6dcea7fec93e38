// Tells models apart by their bytes, so that a weight buffer in use is not overwritten by another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/status.h"

namespace ascendcl::core {

struct Fingerprint {
    uint64_t size = 0;
    uint64_t hash = 0;

    bool operator==(const Fingerprint &other) const noexcept {
        return size == other.size && hash == other.hash;
    }
    bool operator!=(const Fingerprint &other) const noexcept { return !(*this == other); }
};

Fingerprint fingerprint_of(const void *data, size_t size) noexcept;
// ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID when the file cannot be read.
Status fingerprint_of_file(const char *path, Fingerprint &fingerprint) noexcept;

}  // namespace ascendcl::core
