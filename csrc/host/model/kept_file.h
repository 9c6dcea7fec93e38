// A copy of a model file's bytes, for programs compiled after the load; all loads of it share one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "host/model/content_key.h"
#include "host/model/description.h"
#include "om/bytes.h"

namespace ascendcl::host::model {

class FileCopy {
   public:
    // What lies in `left_out` reads as zeros, and takes no memory. Throws std::bad_alloc.
    FileCopy(om::Bytes file, om::Bytes left_out);

    om::Bytes bytes() const noexcept { return {data_.get(), size_}; }

   private:
    struct Free {
        void operator()(uint8_t *data) const noexcept { std::free(data); }
    };
    std::unique_ptr<uint8_t, Free> data_;
    size_t size_;
};

using KeptFile = std::shared_ptr<const FileCopy>;

// Of a model that carries an IR without its weights: such programs compute on weight memory.
KeptFile kept_file(const ContentKey &key, om::Bytes file, const Description &description);

}  // namespace ascendcl::host::model
