// Checks of what decoders write to, with both numbers in each message.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/picture_buffer.h"

#include <string>

#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

void require_stride(const char *name, uint32_t given, uint32_t least,
                    const PictureFields &picture) {
    if (given >= least) return;
    throw invalid(std::string(name) + " " + std::to_string(given) +
                  " is too small: " + name_of(picture.format) + " of " +
                  size_text(picture.width, picture.height) + " needs " + std::to_string(least));
}

}  // namespace

void write_back(const PictureFields &written, acldvppPicDesc &picture) noexcept {
    picture.format = written.format;
    picture.width = written.width;
    picture.height = written.height;
    picture.width_stride = written.width_stride;
    picture.height_stride = written.height_stride;
}

void keep_chroma_whole(PictureFields &picture) noexcept {
    const media::Picture whole = view_of(picture);
    picture.width = whole.width;
    picture.height = whole.height;
}

void settle_strides(PictureFields &picture, Unit unit) {
    if (picture.width_stride == 0) {
        picture.width_stride =
            rounded_up(picture.width, kWidestStride) * sample_bytes(picture.format);
    }
    if (picture.height_stride == 0) {
        picture.height_stride = rounded_up(picture.height, kRowStride);
    }
    require_stride("the width stride", picture.width_stride,
                   least_width_stride(picture.format, picture.width, unit), picture);
    require_stride("the height stride", picture.height_stride,
                   least_height_stride(picture.format, picture.height, unit), picture);
    const uint64_t needed = size_of(picture.format, picture.width_stride, picture.height_stride);
    if (picture.size < needed) {
        throw invalid("the picture's buffer has " + std::to_string(picture.size) + " bytes, and " +
                      name_of(picture.format) + " of " + size_text(picture.width, picture.height) +
                      " with strides " + size_text(picture.width_stride, picture.height_stride) +
                      " needs " + std::to_string(needed));
    }
    require_device_memory(picture.data, picture.size, "the picture's buffer");
}

}  // namespace ascendcl::host::dvpp
