// Tells models apart by their bytes, so that a weight buffer in use is not overwritten by another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

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

// A model file, to be asked later whether it is still the same and was not written to. May miss a
// write within a tick of the file system's clock.
class FileState {
   public:
    // False when there is no such file.
    bool take(const char *path) noexcept;
    // kFileChanged when another file is there, or this one was written to.
    Status check(const char *path) const noexcept;

   private:
    friend class FileFingerprint;
    struct stat status_{};
};

// A model file and what stands in it, to be asked later whether both are still the same.
class FileFingerprint {
   public:
    // ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID when the file cannot be read, kFileChanged when it is
    // written to meanwhile. May throw std::bad_alloc.
    Status take(const char *path);
    const Fingerprint &content() const noexcept { return content_; }
    // kFileChanged when another file is there, or this one was written to.
    Status check(const char *path) const noexcept { return state_.check(path); }

   private:
    Fingerprint content_;
    FileState state_;
};

}  // namespace ascendcl::core
