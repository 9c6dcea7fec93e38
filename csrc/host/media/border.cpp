// Row by row: first left and right of the inside, then the rows above and below it.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/border.h"

#include <algorithm>

namespace ascendcl::host::media {
namespace {

// Which of `size` samples stands for one that is so far from the first (below 0 or from size on).
uint32_t stand_in(int64_t at, uint32_t size, Border border) noexcept {
    const auto count = static_cast<int64_t>(size);
    if (border == Border::kReplicate || count == 1) {
        return static_cast<uint32_t>(std::clamp<int64_t>(at, 0, count - 1));
    }
    const int64_t period = border == Border::kReflect ? 2 * count : 2 * (count - 1);
    at %= period;
    if (at < 0) at += period;
    if (at >= count) at = (border == Border::kReflect ? period - 1 : period) - at;
    return static_cast<uint32_t>(at);
}

void draw(const Channel &channel, const Area &inside, Border border, uint8_t value) noexcept {
    const size_t step = channel.step;
    const auto sample = [&](uint32_t x, uint32_t y) -> uint8_t & {
        return row_of(channel, y)[x * step];
    };
    const auto draw_side = [&](uint32_t y, uint32_t first, uint32_t end) {
        for (uint32_t x = first; x < end; ++x) {
            sample(x, y) =
                border == Border::kConstant
                    ? value
                    : sample(inside.left + stand_in(int64_t{x} - inside.left, inside.width, border),
                             y);
        }
    };
    const uint32_t right = inside.left + inside.width;
    const uint32_t bottom = inside.top + inside.height;
    for (uint32_t y = inside.top; y < bottom; ++y) {
        draw_side(y, 0, inside.left);
        draw_side(y, right, channel.width);
    }
    for (uint32_t y = 0; y < channel.height; ++y) {
        if (y == inside.top) y = bottom;
        if (y >= channel.height) break;
        const uint32_t like = inside.top + stand_in(int64_t{y} - inside.top, inside.height, border);
        for (uint32_t x = 0; x < channel.width; ++x) {
            sample(x, y) = border == Border::kConstant ? value : sample(x, like);
        }
    }
}

}  // namespace

void draw_border(const Channels &target, const Area &inside, Border border,
                 const uint8_t (&value)[4]) noexcept {
    for (int k = 0; k < target.count; ++k) {
        const Channel &channel = target.channel[k];
        draw(channel, samples_in(inside, channel), border, value[k]);
    }
}

}  // namespace ascendcl::host::media
