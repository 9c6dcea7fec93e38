// The channels of each layout.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/channels.h"

#include <algorithm>

namespace ascendcl::host::media {
namespace {

uint32_t shifted(uint32_t size, int shift) noexcept { return (size + (1U << shift) - 1) >> shift; }

Channel chroma(uint8_t *data, size_t stride, size_t step, uint32_t width, uint32_t height,
               uint8_t shift_x, uint8_t shift_y) noexcept {
    return {data,    stride, step, shifted(width, shift_x), shifted(height, shift_y),
            shift_x, shift_y};
}

Channels semi_planar(const Picture &picture, uint8_t shift_x, uint8_t shift_y) noexcept {
    Channels all{};
    all.count = 3;
    all.channel[0] = {
        picture.planes[0], picture.strides[0], 1, picture.width, picture.height, 0, 0};
    for (int k = 0; k < 2; ++k) {
        all.channel[1 + k] = chroma(picture.planes[1] + picture.order[k], picture.strides[1], 2,
                                    picture.width, picture.height, shift_x, shift_y);
    }
    return all;
}

Channels packed_422(const Picture &picture) noexcept {
    Channels all{};
    all.count = 3;
    // The second of two pixels is two bytes behind the first: Y0 and Y1.
    uint8_t *const first = picture.planes[0];
    all.channel[0] = {
        first + picture.order[0], picture.strides[0], 2, picture.width, picture.height, 0, 0};
    all.channel[1] = chroma(first + picture.order[1], picture.strides[0], 4, picture.width,
                            picture.height, 1, 0);
    all.channel[2] = chroma(first + picture.order[3], picture.strides[0], 4, picture.width,
                            picture.height, 1, 0);
    return all;
}

Channels packed(const Picture &picture, int count, bool is_rgb) noexcept {
    Channels all{};
    all.count = count;
    all.is_rgb = is_rgb;
    for (int k = 0; k < count; ++k) {
        all.channel[k] = {picture.planes[0] + picture.order[k],
                          picture.strides[0],
                          static_cast<size_t>(count),
                          picture.width,
                          picture.height,
                          0,
                          0};
    }
    return all;
}

}  // namespace

Channels channels_of(const Picture &picture) noexcept {
    switch (picture.layout) {
        case Layout::kGray: {
            Channels all{};
            all.count = 1;
            all.channel[0] = {
                picture.planes[0], picture.strides[0], 1, picture.width, picture.height, 0, 0};
            return all;
        }
        case Layout::kSemi420:
            return semi_planar(picture, 1, 1);
        case Layout::kSemi422:
            return semi_planar(picture, 1, 0);
        case Layout::kSemi440:
            return semi_planar(picture, 0, 1);
        case Layout::kSemi444:
            return semi_planar(picture, 0, 0);
        case Layout::kPacked422:
            return packed_422(picture);
        case Layout::kPacked444:
            return packed(picture, 3, false);
        case Layout::kPackedRgb:
            return packed(picture, 3, true);
        case Layout::kPackedArgb:
            return packed(picture, 4, true);
    }
    return {};
}

Channels channels_of(const Planes &planes) noexcept {
    Channels all{};
    all.count = planes.is_gray ? 1 : 3;
    all.channel[0] = {planes.data[0], planes.strides[0], 1, planes.width, planes.height, 0, 0};
    for (int k = 1; k < all.count; ++k) {
        all.channel[k] = chroma(planes.data[k], planes.strides[k], 1, planes.width, planes.height,
                                planes.shift_x, planes.shift_y);
    }
    return all;
}

Area samples_in(const Area &area, const Channel &channel) noexcept {
    const uint32_t left = area.left >> channel.shift_x;
    const uint32_t top = area.top >> channel.shift_y;
    const uint32_t right =
        std::min(shifted(area.left + area.width, channel.shift_x), channel.width);
    const uint32_t bottom =
        std::min(shifted(area.top + area.height, channel.shift_y), channel.height);
    return {left, top, right - left, bottom - top};
}

}  // namespace ascendcl::host::media
