// A picture as its channels: whatever its layout, each is a grid of samples with a step between
// two.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/media/media.h"

namespace ascendcl::host::media {

struct Channel {
    uint8_t *data;
    size_t stride;  // bytes a row
    size_t step;    // bytes a sample
    uint32_t width;
    uint32_t height;
    uint8_t shift_x;  // 1: half as many samples as the picture has pixels
    uint8_t shift_y;
};

struct Channels {
    Channel channel[4];  // Y, U, V or R, G, B, A
    int count;           // 1, 3 or 4
    bool is_rgb;
};

Channels channels_of(const Picture &picture) noexcept;
Channels channels_of(const Planes &planes) noexcept;

// The samples that pixels of the area touch.
Area samples_in(const Area &area, const Channel &channel) noexcept;

inline uint8_t *row_of(const Channel &channel, size_t y) noexcept {
    return channel.data + y * channel.stride;
}

}  // namespace ascendcl::host::media
