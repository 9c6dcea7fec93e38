// A row at a time: unpacked into planes, its colours converted, and looked up in a table of what
// each of the 256 bytes becomes, which is all that normalising has to be computed for.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_pixels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "host/model/aipp_formats.h"
#include "host/model/float16.h"

namespace ascendcl::host::model {
namespace {

constexpr size_t kByteValues = 256;
constexpr size_t kMostChannels = 4;

using Planes = AippFormat::Planes;

size_t as_size(int32_t value) noexcept { return static_cast<size_t>(value); }

// How a value is stored in the result. A network that takes 32-bit floats gets 16-bit ones widened,
// as all of AIPP's results are.
template <typename Element>
Element stored(double value) noexcept;
template <>
uint16_t stored<uint16_t>(double value) noexcept {
    return float16_bits(value);
}
template <>
float stored<float>(double value) noexcept {
    return static_cast<float>(float16_value(float16_bits(value)));
}
template <>
uint8_t stored<uint8_t>(double value) noexcept {
    return static_cast<uint8_t>(std::nearbyint(std::clamp(value, 0.0, 255.0)));
}

double as_float16(float value) noexcept { return float16_value(float16_bits(double{value})); }

// What the bytes of a channel become.
template <typename Element>
std::array<Element, kByteValues> normalised(const AippImage &image, size_t channel) noexcept {
    std::array<Element, kByteValues> table{};
    const double minimum = as_float16(image.minimum[channel]);
    const double reciprocal = as_float16(image.reciprocal[channel]);
    for (size_t byte = 0; byte < table.size(); ++byte) {
        const auto value = static_cast<double>(byte);
        table[byte] = stored<Element>((value - image.mean[channel] - minimum) * reciprocal);
    }
    return table;
}

// A row of a picture, one plane per channel in the order of the format's name.
class Row {
   public:
    Row(const AippFormat &format, bool swap_rb_or_uv, bool swap_ax, size_t width)
        : format_(format), width_(width), bytes_(width * kMostChannels) {
        for (size_t i = 0; i < kMostChannels; ++i) planes_[i] = stored_[i] = &bytes_[i * width];
        const size_t colour = format.fourth_first ? 1 : 0;  // where colours begin
        for (size_t i = 0; i < 3; ++i) colours_[i] = planes_[colour + i];
        // Reading puts the bytes of the one where the other is looked for. U and V follow Y, R and
        // B are the first and the last.
        if (swap_rb_or_uv && format.channels > 1)
            std::swap(stored_[colour + (format.is_yuv ? 1 : 0)], stored_[colour + 2]);
        if (swap_ax && format.fourth_first)
            std::rotate(planes_.begin(), planes_.begin() + 1, planes_.end());
    }

    // Pixels of row `y` from `left` on.
    void read(const uint8_t *picture, AippSize size, size_t left, size_t y) noexcept;
    const std::array<uint8_t *, 3> &colours() const noexcept { return colours_; }
    const uint8_t *channel(size_t index) const noexcept { return planes_[index]; }

   private:
    void read_packed(const uint8_t *pixels) noexcept;
    void read_pairs(const uint8_t *row, size_t left) noexcept;
    void read_semi(const uint8_t *luma, const uint8_t *chroma, size_t left) noexcept;

    const AippFormat &format_;
    size_t width_;
    std::vector<uint8_t> bytes_;
    std::array<uint8_t *, kMostChannels> stored_{};  // as the picture has its channels
    std::array<uint8_t *, kMostChannels> planes_{};  // as they are gone on with
    std::array<uint8_t *, 3> colours_{};             // of these
};

void Row::read(const uint8_t *picture, AippSize size, size_t left, size_t y) noexcept {
    const size_t stride = as_size(size.width);
    const uint8_t *const chroma = picture + stride * as_size(size.height);
    switch (format_.planes) {
        case Planes::kPacked: {
            const size_t pixel = as_size(format_.channels);
            read_packed(picture + (y * stride + left) * pixel);
            return;
        }
        case Planes::kPairs:
            read_pairs(picture + y * stride * 2, left);
            return;
        case Planes::kSemi422:
            read_semi(picture + y * stride, chroma + y * stride, left);
            return;
        case Planes::kSemi420:
            read_semi(picture + y * stride, chroma + y / 2 * stride, left);
            return;
    }
}

void Row::read_packed(const uint8_t *pixels) noexcept {
    if (format_.channels == 1) {
        std::memcpy(stored_[0], pixels, width_);
        return;
    }
    const size_t pixel = as_size(format_.channels);
    for (size_t i = 0; i < pixel; ++i) {
        uint8_t *const plane = stored_[i];
        for (size_t x = 0; x < width_; ++x) plane[x] = pixels[x * pixel + i];
    }
}

void Row::read_pairs(const uint8_t *row, size_t left) noexcept {
    for (size_t x = 0; x < width_; ++x) {
        const uint8_t *const pair = row + (left + x) / 2 * 4;
        stored_[0][x] = row[(left + x) * 2];
        stored_[1][x] = pair[1];
        stored_[2][x] = pair[3];
    }
}

void Row::read_semi(const uint8_t *luma, const uint8_t *chroma, size_t left) noexcept {
    std::memcpy(stored_[0], luma + left, width_);
    uint8_t *const u = stored_[1];
    uint8_t *const v = stored_[2];
    size_t x = 0;
    // One after which pairs begin, where an odd column comes first.
    if (left % 2 != 0 && width_ > 0) {
        u[0] = chroma[left - 1];
        v[0] = chroma[left];
        x = 1;
    }
    for (const uint8_t *pair = chroma + left + x; x + 1 < width_; x += 2, pair += 2) {
        u[x] = u[x + 1] = pair[0];
        v[x] = v[x + 1] = pair[1];
    }
    if (x < width_) {
        u[x] = chroma[left + x];
        v[x] = chroma[left + x + 1];
    }
}

// The biases of the input belong to YUV, those of the output to RGB.
class ColourConversion {
   public:
    ColourConversion(const AippSettings &settings, bool from_yuv)
        : matrix_(settings.matrix),
          input_bias_(from_yuv ? settings.input_bias : std::array<uint8_t, 3>{}),
          output_bias_(from_yuv ? std::array<uint8_t, 3>{} : settings.output_bias) {}

    void convert(const std::array<uint8_t *, 3> &colours, size_t width) const noexcept {
        constexpr size_t kBlock = 256;  // so that the results may replace what they come from
        for (size_t begin = 0; begin < width; begin += kBlock) {
            convert_block({colours[0] + begin, colours[1] + begin, colours[2] + begin},
                          std::min(kBlock, width - begin));
        }
    }

   private:
    void convert_block(const std::array<uint8_t *, 3> &colours, size_t width) const noexcept {
        std::array<std::array<int16_t, 256>, 3> in;
        for (size_t i = 0; i < 3; ++i) {
            for (size_t x = 0; x < width; ++x)
                in[i][x] = static_cast<int16_t>(colours[i][x] - input_bias_[i]);
        }
        for (size_t i = 0; i < 3; ++i) {
            uint8_t *const out = colours[i];
            const int16_t r0 = matrix_[i][0], r1 = matrix_[i][1], r2 = matrix_[i][2];
            const int32_t bias = output_bias_[i];
            for (size_t x = 0; x < width; ++x) {
                const int32_t sum =
                    int32_t{r0} * in[0][x] + int32_t{r1} * in[1][x] + int32_t{r2} * in[2][x];
                // Arithmetic: rounds down.
                out[x] = static_cast<uint8_t>(std::clamp((sum >> 8) + bias, 0, 255));
            }
        }
    }

    std::array<std::array<int16_t, 3>, 3> matrix_;
    std::array<uint8_t, 3> input_bias_;
    std::array<uint8_t, 3> output_bias_;
};

// One image of the result, and where in it an element stands.
template <typename Element>
class Image {
   public:
    Image(const AippOutput &output, Element *elements) noexcept
        : elements_(elements),
          channels_(as_size(output.channels)),
          width_(as_size(output.width)),
          height_(as_size(output.height)),
          channels_last_(output.channels_last) {}

    size_t size() const noexcept { return channels_ * width_ * height_; }
    size_t step() const noexcept { return channels_last_ ? channels_ : 1; }  // to the next column
    Element *at(size_t channel, size_t y, size_t x) const noexcept {
        return channels_last_ ? elements_ + (y * width_ + x) * channels_ + channel
                              : elements_ + (channel * height_ + y) * width_ + x;
    }

   private:
    Element *elements_;
    size_t channels_, width_, height_;
    bool channels_last_;
};

template <typename Element>
void look_up(const std::array<Element, kByteValues> &table, const uint8_t *bytes, size_t count,
             Element *out, size_t step) noexcept {
    if (step == 1) {
        for (size_t x = 0; x < count; ++x) out[x] = table[bytes[x]];
        return;
    }
    for (size_t x = 0; x < count; ++x) out[x * step] = table[bytes[x]];
}

// A network of bytes gets them as they are.
void look_up(const std::array<uint8_t, kByteValues> &, const uint8_t *bytes, size_t count,
             uint8_t *out, size_t step) noexcept {
    if (step == 1) {
        std::memcpy(out, bytes, count);
        return;
    }
    for (size_t x = 0; x < count; ++x) out[x * step] = bytes[x];
}

template <typename Element>
void preprocess_image(const AippSettings &settings, const AippImage &image,
                      const AippOutput &output, const uint8_t *picture, Element *result) {
    const AippFormat &format = *find_aipp_format(settings.format);
    const AippSize source = source_size(settings, output);
    const AippWindow window = window_of(settings, image, output);
    const size_t width = as_size(window.width);
    const auto channels = as_size(output.channels);
    const Image<Element> target(output, result);
    if (image.padding) {
        std::fill_n(result, target.size(), stored<Element>(double{settings.padding_value}));
    }
    std::array<std::array<Element, kByteValues>, kMostChannels> tables;
    for (size_t i = 0; i < channels; ++i) tables[i] = normalised<Element>(image, i);
    const ColourConversion conversion(settings, format.is_yuv);
    Row row(format, settings.swap_rb_or_uv, settings.swap_ax, width);
    const size_t right = image.padding ? as_size(image.padding_left) : 0;
    const size_t down = image.padding ? as_size(image.padding_top) : 0;
    for (size_t y = 0; y < as_size(window.height); ++y) {
        row.read(picture, source, as_size(window.left), as_size(window.top) + y);
        if (settings.convert_colour) conversion.convert(row.colours(), width);
        for (size_t i = 0; i < channels; ++i) {
            // A conversion makes three channels: A or X is none of them, wherever it stood.
            const bool is_made = settings.convert_colour && channels < kMostChannels;
            const uint8_t *const from = is_made ? row.colours()[i] : row.channel(i);
            look_up(tables[i], from, width, target.at(i, down + y, right), target.step());
        }
    }
}

template <typename Element>
void preprocess_batch(const AippSettings &settings, const AippOutput &output,
                      const uint8_t *pictures, Element *result) {
    const auto batch = static_cast<uint64_t>(output.batch);
    const uint64_t picture = source_bytes(settings, output) / batch;
    const uint64_t elements = byte_size(output) / batch / sizeof(Element);
    for (uint64_t i = 0; i < batch; ++i) {
        const AippImage &image = settings.images[settings.images.size() == 1 ? 0 : i];
        preprocess_image(settings, image, output, pictures + i * picture, result + i * elements);
    }
}

}  // namespace

uint64_t source_bytes(const AippSettings &settings, const AippOutput &output) noexcept {
    const AippFormat *const format = find_aipp_format(settings.format);
    if (format == nullptr) return 0;
    const AippSize size = source_size(settings, output);
    return picture_size(*format, size.width, size.height) * static_cast<uint64_t>(output.batch);
}

void preprocess(const AippSettings &settings, const AippOutput &output, const uint8_t *pictures,
                void *result) {
    switch (output.dtype) {
        case ACL_FLOAT:
            return preprocess_batch(settings, output, pictures, static_cast<float *>(result));
        case ACL_FLOAT16:
            return preprocess_batch(settings, output, pictures, static_cast<uint16_t *>(result));
        default:
            return preprocess_batch(settings, output, pictures, static_cast<uint8_t *>(result));
    }
}

}  // namespace ascendcl::host::model
