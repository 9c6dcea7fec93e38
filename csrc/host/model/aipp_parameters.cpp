// A head of 128 bytes, then 128 bytes per image.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_parameters.h"

#include <cstring>
#include <string>

#include "acl/acl.h"
#include "host/model/float16.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr uint64_t kMagic = 0x3174736f48707041;  // "AppHost1"
constexpr uint8_t kConstantPadding = 1;

struct Head {
    uint64_t magic;
    uint32_t images;
    uint32_t sum;  // of all bytes, this field as 0
    int32_t format;
    int32_t source_w;
    int32_t source_h;
    uint8_t convert_colour;
    uint8_t swap_rb_or_uv;
    uint8_t swap_ax;
    uint8_t unused;
    int16_t matrix[9];
    uint8_t input_bias[3];
    uint8_t output_bias[3];
    float padding_value;
    uint8_t reserved[68];
};
static_assert(sizeof(Head) == 128);

// Up to the minimum as the op's page documents it.
struct Image {
    int8_t crop;
    int8_t scale;
    int8_t padding;
    int8_t rotate;
    int8_t reserve[4];
    int32_t crop_start_w, crop_start_h, crop_size_w, crop_size_h;
    int32_t scale_input_w, scale_input_h, scale_output_w, scale_output_h;
    int32_t padding_top, padding_bottom, padding_left, padding_right;
    int16_t mean[4];
    uint16_t minimum[4];  // bits of 16-bit floats, as the next
    uint16_t reciprocal[4];
    uint8_t reserved[48];
};
static_assert(sizeof(Image) == 128 && offsetof(Image, mean) == 56);

// FNV-1a.
uint32_t sum_of(const void *bytes, size_t size, uint32_t sum = 2166136261U) noexcept {
    const auto *at = static_cast<const uint8_t *>(bytes);
    for (size_t i = 0; i < size; ++i) sum = (sum ^ at[i]) * 16777619U;
    return sum;
}

Image stored_image(const AippImage &image) noexcept {
    Image stored{};
    stored.crop = image.crop;
    stored.scale = image.scale;
    stored.padding = image.padding ? kConstantPadding : 0;
    stored.crop_start_w = image.crop_start_w;
    stored.crop_start_h = image.crop_start_h;
    stored.crop_size_w = image.crop_size_w;
    stored.crop_size_h = image.crop_size_h;
    stored.scale_input_w = image.scale_input_w;
    stored.scale_input_h = image.scale_input_h;
    stored.scale_output_w = image.scale_output_w;
    stored.scale_output_h = image.scale_output_h;
    stored.padding_top = image.padding_top;
    stored.padding_bottom = image.padding_bottom;
    stored.padding_left = image.padding_left;
    stored.padding_right = image.padding_right;
    for (size_t i = 0; i < image.mean.size(); ++i) {
        stored.mean[i] = image.mean[i];
        stored.minimum[i] = float16_bits(double{image.minimum[i]});
        stored.reciprocal[i] = float16_bits(double{image.reciprocal[i]});
    }
    return stored;
}

AippImage image_of(const Image &stored) noexcept {
    AippImage image;
    image.crop = stored.crop != 0;
    image.scale = stored.scale != 0;
    image.padding = stored.padding != 0;
    image.crop_start_w = stored.crop_start_w;
    image.crop_start_h = stored.crop_start_h;
    image.crop_size_w = stored.crop_size_w;
    image.crop_size_h = stored.crop_size_h;
    image.scale_input_w = stored.scale_input_w;
    image.scale_input_h = stored.scale_input_h;
    image.scale_output_w = stored.scale_output_w;
    image.scale_output_h = stored.scale_output_h;
    image.padding_top = stored.padding_top;
    image.padding_bottom = stored.padding_bottom;
    image.padding_left = stored.padding_left;
    image.padding_right = stored.padding_right;
    for (size_t i = 0; i < image.mean.size(); ++i) {
        image.mean[i] = stored.mean[i];
        image.minimum[i] = static_cast<float>(float16_value(stored.minimum[i]));
        image.reciprocal[i] = static_cast<float>(float16_value(stored.reciprocal[i]));
    }
    return image;
}

Head head_of(const AippSettings &settings) noexcept {
    Head head{};
    head.magic = kMagic;
    head.images = static_cast<uint32_t>(settings.images.size());
    head.format = settings.format;
    head.source_w = settings.source_w;
    head.source_h = settings.source_h;
    head.convert_colour = settings.convert_colour;
    head.swap_rb_or_uv = settings.swap_rb_or_uv;
    head.swap_ax = settings.swap_ax;
    for (size_t i = 0; i < 9; ++i) head.matrix[i] = settings.matrix[i / 3][i % 3];
    for (size_t i = 0; i < 3; ++i) {
        head.input_bias[i] = settings.input_bias[i];
        head.output_bias[i] = settings.output_bias[i];
    }
    head.padding_value = settings.padding_value;
    return head;
}

[[noreturn]] void nothing_set() {
    throw Failure{ACL_ERROR_GE_AIPP_BATCH_EMPTY,
                  "its memory holds no AIPP parameters: set them for this data set before "
                  "executing it (aclmdlSetInputAIPP)"};
}

}  // namespace

uint64_t aipp_parameter_size(uint64_t images) noexcept {
    return sizeof(Head) + images * sizeof(Image);
}

void write_aipp_parameters(const AippSettings &settings, void *memory) noexcept {
    Head head = head_of(settings);
    auto *at = static_cast<uint8_t *>(memory) + sizeof head;
    uint32_t sum = sum_of(&head, sizeof head);
    for (const AippImage &image : settings.images) {
        const Image stored = stored_image(image);
        sum = sum_of(&stored, sizeof stored, sum);
        std::memcpy(at, &stored, sizeof stored);
        at += sizeof stored;
    }
    head.sum = sum;
    std::memcpy(memory, &head, sizeof head);
}

AippSettings read_aipp_parameters(const void *memory, size_t size) {
    Head head;
    if (memory == nullptr || size < sizeof head) nothing_set();
    std::memcpy(&head, memory, sizeof head);
    if (head.magic != kMagic || head.images == 0 || size < aipp_parameter_size(head.images))
        nothing_set();
    const uint32_t expected = head.sum;
    head.sum = 0;
    uint32_t sum = sum_of(&head, sizeof head);
    AippSettings settings;
    settings.images.clear();
    settings.images.reserve(head.images);
    const auto *at = static_cast<const uint8_t *>(memory) + sizeof head;
    for (uint32_t i = 0; i < head.images; ++i, at += sizeof(Image)) {
        Image stored;
        std::memcpy(&stored, at, sizeof stored);
        sum = sum_of(&stored, sizeof stored, sum);
        settings.images.push_back(image_of(stored));
    }
    if (sum != expected) {
        throw Failure{
            ACL_ERROR_GE_AIPP_BATCH_EMPTY,
            "something was written over the AIPP parameters in its memory: set them again "
            "(aclmdlSetInputAIPP)"};
    }
    settings.format = static_cast<aclAippInputFormat>(head.format);
    settings.source_w = head.source_w;
    settings.source_h = head.source_h;
    settings.convert_colour = head.convert_colour != 0;
    settings.swap_rb_or_uv = head.swap_rb_or_uv != 0;
    settings.swap_ax = head.swap_ax != 0;
    for (size_t i = 0; i < 9; ++i) settings.matrix[i / 3][i % 3] = head.matrix[i];
    for (size_t i = 0; i < 3; ++i) {
        settings.input_bias[i] = head.input_bias[i];
        settings.output_bias[i] = head.output_bias[i];
    }
    settings.padding_value = head.padding_value;
    return settings;
}

}  // namespace ascendcl::host::model
