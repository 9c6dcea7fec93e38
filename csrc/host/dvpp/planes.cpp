// Turning, thinning out, interleaving and splitting: what JPEG asks of pixels besides the codec.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/planes.h"

#include <cstring>
#include <string>

#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uint8_t kNoColour = 128;

uint32_t parts_of(uint32_t count, uint32_t factor) noexcept {
    return (count + factor - 1) / factor;
}

// The plane as it is to be looked at. Of EXIF's numbers: 2, 4 mirror, 3 turns by 180 degrees, and
// from 5 on columns become rows.
std::vector<uint8_t> turned(const Plane &from, uint8_t orientation) {
    const bool swaps = orientation >= 5;
    const bool from_right =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_below =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const uint32_t width = swaps ? from.height : from.width;
    const uint32_t height = swaps ? from.width : from.height;
    std::vector<uint8_t> to(size_t{width} * height);
    for (uint32_t y = 0; y < height; ++y) {
        for (uint32_t x = 0; x < width; ++x) {
            const uint32_t column = swaps ? y : x;
            const uint32_t row = swaps ? x : y;
            const size_t stored_column = from_right ? from.width - 1 - column : column;
            const size_t stored_row = from_below ? from.height - 1 - row : row;
            to[size_t{y} * width + x] = from.data[stored_row * from.stride + stored_column];
        }
    }
    return to;
}

template <uint32_t kAcross, uint32_t kDown>
uint8_t mean_at(const uint8_t *at, size_t stride) noexcept {
    constexpr uint32_t kCount = kAcross * kDown;
    uint32_t sum = kCount / 2;
    for (uint32_t y = 0; y < kDown; ++y) {
        for (uint32_t x = 0; x < kAcross; ++x) sum += at[y * stride + x];
    }
    return static_cast<uint8_t>(sum / kCount);
}

// Rows of pairs of means.
template <uint32_t kAcross, uint32_t kDown>
void interleave(const Planes &source, const media::Picture &target, uint32_t columns,
                uint32_t rows) noexcept {
    const Plane &u = source.planes[1];
    const Plane &v = source.planes[2];
    const size_t u_at = target.order[0];
    const size_t v_at = target.order[1];
    for (uint32_t row = 0; row < rows; ++row) {
        const uint8_t *const u_row = u.data + size_t{row} * kDown * u.stride;
        const uint8_t *const v_row = v.data + size_t{row} * kDown * v.stride;
        uint8_t *const to = target.planes[1] + size_t{row} * target.strides[1];
        for (size_t i = 0; i < columns; ++i) {
            to[2 * i + u_at] = mean_at<kAcross, kDown>(u_row + i * kAcross, u.stride);
            to[2 * i + v_at] = mean_at<kAcross, kDown>(v_row + i * kAcross, v.stride);
        }
    }
}

// A copy of every `step`-th byte of rows, from `first` on.
void gather(Planes &planes, size_t index, const uint8_t *from, size_t stride, size_t first,
            size_t step, uint32_t width, uint32_t height) {
    std::vector<uint8_t> &to = planes.owned[index];
    to.resize(size_t{width} * height);
    for (size_t row = 0; row < height; ++row) {
        const uint8_t *const from_row = from + row * stride + first;
        uint8_t *const to_row = to.data() + row * width;
        for (size_t i = 0; i < width; ++i) to_row[i] = from_row[i * step];
    }
    planes.planes[index] = {to.data(), width, width, height};
}

Subsampling subsampling_of(ascendclPlanes planes) {
    switch (planes) {
        case ASCENDCL_PLANES_GRAY:
            return {0, 0};
        case ASCENDCL_PLANES_420:
            return {2, 2};
        case ASCENDCL_PLANES_422:
            return {2, 1};
        case ASCENDCL_PLANES_440:
            return {1, 2};
        case ASCENDCL_PLANES_444:
            return {1, 1};
        case ASCENDCL_PLANES_411:
            return {4, 1};
        case ASCENDCL_PLANES_RGB:
        case ASCENDCL_PLANES_RGBA:
            break;
    }
    throw Failure{ACL_ERROR_FAILURE, "the codec gave planes of kind " +
                                         std::to_string(static_cast<int>(planes)) +
                                         " where Y, U and V were due"};
}

}  // namespace

Subsampling subsampling_of(media::Layout layout) noexcept {
    switch (layout) {
        case media::Layout::kSemi420:
            return {2, 2};
        case media::Layout::kSemi422:
        case media::Layout::kPacked422:
            return {2, 1};
        case media::Layout::kSemi440:
            return {1, 2};
        case media::Layout::kSemi444:
            return {1, 1};
        default:
            return {0, 0};
    }
}

Subsampling subsampling_of(acldvppPixelFormat format) noexcept {
    switch (format) {
        case PIXEL_FORMAT_YUV_SEMIPLANAR_420:
        case PIXEL_FORMAT_YVU_SEMIPLANAR_420:
            return {2, 2};
        case PIXEL_FORMAT_YUV_SEMIPLANAR_422:
        case PIXEL_FORMAT_YVU_SEMIPLANAR_422:
            return {2, 1};
        case PIXEL_FORMAT_YUV_SEMIPLANAR_440:
        case PIXEL_FORMAT_YVU_SEMIPLANAR_440:
            return {1, 2};
        case PIXEL_FORMAT_YUV_SEMIPLANAR_444:
        case PIXEL_FORMAT_YVU_SEMIPLANAR_444:
            return {1, 1};
        default:
            return {0, 0};
    }
}

Planes planes_of(const ascendclFrame &frame) {
    Planes planes{};
    planes.width = frame.width;
    planes.height = frame.height;
    planes.chroma = subsampling_of(frame.planes);
    planes.planes[0] = {frame.data[0], frame.stride[0], frame.width, frame.height};
    if (planes.chroma.across == 0) return planes;
    for (size_t i = 1; i < 3; ++i) {
        planes.planes[i] = {frame.data[i], frame.stride[i],
                            parts_of(frame.width, planes.chroma.across),
                            parts_of(frame.height, planes.chroma.down)};
    }
    return planes;
}

Planes upright(const Planes &stored, uint8_t orientation) {
    Planes planes{};
    const bool swaps = orientation >= 5;
    planes.width = swaps ? stored.height : stored.width;
    planes.height = swaps ? stored.width : stored.height;
    planes.chroma = swaps ? Subsampling{stored.chroma.down, stored.chroma.across} : stored.chroma;
    for (size_t i = 0; i < 3; ++i) {
        const Plane &from = stored.planes[i];
        if (from.data == nullptr) continue;
        planes.owned[i] = turned(from, orientation);
        const uint32_t width = swaps ? from.height : from.width;
        const uint32_t height = swaps ? from.width : from.height;
        planes.planes[i] = {planes.owned[i].data(), width, width, height};
    }
    return planes;
}

void write_semi_planar(const Planes &source, const media::Picture &target) noexcept {
    for (size_t row = 0; row < target.height; ++row) {
        std::memcpy(target.planes[0] + row * target.strides[0],
                    source.planes[0].data + row * source.planes[0].stride, target.width);
    }
    const Subsampling wanted = subsampling_of(target.layout);
    if (wanted.across == 0) return;
    const uint32_t columns = target.width / wanted.across;
    const uint32_t rows = target.height / wanted.down;
    if (source.chroma.across == 0) {
        for (size_t row = 0; row < rows; ++row) {
            std::memset(target.planes[1] + row * target.strides[1], kNoColour, size_t{2} * columns);
        }
        return;
    }
    const bool is_thinner_across = wanted.across > source.chroma.across;
    const bool is_thinner_down = wanted.down > source.chroma.down;
    if (is_thinner_across && is_thinner_down) {
        interleave<2, 2>(source, target, columns, rows);
    } else if (is_thinner_across) {
        interleave<2, 1>(source, target, columns, rows);
    } else if (is_thinner_down) {
        interleave<1, 2>(source, target, columns, rows);
    } else {
        interleave<1, 1>(source, target, columns, rows);
    }
}

Planes planar(const media::Picture &picture) {
    Planes planes{};
    planes.width = picture.width;
    planes.height = picture.height;
    planes.chroma = subsampling_of(picture.layout);
    const uint8_t *const first = picture.planes[0];
    const size_t stride = picture.strides[0];
    const uint32_t columns = picture.width / planes.chroma.across;
    const uint32_t rows = picture.height / planes.chroma.down;
    if (picture.layout == media::Layout::kPacked422) {
        // Both Y of four bytes are two apart.
        const size_t first_y = picture.order[0];
        gather(planes, 0, first, stride, first_y, 2, picture.width, picture.height);
        gather(planes, 1, first, stride, picture.order[1], 4, columns, rows);
        gather(planes, 2, first, stride, picture.order[3], 4, columns, rows);
        return planes;
    }
    planes.planes[0] = {first, stride, picture.width, picture.height};
    gather(planes, 1, picture.planes[1], picture.strides[1], picture.order[0], 2, columns, rows);
    gather(planes, 2, picture.planes[1], picture.strides[1], picture.order[1], 2, columns, rows);
    return planes;
}

}  // namespace ascendcl::host::dvpp
