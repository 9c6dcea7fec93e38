// Turning is done here; interleaving, splitting and thinning out by the library for pixels.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/planes.h"

#include <cstddef>
#include <string>

#include "host/dvpp/media_library.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

struct Size {
    uint32_t width;
    uint32_t height;
};

// Of one plane: chroma of odd sides is rounded up.
Size size_of_plane(const media::Planes &planes, size_t plane) noexcept {
    if (plane == 0) return {planes.width, planes.height};
    const auto part = [](uint32_t count, uint32_t shift) {
        return (count + (1U << shift) - 1) >> shift;
    };
    return {part(planes.width, planes.shift_x), part(planes.height, planes.shift_y)};
}

void allocate(OwnPlanes &own) {
    for (size_t i = 0; i < (own.planes.is_gray ? 1U : 3U); ++i) {
        const Size size = size_of_plane(own.planes, i);
        own.memory[i].resize(size_t{size.width} * size.height);
        own.planes.data[i] = own.memory[i].data();
        own.planes.strides[i] = size.width;
    }
}

// Of EXIF's numbers: 2, 4 mirror, 3 turns by 180 degrees, and from 5 on columns become rows.
void turn(const uint8_t *from, size_t stride, const Size &stored, uint8_t orientation,
          uint8_t *to) noexcept {
    const bool swaps = orientation >= 5;
    const bool from_right =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const uint32_t width = swaps ? stored.height : stored.width;
    const uint32_t height = swaps ? stored.width : stored.height;
    for (uint32_t y = 0; y < height; ++y) {
        for (uint32_t x = 0; x < width; ++x) {
            const uint32_t column = swaps ? y : x;
            const uint32_t row = swaps ? x : y;
            const size_t stored_column = from_right ? stored.width - 1 - column : column;
            const size_t stored_row = from_below ? stored.height - 1 - row : row;
            to[size_t{y} * width + x] = from[stored_row * stride + stored_column];
        }
    }
}

}  // namespace

media::Planes planes_of(const ascendclFrame &frame) {
    media::Planes planes{};
    planes.width = frame.width;
    planes.height = frame.height;
    for (size_t i = 0; i < 3; ++i) {
        planes.data[i] = const_cast<uint8_t *>(frame.data[i]);  // a source: it is read alone
        planes.strides[i] = frame.stride[i];
    }
    switch (frame.planes) {
        case ASCENDCL_PLANES_GRAY:
            planes.is_gray = true;
            return planes;
        case ASCENDCL_PLANES_420:
            planes.shift_x = planes.shift_y = 1;
            return planes;
        case ASCENDCL_PLANES_422:
            planes.shift_x = 1;
            return planes;
        case ASCENDCL_PLANES_440:
            planes.shift_y = 1;
            return planes;
        case ASCENDCL_PLANES_444:
            return planes;
        case ASCENDCL_PLANES_411:
            planes.shift_x = 2;
            return planes;
        case ASCENDCL_PLANES_RGB:
        case ASCENDCL_PLANES_RGBA:
            break;
    }
    throw Failure{ACL_ERROR_FAILURE, "the codec gave planes of kind " +
                                         std::to_string(static_cast<int>(frame.planes)) +
                                         " where Y, U and V were due"};
}

OwnPlanes upright(const media::Planes &stored, uint8_t orientation) {
    const bool swaps = orientation >= 5;
    OwnPlanes own;
    own.planes = stored;
    if (swaps) {
        own.planes.width = stored.height;
        own.planes.height = stored.width;
        own.planes.shift_x = stored.shift_y;
        own.planes.shift_y = stored.shift_x;
    }
    allocate(own);
    for (size_t i = 0; i < (stored.is_gray ? 1U : 3U); ++i) {
        turn(stored.data[i], stored.strides[i], size_of_plane(stored, i), orientation,
             own.planes.data[i]);
    }
    return own;
}

OwnPlanes planar(const media::Picture &picture) {
    OwnPlanes own;
    own.planes.width = picture.width;
    own.planes.height = picture.height;
    own.planes.shift_x = 1;
    own.planes.shift_y = picture.layout == media::Layout::kSemi420 ? 1 : 0;
    allocate(own);
    pixels().split(picture, own.planes, media::Matrix::kBt601Wide);  // both are YUV
    return own;
}

ascendclFrame frame_of(const OwnPlanes &own) noexcept {
    ascendclFrame frame{};
    frame.planes = own.planes.shift_y != 0 ? ASCENDCL_PLANES_420 : ASCENDCL_PLANES_422;
    frame.width = own.planes.width;
    frame.height = own.planes.height;
    for (size_t i = 0; i < own.memory.size(); ++i) {
        frame.data[i] = own.planes.data[i];
        frame.stride[i] = own.planes.strides[i];
    }
    return frame;
}

}  // namespace ascendcl::host::dvpp
