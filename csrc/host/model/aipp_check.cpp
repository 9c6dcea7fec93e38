// The documented rules of AIPP settings, each with a sentence of its own.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_check.h"

#include <cmath>
#include <string>

#include "host/model/aipp_formats.h"
#include "host/model/float16.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr int32_t kLargestSide = 4096;
constexpr int32_t kLargestPadding = 32;
constexpr int32_t kLargestImage = kLargestSide + 2 * kLargestPadding;
constexpr float kLargestPixel = 255;

std::string text(float value) {
    std::string digits = std::to_string(value);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

std::string size_text(int32_t width, int32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

void require_range(const std::string &what, int32_t value, int32_t least, int32_t most) {
    if (value >= least && value <= most) return;
    throw invalid(what + " goes from " + std::to_string(least) + " to " + std::to_string(most) +
                  ", it is " + std::to_string(value));
}

void require_range(const std::string &what, float value, float least, float most) {
    if (value >= least && value <= most) return;  // not so a NaN
    throw invalid(what + " goes from " + text(least) + " to " + text(most) + ", it is " +
                  text(value));
}

void require_even(const AippFormat &format, const std::string &what, int32_t value) {
    if (value % 2 == 0) return;
    throw invalid(what + " of " + format.name + " is even, it is " + std::to_string(value));
}

const AippFormat &known_format(aclAippInputFormat id) {
    if (const AippFormat *format = find_aipp_format(id)) return *format;
    if (id == ACL_AIPP_RESERVED) throw invalid("the input format of AIPP was not set");
    throw invalid("the input format " + name_of_aipp_format(id) +
                  " is not supported: how its bytes lie is not documented");
}

// 0 stands for the model's own size.
void check_source(const AippFormat &format, const AippSettings &settings) {
    if (settings.source_w != 0)
        require_range("the width of the source image", settings.source_w, 2, kLargestSide);
    if (settings.source_h != 0)
        require_range("the height of the source image", settings.source_h, 1, kLargestSide);
    if (format.even_width) require_even(format, "the width of the source image", settings.source_w);
    if (format.even_all) require_even(format, "the height of the source image", settings.source_h);
}

void check_crop(const AippFormat &format, const AippImage &image, const std::string &where) {
    if (!image.crop) return;
    require_range("the left edge of the crop" + where, image.crop_start_w, 0, kLargestSide - 1);
    require_range("the top edge of the crop" + where, image.crop_start_h, 0, kLargestSide - 1);
    require_range("the width of the crop" + where, image.crop_size_w, 0, kLargestSide);
    require_range("the height of the crop" + where, image.crop_size_h, 0, kLargestSide);
    if (!format.even_all) return;
    require_even(format, "the left edge of the crop" + where, image.crop_start_w);
    require_even(format, "the top edge of the crop" + where, image.crop_start_h);
    require_even(format, "the width of the crop" + where, image.crop_size_w);
    require_even(format, "the height of the crop" + where, image.crop_size_h);
}

void check_padding(const AippImage &image, const std::string &where) {
    if (!image.padding) return;
    require_range("the padding on top" + where, image.padding_top, 0, kLargestPadding);
    require_range("the padding at the bottom" + where, image.padding_bottom, 0, kLargestPadding);
    require_range("the padding on the left" + where, image.padding_left, 0, kLargestPadding);
    require_range("the padding on the right" + where, image.padding_right, 0, kLargestPadding);
}

void check_numbers(const AippImage &image, const std::string &where) {
    constexpr auto kMost = static_cast<float>(kLargestFloat16);
    for (size_t i = 0; i < image.mean.size(); ++i) {
        const std::string channel = " of channel " + std::to_string(i) + where;
        require_range("the mean" + channel, int32_t{image.mean[i]}, 0, 255);
        require_range("the minimum" + channel, image.minimum[i], 0.0F, kLargestPixel);
        require_range("the reciprocal of the variance" + channel, image.reciprocal[i], -kMost,
                      kMost);
    }
}

std::string place(const AippSettings &settings, size_t image) {
    return settings.images.size() > 1 ? " (image " + std::to_string(image) + ")" : "";
}

// How the channels of a format become those of the network.
void check_channels(const AippFormat &format, const AippSettings &settings,
                    const AippOutput &output) {
    const int32_t given = format.channels;
    const int32_t taken = output.channels;
    if (settings.convert_colour && given == 1)
        throw invalid(std::string("a conversion of colours takes three channels, ") + format.name +
                      " has one");
    const bool drops_fourth = given == 4 && taken == 3;
    if (given == taken || drops_fourth || taken == 1) return;
    throw invalid("the network takes " + std::to_string(taken) + " channels, " + format.name +
                  " gives " + std::to_string(given));
}

void check_window(const AippSettings &settings, const AippImage &image, const AippOutput &output,
                  const std::string &where) {
    const AippSize source = source_size(settings, output);
    const AippWindow window = window_of(settings, image, output);
    if (window.width < 1 || window.height < 1)
        throw invalid("nothing is left to crop" + where + ": the model takes " +
                      size_text(output.width, output.height) + ", all of it padding");
    if (window.left + window.width > source.width || window.top + window.height > source.height)
        throw invalid("the crop" + where + " of " + size_text(window.width, window.height) +
                      " at " + std::to_string(window.left) + "," + std::to_string(window.top) +
                      " lies outside of the source image of " +
                      size_text(source.width, source.height));
    const bool padded = image.padding;
    const int32_t width = window.width + (padded ? image.padding_left + image.padding_right : 0);
    const int32_t height = window.height + (padded ? image.padding_top + image.padding_bottom : 0);
    if (width == output.width && height == output.height) return;
    throw invalid("AIPP makes an image of " + size_text(width, height) + where +
                  ", the model takes " + size_text(output.width, output.height));
}

void check_filling(const AippSettings &settings, const AippOutput &output) {
    const bool is_byte = output.dtype == ACL_UINT8;
    const float most = is_byte ? kLargestPixel : static_cast<float>(kLargestFloat16);
    require_range("the value of the padding", settings.padding_value, is_byte ? 0 : -most, most);
}

}  // namespace

uint64_t byte_size(const AippOutput &output) noexcept {
    const uint64_t element = output.dtype == ACL_FLOAT ? 4 : output.dtype == ACL_FLOAT16 ? 2 : 1;
    return element * static_cast<uint64_t>(output.batch) * static_cast<uint64_t>(output.channels) *
           static_cast<uint64_t>(output.height) * static_cast<uint64_t>(output.width);
}

AippSize source_size(const AippSettings &settings, const AippOutput &output) noexcept {
    return {settings.source_w != 0 ? settings.source_w : output.width,
            settings.source_h != 0 ? settings.source_h : output.height};
}

AippWindow window_of(const AippSettings &settings, const AippImage &image,
                     const AippOutput &output) noexcept {
    const AippSize source = source_size(settings, output);
    if (!image.crop) return {0, 0, source.width, source.height};
    // A crop without a size: what the network lacks besides the padding (ours, where there is any).
    const bool padded = image.padding;
    const int32_t width = output.width - (padded ? image.padding_left + image.padding_right : 0);
    const int32_t height = output.height - (padded ? image.padding_top + image.padding_bottom : 0);
    return {image.crop_start_w, image.crop_start_h,
            image.crop_size_w != 0 ? image.crop_size_w : width,
            image.crop_size_h != 0 ? image.crop_size_h : height};
}

void check_settings(const AippSettings &settings) {
    const AippFormat &format = known_format(settings.format);
    check_source(format, settings);
    if (settings.images.empty())
        throw Failure{ACL_ERROR_GE_AIPP_BATCH_EMPTY, "AIPP parameters of no image"};
    for (size_t i = 0; i < settings.images.size(); ++i) {
        const AippImage &image = settings.images[i];
        const std::string where = place(settings, i);
        if (image.scale)
            throw invalid("AIPP cannot resize" + where + ": the step is documented as reserved");
        check_crop(format, image, where);
        check_padding(image, where);
        check_numbers(image, where);
    }
}

void check_settings(const AippSettings &settings, const AippOutput &output) {
    check_settings(settings);
    require_range("the width of the image that the model takes", output.width, 1, kLargestImage);
    require_range("the height of the image that the model takes", output.height, 1, kLargestImage);
    const AippFormat &format = known_format(settings.format);
    check_channels(format, settings, output);
    const AippSize source = source_size(settings, output);
    if (format.even_width) require_even(format, "the width of the source image", source.width);
    if (format.even_all) require_even(format, "the height of the source image", source.height);
    if (settings.images.size() != 1 && settings.images.size() != static_cast<size_t>(output.batch))
        throw invalid("AIPP parameters of " + std::to_string(settings.images.size()) +
                      " images for a batch of " + std::to_string(output.batch));
    for (size_t i = 0; i < settings.images.size(); ++i) {
        const AippImage &image = settings.images[i];
        check_window(settings, image, output, place(settings, i));
        if (image.padding) check_filling(settings, output);
    }
}

}  // namespace ascendcl::host::model
