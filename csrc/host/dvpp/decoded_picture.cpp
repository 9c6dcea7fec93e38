// Planes of a decoder to the semi-planar or packed layout of a picture.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/decoded_picture.h"

#include <string>

#include "host/dvpp/frame_channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/media_library.h"
#include "host/dvpp/planes.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uintptr_t kAlignment = 16;  // bytes, of a picture's memory

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
void settle_strides(PictureFields &picture) {
    const uint32_t pixel = sample_bytes(picture.format);
    const uint32_t row = picture.width * pixel;
    const bool is_free = picture.width_stride == 0 && picture.height_stride == 0;
    if (picture.width_stride == 0) {
        picture.width_stride = rounded_up(picture.width, 16) * pixel;
    }
    if (picture.height_stride == 0) picture.height_stride = picture.height;
    if (picture.width_stride < row || picture.height_stride < picture.height ||
        (pixel == 1 && picture.height_stride % 2 != 0)) {
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

}  // namespace

void require_target(const PictureFields &picture, acldvppPixelFormat format) {
    if (picture.format != format) {
        throw invalid("the picture's format is " + name_of(picture.format) +
                      ", and the channel's " + name_of(format));
    }
    require(reinterpret_cast<uintptr_t>(picture.data) % kAlignment == 0,
            "the picture's memory does not start on a multiple of 16");
    require_device_memory(picture.data, picture.size, "the picture");
}

void write_decoded(const ascendclFrame &decoded, PictureFields &picture) {
    require_decodable(decoded);
    settle_size(decoded.width, picture.width, "width");
    settle_size(decoded.height, picture.height, "height");
    settle_strides(picture);
    require_target(picture, picture.format);  // it may have been freed meanwhile
    // Ours: which matrix RGB is made by is documented nowhere; video is of narrow range where it
    // says nothing else.
    pixels().interleave(planes_of(decoded), view_of(picture), media::Matrix::kBt601Narrow);
}

}  // namespace ascendcl::host::dvpp
