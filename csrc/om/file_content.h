// The bytes of a file as they were at one moment, in memory of our own, which is given back when
// the object dies. A mapping would change under its reader when the file is written over in place,
// and kill the process (SIGBUS) when it is cut short.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "om/bytes.h"

namespace ascendcl::om {

class FileContent {
   public:
    // What is read of it. Weights and kernels are most of a file, and read as zeros where only its
    // description is wanted.
    enum class Extent { kAll, kDescription };

    // Throws std::system_error with the errno of what failed (ENOENT, EACCES, EISDIR, ...; EINVAL
    // for what is neither a file nor a directory), Error(kChanging) for a file that is written to
    // all the time, std::bad_alloc.
    explicit FileContent(const std::string &path, Extent extent = Extent::kAll);
    ~FileContent();
    FileContent(FileContent &&other) noexcept;
    FileContent &operator=(FileContent &&other) noexcept;
    FileContent(const FileContent &) = delete;
    FileContent &operator=(const FileContent &) = delete;

    Bytes bytes() const noexcept { return bytes_; }

   private:
    explicit FileContent(Bytes memory) noexcept : bytes_(memory) {}

    Bytes bytes_;  // empty for an empty file, which has no memory
};

}  // namespace ascendcl::om
