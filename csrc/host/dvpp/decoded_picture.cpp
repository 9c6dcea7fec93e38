// Planes of a decoder to the semi-planar or packed layout of a picture.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/decoded_picture.h"

#include <cstring>
#include <string>
#include <vector>

#include "host/dvpp/frame_channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/media_library.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uintptr_t kAlignment = 16;  // bytes, of a picture's memory

constexpr uint64_t round_up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

bool is_packed(acldvppPixelFormat format) {
    return format == PIXEL_FORMAT_RGB_888 || format == PIXEL_FORMAT_BGR_888;
}

std::string size_text(uint32_t width, uint32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

void require_decodable(const ascendclFrame &decoded) {
    require(decoded.planes == ASCENDCL_PLANES_420, "the stream is not YUV 4:2:0 of eight bits");
    const bool is_even = decoded.width % 2 == 0 && decoded.height % 2 == 0;
    const bool fits = decoded.width >= kLeastSide && decoded.width <= kMostSide &&
                      decoded.height >= kLeastSide && decoded.height <= kMostSide;
    if (is_even && fits) return;
    throw invalid("the stream's pictures are " + size_text(decoded.width, decoded.height) +
                  "; VDEC decodes even sizes from 128x128 to 4096x4096");
}

void settle_size(uint32_t decoded, uint32_t &asked, const char *which) {
    if (asked != 0 && asked != decoded) {
        throw invalid(std::string("the picture's ") + which + " is set to " +
                      std::to_string(asked) + ", and the stream's is " + std::to_string(decoded) +
                      ": VDEC does not scale (0 takes the stream's)");
    }
    asked = decoded;
}

// Strides for what is left 0, and whether all of it fits.
void settle_strides(acldvppPicDesc &picture) {
    const uint32_t pixel = is_packed(picture.format) ? 3 : 1;
    const uint32_t row = picture.width * pixel;
    const bool is_free = picture.width_stride == 0 && picture.height_stride == 0;
    if (picture.width_stride == 0) {
        picture.width_stride = static_cast<uint32_t>(round_up(picture.width, 16)) * pixel;
    }
    if (picture.height_stride == 0) picture.height_stride = picture.height;
    if (picture.width_stride < row || picture.height_stride < picture.height ||
        (!is_packed(picture.format) && picture.height_stride % 2 != 0)) {
        throw invalid("the strides " + size_text(picture.width_stride, picture.height_stride) +
                      " are too small for a picture of " +
                      size_text(picture.width, picture.height) + ", or the second is odd");
    }
    const uint64_t needed = size_of(picture.format, picture.width_stride, picture.height_stride);
    if (picture.size >= needed) return;
    const uint64_t without_gaps = size_of(picture.format, row, picture.height);
    if (is_free && picture.size >= without_gaps) {
        picture.width_stride = row;
        return;
    }
    throw invalid("the picture's buffer has " + std::to_string(picture.size) + " bytes, and " +
                  size_text(picture.width, picture.height) + " with strides " +
                  size_text(picture.width_stride, picture.height_stride) + " needs " +
                  std::to_string(needed));
}

void write_semi_planar(const ascendclFrame &from, const acldvppPicDesc &to) {
    auto *row = static_cast<uint8_t *>(to.data);
    for (uint32_t y = 0; y < from.height; ++y, row += to.width_stride) {
        std::memcpy(row, from.data[0] + y * from.stride[0], from.width);
    }
    const bool is_v_first = to.format == PIXEL_FORMAT_YVU_SEMIPLANAR_420;
    const int first = is_v_first ? 2 : 1;
    const int second = is_v_first ? 1 : 2;
    row = static_cast<uint8_t *>(to.data) + size_t{to.width_stride} * to.height_stride;
    for (uint32_t y = 0; y < from.height / 2; ++y, row += to.width_stride) {
        const uint8_t *a = from.data[first] + y * from.stride[first];
        const uint8_t *b = from.data[second] + y * from.stride[second];
        for (uint32_t x = 0; x < from.width / 2; ++x) {
            row[2 * x] = a[x];
            row[2 * x + 1] = b[x];
        }
    }
}

// By way of NV12. Ours: which matrix is documented nowhere; video is of narrow range where it says
// nothing else.
void write_packed(const ascendclFrame &from, const acldvppPicDesc &to) {
    std::vector<uint8_t> memory(size_t{from.width} * from.height * 3 / 2);
    acldvppPicDesc between;
    between.data = memory.data();
    between.size = static_cast<uint32_t>(memory.size());
    between.format = PIXEL_FORMAT_YUV_SEMIPLANAR_420;
    between.width = between.width_stride = from.width;
    between.height = between.height_stride = from.height;
    write_semi_planar(from, between);
    const media::Area all{0, 0, from.width, from.height};
    pixels().place(view_of(between), all, view_of(to), all, media::Interpolation::kNearest,
                   media::Matrix::kBt601Narrow);
}

}  // namespace

void require_target(const acldvppPicDesc &picture, acldvppPixelFormat format) {
    if (picture.format != format) {
        throw invalid("the picture's format is " + name_of(picture.format) +
                      ", and the channel's " + name_of(format));
    }
    require(reinterpret_cast<uintptr_t>(picture.data) % kAlignment == 0,
            "the picture's memory does not start on a multiple of 16");
    require_device_memory(picture.data, picture.size, "the picture");
}

void write_decoded(const ascendclFrame &decoded, acldvppPicDesc &picture) {
    require_decodable(decoded);
    settle_size(decoded.width, picture.width, "width");
    settle_size(decoded.height, picture.height, "height");
    settle_strides(picture);
    require_target(picture, picture.format);  // it may have been freed meanwhile
    is_packed(picture.format) ? write_packed(decoded, picture)
                              : write_semi_planar(decoded, picture);
}

}  // namespace ascendcl::host::dvpp
