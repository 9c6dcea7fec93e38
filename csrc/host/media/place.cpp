// Where both are YUV or both RGB, channel by channel; else in bands of a few rows, which are
// scaled, converted and then written.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/place.h"

#include <algorithm>
#include <cstring>

#include "host/media/colour.h"
#include "host/media/sampler.h"

namespace ascendcl::host::media {
namespace {

constexpr uint8_t kNeutral = 128;  // chroma of gray
constexpr uint8_t kOpaque = 255;   // ours: of pictures that have no alpha

// Two rows, so that chroma of half the height can be averaged.
constexpr uint32_t kBandRows = 2;

void fill(const Channel &target, const Area &to, uint8_t value) noexcept {
    for (uint32_t y = 0; y < to.height; ++y) {
        uint8_t *row = row_of(target, to.top + y) + to.left * target.step;
        if (target.step == 1) {
            std::memset(row, value, to.width);
        } else {
            for (uint32_t x = 0; x < to.width; ++x) row[x * target.step] = value;
        }
    }
}

// Of chroma at other places: repeated where nothing else is scaled, as conversions do.
Interpolation between(const Area &from, const Area &to, const Channel &source,
                      const Channel &target, Interpolation asked) noexcept {
    const bool is_finer = source.shift_x > target.shift_x || source.shift_y > target.shift_y;
    const bool is_scaled = from.width != to.width || from.height != to.height;
    return is_finer && !is_scaled ? Interpolation::kNearest : asked;
}

void scale(const Channel &source, const Area &from, const Channel &target, const Area &to,
           Interpolation interpolation) noexcept {
    for (uint32_t left = 0; left < to.width; left += kStrip) {
        const uint32_t count = std::min(kStrip, to.width - left);
        Sampler sampler(source, from, left, count, to.width, to.height, interpolation);
        for (uint32_t y = 0; y < to.height; ++y) {
            uint8_t *row = row_of(target, to.top + y) + (to.left + left) * target.step;
            sampler.row(y, row, target.step);
        }
    }
}

void channel_by_channel(const Channels &source, const Area &from, const Channels &target,
                        const Area &to, Interpolation interpolation) noexcept {
    const bool is_scaled = from.width != to.width || from.height != to.height;
    for (int k = 0; k < target.count; ++k) {
        const Channel &out = target.channel[k];
        const Area there = samples_in(to, out);
        if (k == 3 && (source.count < 4 || is_scaled)) {
            // As documented for 32-bit pictures: scaling sets alpha to 0.
            fill(out, there, source.count < 4 ? kOpaque : 0);
        } else if (k >= source.count) {
            fill(out, there, kNeutral);
        } else {
            const Channel &in = source.channel[k];
            scale(in, samples_in(from, in), out, there,
                  k == 0 ? interpolation : between(from, to, in, out, interpolation));
        }
    }
}

// Two rows of three channels at the resolution of pixels.
struct Band {
    uint8_t samples[3][kBandRows][kStrip];
};

// Averages of what lies in the area, for each sample of the target that it touches.
void write_averages(Band &band, int k, const Channel &target, const Area &area) noexcept {
    const Area there = samples_in(area, target);
    const uint32_t side_x = 1U << target.shift_x;
    const uint32_t side_y = 1U << target.shift_y;
    for (uint32_t y = there.top; y < there.top + there.height; ++y) {
        const uint32_t top = std::max(y * side_y, area.top) - area.top;
        const uint32_t bottom = std::min((y + 1) * side_y - area.top, area.height);
        uint8_t *row = row_of(target, y);
        for (uint32_t x = there.left; x < there.left + there.width; ++x) {
            const uint32_t left = std::max(x * side_x, area.left) - area.left;
            const uint32_t right = std::min((x + 1) * side_x - area.left, area.width);
            uint32_t sum = 0;
            for (uint32_t i = top; i < bottom; ++i) {
                for (uint32_t j = left; j < right; ++j) sum += band.samples[k][i][j];
            }
            const uint32_t count = (bottom - top) * (right - left);
            row[x * target.step] = static_cast<uint8_t>((sum + count / 2) / count);
        }
    }
}

void write_samples(Band &band, int k, const Channel &target, const Area &area) noexcept {
    for (uint32_t y = 0; y < area.height; ++y) {
        uint8_t *row = row_of(target, area.top + y) + area.left * target.step;
        const uint8_t *line = band.samples[k][y];
        for (uint32_t x = 0; x < area.width; ++x) row[x * target.step] = line[x];
    }
}

void write(Band &band, const Channels &target, const Area &area) noexcept {
    for (int k = 0; k < std::min(target.count, 3); ++k) {
        const Channel &out = target.channel[k];
        if (out.shift_x != 0 || out.shift_y != 0) {
            write_averages(band, k, out, area);
        } else {
            write_samples(band, k, out, area);
        }
    }
    if (target.count == 4) fill(target.channel[3], area, kOpaque);
}

}  // namespace

void place(const Channels &source, const Area &from, const Channels &target, const Area &to,
           Interpolation interpolation, Matrix matrix) noexcept {
    if (source.is_rgb == target.is_rgb) {
        return channel_by_channel(source, from, target, to, interpolation);
    }
    const Channel pixel{};  // at the resolution of pixels
    for (uint32_t x = 0; x < to.width;) {
        // Neither a strip nor a band divides a sample of chroma.
        const uint32_t columns = std::min(kStrip - (to.left + x) % 2, to.width - x);
        const auto sampler_of = [&](int k) {
            const Channel &in = source.channel[std::min(k, source.count - 1)];
            const Interpolation by =
                k == 0 ? interpolation : between(from, to, in, pixel, interpolation);
            return Sampler(in, samples_in(from, in), x, columns, to.width, to.height, by);
        };
        Sampler samplers[3] = {sampler_of(0), sampler_of(1), sampler_of(2)};
        Band band;
        for (uint32_t y = 0; y < to.height;) {
            const uint32_t rows = std::min(kBandRows - (to.top + y) % kBandRows, to.height - y);
            for (uint32_t i = 0; i < rows; ++i) {
                uint8_t *const lines[3] = {band.samples[0][i], band.samples[1][i],
                                           band.samples[2][i]};
                for (int k = 0; k < 3; ++k) {
                    if (k < source.count) {
                        samplers[k].row(y + i, lines[k], 1);
                    } else {
                        std::memset(lines[k], kNeutral, columns);
                    }
                }
                const auto convert = target.is_rgb ? to_rgb : to_yuv;
                convert(matrix, lines[0], lines[1], lines[2], columns);
            }
            write(band, target, {to.left + x, to.top + y, columns, rows});
            y += rows;
        }
        x += columns;
    }
}

}  // namespace ascendcl::host::media
