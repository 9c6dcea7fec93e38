// csrc/host/model/aipp_* behind two C functions, for tests that feed it without a model.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "host/model/aipp_check.h"
#include "host/model/aipp_pixels.h"
#include "host/report/report.h"

using namespace ascendcl::host;

extern "C" {

// As tests/aipp/pixels.py declares them.
struct PlainImage {
    int32_t crop, crop_start_w, crop_start_h, crop_size_w, crop_size_h;
    int32_t scale;
    int32_t padding, padding_top, padding_bottom, padding_left, padding_right;
    int32_t mean[4];
    float minimum[4];
    float reciprocal[4];
};

struct PlainSettings {
    int32_t format, source_w, source_h;
    int32_t convert_colour;
    int32_t matrix[9], input_bias[3], output_bias[3];
    int32_t swap_rb_or_uv, swap_ax;
    float padding_value;
    int32_t dtype, channels_last, batch, channels, height, width;
    int32_t images;
};

}  // extern "C"

namespace {

model::AippImage image_of(const PlainImage &plain) {
    model::AippImage image;
    image.crop = plain.crop != 0;
    image.crop_start_w = plain.crop_start_w;
    image.crop_start_h = plain.crop_start_h;
    image.crop_size_w = plain.crop_size_w;
    image.crop_size_h = plain.crop_size_h;
    image.scale = plain.scale != 0;
    image.padding = plain.padding != 0;
    image.padding_top = plain.padding_top;
    image.padding_bottom = plain.padding_bottom;
    image.padding_left = plain.padding_left;
    image.padding_right = plain.padding_right;
    for (size_t i = 0; i < 4; ++i) {
        image.mean[i] = static_cast<int16_t>(plain.mean[i]);
        image.minimum[i] = plain.minimum[i];
        image.reciprocal[i] = plain.reciprocal[i];
    }
    return image;
}

model::AippSettings settings_of(const PlainSettings &plain, const PlainImage *images) {
    model::AippSettings settings;
    settings.format = static_cast<aclAippInputFormat>(plain.format);
    settings.source_w = plain.source_w;
    settings.source_h = plain.source_h;
    settings.convert_colour = plain.convert_colour != 0;
    for (size_t i = 0; i < 9; ++i)
        settings.matrix[i / 3][i % 3] = static_cast<int16_t>(plain.matrix[i]);
    for (size_t i = 0; i < 3; ++i) {
        settings.input_bias[i] = static_cast<uint8_t>(plain.input_bias[i]);
        settings.output_bias[i] = static_cast<uint8_t>(plain.output_bias[i]);
    }
    settings.swap_rb_or_uv = plain.swap_rb_or_uv != 0;
    settings.swap_ax = plain.swap_ax != 0;
    settings.padding_value = plain.padding_value;
    settings.images.clear();
    for (int32_t i = 0; i < plain.images; ++i) settings.images.push_back(image_of(images[i]));
    return settings;
}

}  // namespace

// Answers what Failure says, 0 without one. `message` has room for 512 characters.
extern "C" int32_t aipp_preprocess(const PlainSettings *plain, const PlainImage *images,
                                   const uint8_t *pictures, uint64_t picture_bytes, void *result,
                                   uint64_t result_bytes, char *message) {
    message[0] = 0;
    try {
        const model::AippSettings settings = settings_of(*plain, images);
        model::AippOutput output;
        output.dtype = static_cast<aclDataType>(plain->dtype);
        output.channels_last = plain->channels_last != 0;
        output.batch = plain->batch;
        output.channels = plain->channels;
        output.height = plain->height;
        output.width = plain->width;
        model::check_settings(settings, output);
        if (model::source_bytes(settings, output) != picture_bytes ||
            model::byte_size(output) != result_bytes)
            return -1;
        model::preprocess(settings, output, pictures, result);
        return 0;
    } catch (const Failure &failure) {
        std::strncpy(message, failure.message.c_str(), 511);
        message[511] = 0;
        return failure.code;
    }
}
