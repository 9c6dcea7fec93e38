// Planes of a decoded or to be encoded JPEG, and the semi-planar pictures of the documented
// formats.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"
#include "host/media/media.h"

namespace ascendcl::host::dvpp {

// How many samples of luma one of chroma stands for; 0 where there is no chroma.
struct Subsampling {
    uint32_t across;
    uint32_t down;
};

struct Plane {
    const uint8_t *data;
    size_t stride;  // bytes a row
    uint32_t width;
    uint32_t height;
};

struct Planes {
    uint32_t width;
    uint32_t height;
    Subsampling chroma;
    std::array<Plane, 3> planes;                // Y, U, V
    std::array<std::vector<uint8_t>, 3> owned;  // where they are no codec's
};

// Throws Failure{500001} for planes of RGB.
Planes planes_of(const ascendclFrame &frame);

// As the picture is to be looked at, by an orientation of EXIF (1 to 8). Chroma is turned sample by
// sample.
Planes upright(const Planes &stored, uint8_t orientation);

// Of a gray or semi-planar picture; none of packed 4:4:4 and RGB.
Subsampling subsampling_of(media::Layout layout) noexcept;
Subsampling subsampling_of(acldvppPixelFormat format) noexcept;

// Writes the picture's upper left part of the target's size. Chroma that the target has fewer of is
// the mean of what it stands for; chroma of gray is 128. The target is gray, or its subsampling is
// a multiple of the source's, and it is no larger.
void write_semi_planar(const Planes &source, const media::Picture &target) noexcept;

// What an encoder takes: semi-planar 4:2:0 keeps its luma where it is, packed 4:2:2 is copied.
Planes planar(const media::Picture &picture);

}  // namespace ascendcl::host::dvpp
