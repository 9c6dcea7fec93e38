// Where both are YUV or both RGB, channel by channel; else in bands of a few rows, which are
// scaled, converted and then written.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/place.h"

#include <algorithm>
#include <cstring>

#include "host/media/colour.h"
#include "host/media/resample.h"

namespace ascendcl::host::media {
namespace {

constexpr uint8_t kNeutral = 128;  // chroma of gray
constexpr uint8_t kOpaque = 255;   // ours: of pictures that have no alpha

// Two rows, so that chroma of half the height can be averaged, of so many pixels.
constexpr uint32_t kBandRows = 2;
constexpr uint32_t kBandWidth = 1024;

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
            resample(in, samples_in(from, in), out, there,
                     k == 0 ? interpolation : between(from, to, in, out, interpolation));
        }
    }
}

// A few rows of three channels at the resolution of pixels.
struct Band {
    uint8_t samples[3][kBandRows][kBandWidth];

    Channel channel(int k, uint32_t width, uint32_t height) noexcept {
        return {samples[k][0], kBandWidth, 1, width, height, 0, 0};
    }
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

// Of all three channels, the pixels [x, x + width) of rows [y, y + height) of a result of `size`.
void read(const Channels &source, const Area &from, const Area &size, const Area &part,
          Interpolation interpolation, Band &band) noexcept {
    for (int k = 0; k < 3; ++k) {
        const Channel to = band.channel(k, part.width, part.height);
        const Area whole = {0, 0, part.width, part.height};
        if (k >= source.count) {
            fill(to, whole, kNeutral);
            continue;
        }
        const Channel &in = source.channel[k];
        const Interpolation by =
            k == 0 ? interpolation : between(from, size, in, to, interpolation);
        resample_part(in, samples_in(from, in), to, part, size.width, size.height, by);
    }
}

}  // namespace

void place(const Channels &source, const Area &from, const Channels &target, const Area &to,
           Interpolation interpolation, Matrix matrix) noexcept {
    if (source.is_rgb == target.is_rgb) {
        return channel_by_channel(source, from, target, to, interpolation);
    }
    Band band;
    for (uint32_t y = 0; y < to.height;) {
        // A band never divides a sample of chroma, nor does a part of it.
        const uint32_t rows = std::min(kBandRows - (to.top + y) % kBandRows, to.height - y);
        for (uint32_t x = 0; x < to.width;) {
            const uint32_t columns = std::min(kBandWidth - (to.left + x) % 2, to.width - x);
            read(source, from, to, {x, y, columns, rows}, interpolation, band);
            for (uint32_t i = 0; i < rows; ++i) {
                const auto convert = target.is_rgb ? to_rgb : to_yuv;
                convert(matrix, band.samples[0][i], band.samples[1][i], band.samples[2][i],
                        columns);
            }
            write(band, target, {to.left + x, to.top + y, columns, rows});
            x += columns;
        }
        y += rows;
    }
}

}  // namespace ascendcl::host::media
