// The header is read first: all that can be refused is, before the codec is asked.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/jpeg_decoder.h"

#include <algorithm>
#include <array>
#include <string>

#include "host/dvpp/codecs.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/media_library.h"
#include "host/dvpp/picture_buffer.h"
#include "host/dvpp/planes.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uint32_t kLeastSide = 32;
constexpr uint32_t kMostSide = 8192;

// What each sampling is decoded to. The first is that of PIXEL_FORMAT_UNKNOWN.
struct Outputs {
    acldvppJpegFormat sampling;
    const char *name;
    std::array<acldvppPixelFormat, 4> formats;
};
constexpr acldvppPixelFormat kNone = PIXEL_FORMAT_UNKNOWN;
constexpr Outputs kOutputs[] = {
    {ACL_JPEG_CSS_444,
     "4:4:4",
     {PIXEL_FORMAT_YVU_SEMIPLANAR_444, PIXEL_FORMAT_YUV_SEMIPLANAR_444,
      PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YVU_SEMIPLANAR_420}},
    {ACL_JPEG_CSS_422,
     "4:2:2",
     {PIXEL_FORMAT_YVU_SEMIPLANAR_422, PIXEL_FORMAT_YUV_SEMIPLANAR_422,
      PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YVU_SEMIPLANAR_420}},
    {ACL_JPEG_CSS_420,
     "4:2:0",
     {PIXEL_FORMAT_YVU_SEMIPLANAR_420, PIXEL_FORMAT_YUV_SEMIPLANAR_420, kNone, kNone}},
    {ACL_JPEG_CSS_GRAY,
     "gray",
     {PIXEL_FORMAT_YUV_400, PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YVU_SEMIPLANAR_420,
      kNone}},
    {ACL_JPEG_CSS_440,
     "4:4:0",
     {PIXEL_FORMAT_YVU_SEMIPLANAR_440, PIXEL_FORMAT_YUV_SEMIPLANAR_440,
      PIXEL_FORMAT_YUV_SEMIPLANAR_420, PIXEL_FORMAT_YVU_SEMIPLANAR_420}},
};

void require_sides(uint32_t width, uint32_t height) {
    if (std::min(width, height) >= kLeastSide && std::max(width, height) <= kMostSide) return;
    throw invalid("JPEGD decodes pictures of 32x32 to 8192x8192, this one is " +
                  std::to_string(width) + "x" + std::to_string(height));
}

acldvppJpegFormat sampling_of(const media::Planes &planes) noexcept {
    if (planes.is_gray) return ACL_JPEG_CSS_GRAY;
    if (planes.shift_x == 0) return planes.shift_y == 0 ? ACL_JPEG_CSS_444 : ACL_JPEG_CSS_440;
    if (planes.shift_x == 1) return planes.shift_y == 0 ? ACL_JPEG_CSS_422 : ACL_JPEG_CSS_420;
    return ACL_JPEG_CSS_411;
}

// The codec is foreign code: what it gives must be the picture that the header promised.
void require_promised(const media::Planes &planes, const JpegHeader &header) {
    const acldvppJpegFormat sampling = sampling_of(planes);
    if (planes.width == header.width && planes.height == header.height &&
        sampling == header.sampling) {
        return;
    }
    throw Failure{ACL_ERROR_FAILURE, "the header says " + std::to_string(header.width) + "x" +
                                         std::to_string(header.height) + " with sampling " +
                                         std::to_string(header.sampling) + ", the codec gave " +
                                         std::to_string(planes.width) + "x" +
                                         std::to_string(planes.height) + " with sampling " +
                                         std::to_string(sampling)};
}

}  // namespace

UprightSize upright_size(const JpegHeader &header) noexcept {
    if (!is_turned(header)) return {header.width, header.height, header.sampling};
    acldvppJpegFormat sampling = header.sampling;
    if (sampling == ACL_JPEG_CSS_422) {
        sampling = ACL_JPEG_CSS_440;
    } else if (sampling == ACL_JPEG_CSS_440) {
        sampling = ACL_JPEG_CSS_422;
    }
    return {header.height, header.width, sampling};
}

acldvppPixelFormat decoded_format(acldvppJpegFormat sampling, acldvppPixelFormat wanted) {
    for (const Outputs &outputs : kOutputs) {
        if (outputs.sampling != sampling) continue;
        if (wanted == PIXEL_FORMAT_UNKNOWN) return outputs.formats[0];
        for (const acldvppPixelFormat format : outputs.formats) {
            if (format == wanted) return wanted;
        }
        throw invalid(std::string("a JPEG of sampling ") + outputs.name + " is not decoded to " +
                      name_of(wanted));
    }
    throw Failure{ACL_ERROR_UNSUPPORTED_JPEG,
                  "the JPEG's sampling is none that JPEGD decodes: 4:4:4, 4:2:2, 4:2:0, 4:4:0, "
                  "gray"};
}

uint32_t predicted_size(const JpegHeader &header, acldvppPixelFormat wanted) {
    require_baseline(header);
    const UprightSize upright = upright_size(header);
    require_sides(upright.width, upright.height);
    const acldvppPixelFormat format = decoded_format(upright.sampling, wanted);
    return static_cast<uint32_t>(size_of(format, rounded_up(upright.width, kWidestStride),
                                         rounded_up(upright.height, kRowStride)));
}

void decode_jpeg(const uint8_t *bytes, size_t size, PictureFields &picture) {
    const JpegHeader header = read_jpeg_header(bytes, size);
    require_baseline(header);
    const UprightSize upright_now = upright_size(header);
    require_sides(upright_now.width, upright_now.height);
    picture.format = decoded_format(upright_now.sampling, picture.format);
    picture.width = upright_now.width;
    picture.height = upright_now.height;
    keep_chroma_whole(picture);
    settle_strides(picture, Unit::kJpegDecoder);
    require_whole(bytes, size, header);
    decode_picture(ASCENDCL_CODEC_JPEG, bytes, size, [&](const ascendclFrame &frame) {
        const media::Planes planes = planes_of(frame);
        require_promised(planes, header);
        const auto write = [&picture](const media::Planes &source) {
            pixels().interleave(source, view_of(picture), media::Matrix::kBt601Wide);  // both YUV
        };
        if (header.orientation == 1) {
            write(planes);
        } else {
            write(upright(planes, header.orientation).planes);
        }
    });
}

}  // namespace ascendcl::host::dvpp
