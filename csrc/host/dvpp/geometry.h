// How a picture of a documented format lies in memory, and the rules for its sizes and strides: one
// table, which the checks, the conversions and docs/media.md come from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "acl/acl.h"
#include "host/dvpp/objects.h"
#include "host/media/media.h"

namespace ascendcl::host::dvpp {

enum class Unit { kVpcInput, kVpcOutput, kJpegDecoder, kJpegEncoder, kPngDecoder, kVideo };

// "PIXEL_FORMAT_YUV_SEMIPLANAR_420", or a number where there is none.
std::string name_of(acldvppPixelFormat format);

// Bytes of a picture of these strides; 0 for a format that has no rule.
uint64_t size_of(acldvppPixelFormat format, uint64_t width_stride, uint64_t height_stride) noexcept;

// The smallest strides that are allowed.
uint32_t least_width_stride(acldvppPixelFormat format, uint32_t width, Unit unit) noexcept;
uint32_t least_height_stride(acldvppPixelFormat format, uint32_t height, Unit unit) noexcept;

// Throws Failure{100000} that names the rule and the value unless all holds: a format that the unit
// takes, sizes within its limits, strides, a buffer that is big enough, device memory.
void require_picture(const acldvppPicDesc &picture, Unit unit, const char *name);

// The same memory as work on pixels sees it. The picture was required before.
media::Picture view_of(const acldvppPicDesc &picture);

}  // namespace ascendcl::host::dvpp
