// What AIPP settings have to keep, and what their zeros stand for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"
#include "host/model/aipp_settings.h"

namespace ascendcl::host::model {

// What a network takes from AIPP.
struct AippOutput {
    aclDataType dtype = ACL_FLOAT16;  // or ACL_FLOAT, ACL_UINT8
    bool channels_last = false;       // NHWC instead of NCHW
    int32_t batch = 1;
    int32_t channels = 0;
    int32_t height = 0;
    int32_t width = 0;
};

uint64_t byte_size(const AippOutput &output) noexcept;  // of the whole batch

struct AippSize {
    int32_t width;
    int32_t height;
};

// What is taken of a picture: all of it without a crop.
struct AippWindow {
    int32_t left;
    int32_t top;
    int32_t width;
    int32_t height;
};

// The zeros of the settings, which stand for the model's own size, replaced.
AippSize source_size(const AippSettings &settings, const AippOutput &output) noexcept;
AippWindow window_of(const AippSettings &settings, const AippImage &image,
                     const AippOutput &output) noexcept;

// All that does not depend on a model. Throws Failure(100000) that names the rule and the value.
void check_settings(const AippSettings &settings);
// And that what comes out is what the network takes.
void check_settings(const AippSettings &settings, const AippOutput &output);

}  // namespace ascendcl::host::model
