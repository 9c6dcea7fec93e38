// The bytes of a model, read from a file or viewed in the caller's memory, past the checks that
// come before anything is decoded: path, size, aclInit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "host/model/om_codes.h"
#include "om/container.h"
#include "om/file_content.h"

namespace ascendcl::host::model {

class OmFile {
   public:
    // Throws Failure: 100000 null, 145002 not a readable file or one that is being written to,
    // 145006 under 4 bytes, 145001 before aclInit.
    // Of a file whose description is enough, weights and kernels are not read.
    static OmFile open(const char *path,
                       om::FileContent::Extent extent = om::FileContent::Extent::kAll);
    // Throws Failure: 100000 null or empty, 145006 under 4 bytes, 145001 before aclInit. The memory
    // must outlive the OmFile.
    static OmFile view(const void *data, size_t size);

    om::Bytes bytes() const noexcept { return bytes_; }

    // Throws Failure by the table of om_codes.
    om::Header header(Purpose purpose) const;
    // Views into bytes(). Throws Failure by the table of om_codes.
    om::Container container(Purpose purpose) const;

   private:
    OmFile() = default;

    std::optional<om::FileContent> content_;  // empty when the memory is the caller's
    om::Bytes bytes_;
};

}  // namespace ascendcl::host::model
