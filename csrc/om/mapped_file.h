// A file mapped read-only into memory for as long as the object lives.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "om/bytes.h"

namespace ascendcl::om {

class MappedFile {
   public:
    // Throws std::system_error with the errno of what failed (ENOENT, EACCES, EISDIR, ...; EINVAL
    // for what is neither a file nor a directory).
    explicit MappedFile(const std::string &path);
    ~MappedFile();
    MappedFile(MappedFile &&other) noexcept;
    MappedFile &operator=(MappedFile &&other) noexcept;
    MappedFile(const MappedFile &) = delete;
    MappedFile &operator=(const MappedFile &) = delete;

    Bytes bytes() const noexcept { return bytes_; }

   private:
    Bytes bytes_;  // empty for an empty file, which cannot be mapped
};

}  // namespace ascendcl::om
