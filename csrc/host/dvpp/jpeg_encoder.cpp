// The checks, and the planes that a codec takes.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/jpeg_encoder.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "host/dvpp/codecs.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/picture_buffer.h"
#include "host/dvpp/planes.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uint32_t kLeastSide = 32;
constexpr uint32_t kMostSide = 16384;  // of any channel
constexpr uint32_t kStride = 16;
constexpr uint32_t kBestLevel = 100;

bool is_packed(acldvppPixelFormat format) noexcept {
    return format >= PIXEL_FORMAT_YUYV_PACKED_422 && format <= PIXEL_FORMAT_VYUY_PACKED_422;
}

void require_rule(bool holds, const PictureFields &picture, const std::string &rule) {
    if (holds) return;
    throw invalid("JPEGE: " + rule + "; the picture is " + std::to_string(picture.width) + "x" +
                  std::to_string(picture.height) + " with strides " +
                  std::to_string(picture.width_stride) + "x" +
                  std::to_string(picture.height_stride));
}

void require_format(const PictureFields &picture) {
    if (is_packed(picture.format) || picture.format == PIXEL_FORMAT_YUV_SEMIPLANAR_420 ||
        picture.format == PIXEL_FORMAT_YVU_SEMIPLANAR_420) {
        return;
    }
    throw invalid("JPEGE encodes semi-planar 4:2:0 and packed 4:2:2, not " +
                  name_of(picture.format));
}

}  // namespace

void require_encodable(const PictureFields &picture, uint32_t most_width, uint32_t most_height) {
    const bool packed = is_packed(picture.format);
    require_format(picture);
    require_rule(
        std::min(picture.width, picture.height) >= kLeastSide && picture.width <= most_width &&
            picture.height <= most_height,
        picture,
        "pictures are 32x32 to " + std::to_string(most_width) + "x" + std::to_string(most_height));
    require_rule(picture.width % 2 == 0, picture, "the width is even");
    require_rule(packed || picture.height % 2 == 0, picture, "the height is even");
    const uint32_t row = picture.width * (packed ? 2 : 1);
    require_rule(picture.width_stride >= row && picture.width_stride % kStride == 0, picture,
                 "the width stride is a multiple of 16 and at least " + std::to_string(row));
    require_rule(picture.height_stride == picture.height ||
                     picture.height_stride == rounded_up(picture.height, kRowStride),
                 picture, "the height stride is the height, as it is or as a multiple of 16");
    const uint64_t needed = size_of(picture.format, picture.width_stride, picture.height_stride);
    if (picture.size < needed) {
        throw invalid("the picture's buffer has " + std::to_string(picture.size) +
                      " bytes, and its strides need " + std::to_string(needed));
    }
    require_device_memory(picture.data, needed, "the picture's buffer");
}

uint32_t quality_of(uint32_t level) {
    if (level > kBestLevel) {
        throw invalid("the level of a JPEG goes from 0 to 100, given " + std::to_string(level));
    }
    return level == 0 ? kBestLevel : level;
}

uint32_t predicted_size(const PictureFields &picture) {
    require_format(picture);
    require_rule(std::min(picture.width, picture.height) >= kLeastSide &&
                     std::max(picture.width, picture.height) <= kMostSide,
                 picture, "sides are 32 to 16384");
    constexpr uint32_t kHeader = 2048;
    // Twice the samples: noise at the finest steps comes to 1.3 times.
    const uint32_t bytes_a_pixel = is_packed(picture.format) ? 4 : 3;
    return rounded_up(picture.width, kStride) * rounded_up(picture.height, kStride) *
               bytes_a_pixel +
           kHeader;
}

uint32_t encode_jpeg(const PictureFields &picture, uint32_t quality, void *to, uint32_t capacity) {
    const OwnPlanes own = planar(view_of(picture));
    ascendclEncoding encoding{};
    encoding.kind = ASCENDCL_CODEC_JPEG;
    encoding.quality = quality;
    encoding.width = picture.width;
    encoding.height = picture.height;
    uint32_t written = 0;
    encode_picture(encoding, frame_of(own), [&](const uint8_t *bytes, size_t size) {
        if (size > capacity) {
            throw invalid("the JPEG has " + std::to_string(size) + " bytes, and *size gives room " +
                          "for " + std::to_string(capacity));
        }
        std::memcpy(to, bytes, size);
        written = static_cast<uint32_t>(size);
    });
    return written;
}

}  // namespace ascendcl::host::dvpp
