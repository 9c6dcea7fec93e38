// The picture that a decoder writes: its fields while the work is queued, its strides, its room.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

inline constexpr uint32_t kWidestStride = 128;  // of the chips' decoders: 64 or 128 samples
inline constexpr uint32_t kRowStride = 16;

// A description as it was when the work was submitted. Not counted as one that is alive.
struct PictureFields {
    void *data;
    uint32_t size;
    acldvppPixelFormat format;
    uint32_t width;
    uint32_t height;
    uint32_t width_stride;
    uint32_t height_stride;
};
PictureFields fields_of(const acldvppPicDesc &picture) noexcept;
acldvppPicDesc picture_of(const PictureFields &fields);

// What a decoder tells the program of the picture that it wrote.
void write_back(const acldvppPicDesc &written, acldvppPicDesc &picture) noexcept;

// Rounds the sizes down to what the format's chroma goes with.
void keep_chroma_whole(acldvppPicDesc &picture) noexcept;

// Strides that are 0 become the widest that a chip asks for. Throws Failure{100000} where strides
// are too small, or the buffer is.
void settle_strides(acldvppPicDesc &picture, Unit unit);

}  // namespace ascendcl::host::dvpp
