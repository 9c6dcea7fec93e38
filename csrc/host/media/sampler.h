// Rows of one channel as a scaled result has them, for some of its columns.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/channels.h"

namespace ascendcl::host::media {

constexpr uint32_t kStrip = 512;  // columns at most: what is kept of them fits on the stack

// Where a sample of the result lies between two of the source.
struct Position {
    uint32_t first;
    uint32_t second;
    int16_t weight;  // of the second, of 2048
};

// `size` samples of the source become `result` of them.
struct Axis {
    uint32_t size;
    uint32_t result;
    Interpolation interpolation;

    bool is_scaled() const noexcept { return size != result; }
    Position at(uint32_t index) const noexcept;
};

class Sampler {
   public:
    // The columns [left, left + count) of the area `from` scaled to `width` x `height`.
    Sampler(const Channel &source, const Area &from, uint32_t left, uint32_t count, uint32_t width,
            uint32_t height, Interpolation interpolation) noexcept;

    // Row y of the result, every `step` bytes of `target`.
    void row(uint32_t y, uint8_t *target, size_t step) noexcept;

   private:
    void gather(uint32_t y, uint8_t *target, size_t step) const noexcept;
    const int16_t *sums(uint32_t y) noexcept;
    const uint8_t *source_row(uint32_t y) const noexcept;

    const Channel source_;
    const Area from_;
    const Axis across_;
    const Axis down_;
    const uint32_t left_;
    const uint32_t count_;
    const bool is_gathered_;  // no two samples are mixed
    Position columns_[kStrip];
    // Of the two rows that were mixed last, each with its number.
    uint32_t numbers_[2] = {UINT32_MAX, UINT32_MAX};
    int latest_ = 0;
    int16_t sums_[2][kStrip];
};

}  // namespace ascendcl::host::media
