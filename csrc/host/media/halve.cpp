// The filter down the rows first, then along each.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/halve.h"

#include <algorithm>
#include <cstdlib>

namespace ascendcl::host::media {
namespace {

constexpr int kKernel[5] = {1, 4, 6, 4, 1};

uint32_t mirrored(int64_t at, uint32_t size) noexcept {
    const int64_t last = int64_t{size} - 1;
    at = std::abs(at);
    if (at > last) at = 2 * last - at;
    return static_cast<uint32_t>(std::clamp<int64_t>(at, 0, last));
}

}  // namespace

void halve(const Channel &source, const Channel &target) noexcept {
    int32_t sums[kMostColumns];
    const uint32_t width = std::min(source.width, kMostColumns);
    for (uint32_t y = 0; y < target.height; ++y) {
        std::fill_n(sums, width, 0);
        for (int k = 0; k < 5; ++k) {
            const uint8_t *row = row_of(source, mirrored(2 * int64_t{y} + k - 2, source.height));
            for (uint32_t x = 0; x < width; ++x) sums[x] += kKernel[k] * row[x * source.step];
        }
        uint8_t *out = row_of(target, y);
        for (uint32_t x = 0; x < target.width; ++x) {
            int32_t sum = 128;
            for (int k = 0; k < 5; ++k) {
                sum += kKernel[k] * sums[mirrored(2 * int64_t{x} + k - 2, width)];
            }
            out[x * target.step] = static_cast<uint8_t>(sum >> 8);
        }
    }
}

}  // namespace ascendcl::host::media
