// Planes of what is decoded, or to be encoded: of JPEG and of video.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ascendcl/codec.h"
#include "host/media/media.h"

namespace ascendcl::host::dvpp {

// The codec's memory. Throws Failure{500001} for planes of RGB.
media::Planes planes_of(const ascendclFrame &frame);

struct OwnPlanes {
    OwnPlanes() = default;
    OwnPlanes(OwnPlanes &&) = default;  // no copies: `planes` points into `memory`

    media::Planes planes{};
    std::array<std::vector<uint8_t>, 3> memory;
};

// As the picture is to be looked at, by an orientation of EXIF (1 to 8). Chroma is turned sample by
// sample.
OwnPlanes upright(const media::Planes &stored, uint8_t orientation);

// Y, U and V of a picture of 4:2:0 or 4:2:2.
OwnPlanes planar(const media::Picture &picture);

// The same for a codec, while `own` lives.
ascendclFrame frame_of(const OwnPlanes &own) noexcept;

}  // namespace ascendcl::host::dvpp
