// One configuration of AIPP, whoever wrote it: the file (static), the parameters of a call
// (dynamic), or a configuration file of the compiler. What the steps mean: docs/aipp.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "acl/acl.h"

namespace ascendcl::host::model {

// What may differ from image to image of a batch.
struct AippImage {
    bool crop = false;
    int32_t crop_start_w = 0;  // pixels of the source
    int32_t crop_start_h = 0;
    int32_t crop_size_w = 0;  // 0: up to the model's own size
    int32_t crop_size_h = 0;
    bool scale = false;  // documented as reserved: refused where it is on
    int32_t scale_input_w = 0;
    int32_t scale_input_h = 0;
    int32_t scale_output_w = 0;
    int32_t scale_output_h = 0;
    bool padding = false;
    int32_t padding_top = 0;  // pixels of the result, as the rest
    int32_t padding_bottom = 0;
    int32_t padding_left = 0;
    int32_t padding_right = 0;
    std::array<int16_t, 4> mean{};      // 0 to 255
    std::array<float, 4> minimum{};     // rounded to fp16
    std::array<float, 4> reciprocal{};  // of the variance, rounded to fp16
};

struct AippSettings {
    aclAippInputFormat format = ACL_AIPP_RESERVED;
    int32_t source_w = 0;  // pixels; 0: the model's own
    int32_t source_h = 0;
    bool convert_colour = false;
    std::array<std::array<int16_t, 3>, 3> matrix{};
    std::array<uint8_t, 3> input_bias{};
    std::array<uint8_t, 3> output_bias{};
    bool swap_rb_or_uv = false;
    bool swap_ax = false;
    float padding_value = 0;           // in units of the output
    std::vector<AippImage> images{1};  // one: the same for all of a batch
};

}  // namespace ascendcl::host::model
