// AIPP before a program's inputs: pictures in, images out, in one shape of a model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/engine/engine.h"
#include "host/model/aipp_check.h"
#include "host/model/aipp_file.h"
#include "host/model/aipp_settings.h"
#include "om/descriptors.h"

namespace ascendcl::host::model {

// Parameters that a program has set are for `images` images, the most of any gear; those of one
// shape are the first of them. What check_settings() asks besides. Throws Failure(100000).
void check_dynamic_settings(const AippSettings &settings, uint64_t images);

// Of one shape, and not for concurrent use.
class AippStage {
   public:
    AippStage() = default;
    // `gear` is 0 without gears, `io` the model's descriptors. Throws Failure: 200006 for a step
    // that is not supported, 500002 for static settings that do not fit the model.
    AippStage(const std::vector<AippInput> &inputs, const om::Descriptors &io, size_t gear);

    bool empty() const noexcept { return entries_.empty(); }

    // Looks the parameters of dynamic AIPP up in `bound`, the memory of all inputs of the model,
    // and puts into `fed`, those that a program feeds, how many bytes each picture has. Throws
    // Failure: 145014 without parameters, 100000 for some that do not fit.
    void prepare(const std::vector<engine::Binding> &bound, std::vector<om::IoDescriptor> &fed);
    // Makes images of pictures of that size, and binds them instead.
    void apply(std::vector<engine::Binding> &fed);

   private:
    struct Entry {
        size_t fed;         // its place among the inputs that a program feeds
        size_t parameters;  // among all inputs, or kNoAippParameters
        std::string name;
        AippOutput output;
        AippSettings settings;  // of dynamic AIPP: of the present run
        std::vector<uint8_t> image;
    };

    std::vector<Entry> entries_;
};

}  // namespace ascendcl::host::model
