// The bytes of a model, mapped from a file or viewed in the caller's memory, past the checks that
// come before anything is decoded: path, size, aclInit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "host/model/om_codes.h"
#include "om/container.h"
#include "om/mapped_file.h"

namespace ascendcl::host::model {

class OmFile {
   public:
    // Throws Failure: 100000 null, 145002 not a readable file, 145006 under 4 bytes, 145001 before
    // aclInit.
    static OmFile open(const char *path);
    // Throws Failure: 100000 null or empty, 145006 under 4 bytes, 145001 before aclInit. The memory
    // must outlive the OmFile.
    static OmFile view(const void *data, size_t size);

    om::Bytes bytes() const noexcept { return bytes_; }

    // Views into bytes(). Throws Failure by the table of om_codes.
    om::Container container(Purpose purpose) const;

   private:
    OmFile() = default;

    std::optional<om::MappedFile> mapping_;  // empty when the memory is the caller's
    om::Bytes bytes_;
};

}  // namespace ascendcl::host::model
