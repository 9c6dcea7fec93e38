// How a picture of a documented format lies in memory, and the rules for its sizes and strides: one
// table, which the checks and the conversions come from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "acl/acl.h"
#include "host/dvpp/objects.h"
#include "host/media/media.h"

namespace ascendcl::host::dvpp {

constexpr uint32_t rounded_up(uint32_t value, uint32_t step) noexcept {
    return (value + step - 1) / step * step;
}

// "640x480"
std::string size_text(uint32_t width, uint32_t height);

enum class Unit { kVpcInput, kVpcOutput, kJpegDecoder, kJpegEncoder, kPngDecoder, kVideo };

// "PIXEL_FORMAT_YUV_SEMIPLANAR_420", or "pixel format 99" where there is none of the number.
std::string name_of(acldvppPixelFormat format);

// Bytes of a sample of the first plane, of packed formats of a pixel; 0 for a format without a
// rule.
uint32_t sample_bytes(acldvppPixelFormat format) noexcept;

// Bytes of a picture of these strides; 0 for a format that has no rule.
uint64_t size_of(acldvppPixelFormat format, uint64_t width_stride, uint64_t height_stride) noexcept;

// The smallest strides that any chip takes; 0 for a format that has no rule.
uint32_t least_width_stride(acldvppPixelFormat format, uint32_t width, Unit unit) noexcept;
uint32_t least_height_stride(acldvppPixelFormat format, uint32_t height, Unit unit) noexcept;

// Throws Failure{100000} that names the rule and the value unless all holds: a format that the unit
// takes, sizes within its limits, strides, a buffer that is big enough, device memory that has it.
void require_picture(const PictureFields &picture, Unit unit, const char *name);

// That as many bytes of device memory are there. Throws Failure{100000}.
void require_device_memory(const void *address, uint64_t size, const char *name);

// The same memory as work on pixels sees it; odd sizes of halved chroma are rounded down. The
// picture was required before.
media::Picture view_of(const PictureFields &picture) noexcept;

}  // namespace ascendcl::host::dvpp
