// The header is read first: all that can be refused is, before the codec is asked.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/png_decoder.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "host/dvpp/codecs.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/picture_buffer.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

// Ours: those of JPEGD, for none are documented.
constexpr uint32_t kLeastSide = 32;
constexpr uint32_t kMostSide = 8192;

void require_sides(const PngHeader &header) {
    if (std::min(header.width, header.height) >= kLeastSide &&
        std::max(header.width, header.height) <= kMostSide) {
        return;
    }
    throw invalid("PNGD decodes pictures of 32x32 to 8192x8192, this one is " +
                  std::to_string(header.width) + "x" + std::to_string(header.height));
}

// Nothing is converted: alpha is neither made up nor dropped.
acldvppPixelFormat decoded_format(const PngHeader &header, acldvppPixelFormat wanted) {
    const acldvppPixelFormat own =
        header.components == 4 ? PIXEL_FORMAT_RGBA_8888 : PIXEL_FORMAT_RGB_888;
    if (wanted == PIXEL_FORMAT_UNKNOWN || wanted == own) return own;
    throw invalid(std::string("a PNG of ") + std::to_string(header.components) +
                  " components is decoded to " + name_of(own) + ", not to " + name_of(wanted));
}

}  // namespace

uint32_t predicted_size(const PngHeader &header, acldvppPixelFormat wanted) {
    require_true_color(header);
    decoded_format(header, wanted);
    require_sides(header);
    return rounded_up(header.width, kWidestStride) * static_cast<uint32_t>(header.components) *
           rounded_up(header.height, kRowStride);
}

void decode_png(const uint8_t *bytes, size_t size, PictureFields &picture) {
    const PngHeader header = read_png_header(bytes, size);
    require_true_color(header);
    require_sides(header);
    picture.format = decoded_format(header, picture.format);
    picture.width = header.width;
    picture.height = header.height;
    settle_strides(picture, Unit::kPngDecoder);
    require_whole_png(bytes, size);
    decode_picture(ASCENDCL_CODEC_PNG, bytes, size, [&](const ascendclFrame &frame) {
        const ascendclPlanes promised =
            header.components == 4 ? ASCENDCL_PLANES_RGBA : ASCENDCL_PLANES_RGB;
        if (frame.planes != promised || frame.width != header.width ||
            frame.height != header.height) {
            throw Failure{ACL_ERROR_FAILURE, "the codec gave another picture than the header says"};
        }
        const size_t row = size_t{header.width} * static_cast<size_t>(header.components);
        auto *const to = static_cast<uint8_t *>(picture.data);
        for (size_t y = 0; y < header.height; ++y) {
            std::memcpy(to + y * picture.width_stride, frame.data[0] + y * frame.stride[0], row);
        }
    });
}

}  // namespace ascendcl::host::dvpp
