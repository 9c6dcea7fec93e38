// Columns are done in strips, so that positions, weights and two rows of sums fit on the stack.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ascendcl::host::media {
namespace {

constexpr int kWeightBits = 11;
constexpr int kOne = 1 << kWeightBits;
constexpr uint32_t kStrip = 512;

// Where a sample of the result lies between two of the source.
struct Position {
    uint32_t first;
    uint32_t second;
    int16_t weight;  // of the second, of kOne
};

Position position(uint32_t at, uint32_t size, double scale, Interpolation interpolation) noexcept {
    const uint32_t last = size - 1;
    switch (interpolation) {
        case Interpolation::kNearest:
        case Interpolation::kNearestTensorflow: {
            const auto first = std::min(static_cast<uint32_t>(std::floor(at * scale)), last);
            return {first, first, 0};
        }
        case Interpolation::kBilinear:
        case Interpolation::kBilinearTensorflow:
            break;
    }
    const bool is_centred = interpolation == Interpolation::kBilinear;
    const auto exact = static_cast<float>(is_centred ? (at + 0.5) * scale - 0.5 : at * scale);
    const float below = std::floor(exact);
    if (below < 0) return {0, 0, 0};
    const auto first = static_cast<uint32_t>(below);
    if (first >= last) return {last, last, 0};
    return {first, first + 1, static_cast<int16_t>(std::lrint((exact - below) * kOne))};
}

// Weighted sums of two columns for each of `count`, as vertical() takes them.
template <size_t kStep>
void horizontal(const uint8_t *row, size_t step, const Position *columns, uint32_t count,
                int16_t *sums) noexcept {
    const size_t by = kStep != 0 ? kStep : step;
    for (uint32_t x = 0; x < count; ++x) {
        const Position &at = columns[x];
        const int a = row[at.first * by];
        const int b = row[at.second * by];
        sums[x] = static_cast<int16_t>((a * kOne + (b - a) * at.weight) >> 4);
    }
}

void vertical(const int16_t *__restrict first, const int16_t *__restrict second, int weight,
              uint32_t count, uint8_t *__restrict target) noexcept {
    const auto upper = static_cast<int16_t>(kOne - weight);
    const auto lower = static_cast<int16_t>(weight);
    for (uint32_t x = 0; x < count; ++x) {
        const auto a = static_cast<int16_t>((first[x] * upper) >> 16);
        const auto b = static_cast<int16_t>((second[x] * lower) >> 16);
        target[x] = static_cast<uint8_t>((a + b + 2) >> 2);
    }
}

void scatter(const uint8_t *line, uint32_t count, uint8_t *target, size_t step) noexcept {
    for (uint32_t x = 0; x < count; ++x) target[x * step] = line[x];
}

// Rows of sums, made once for each row of the source as the result goes down.
class Rows {
   public:
    Rows(const Channel &source, const Area &from, const Position *columns, uint32_t count) noexcept
        : source_(source), from_(from), columns_(columns), count_(count) {}

    const int16_t *get(uint32_t y) noexcept {
        for (int k = 0; k < 2; ++k) {
            if (numbers_[k] == y) return use(k);
        }
        const int k = 1 - latest_;
        const uint8_t *row = row_of(source_, from_.top + y) + from_.left * source_.step;
        if (source_.step == 1) {
            horizontal<1>(row, 1, columns_, count_, sums_[k]);
        } else {
            horizontal<0>(row, source_.step, columns_, count_, sums_[k]);
        }
        numbers_[k] = y;
        return use(k);
    }

   private:
    const int16_t *use(int k) noexcept {
        latest_ = k;
        return sums_[k];
    }

    const Channel &source_;
    const Area &from_;
    const Position *const columns_;
    const uint32_t count_;
    int latest_ = 0;
    uint32_t numbers_[2] = {UINT32_MAX, UINT32_MAX};
    int16_t sums_[2][kStrip];
};

void copy(const Channel &source, const Area &from, const Channel &target, const Area &to) noexcept {
    for (uint32_t y = 0; y < to.height; ++y) {
        const uint8_t *row = row_of(source, from.top + y) + from.left * source.step;
        uint8_t *line = row_of(target, to.top + y) + to.left * target.step;
        if (source.step == 1 && target.step == 1) {
            std::memcpy(line, row, to.width);
        } else {
            for (uint32_t x = 0; x < to.width; ++x) line[x * target.step] = row[x * source.step];
        }
    }
}

// Samples `part` of a result of `width` x `height`, to `to`, which is as large as the part.
void scale(const Channel &source, const Area &from, const Channel &target, const Area &to,
           const Area &part, uint32_t width, uint32_t height,
           Interpolation interpolation) noexcept {
    const double scale_x = static_cast<double>(from.width) / width;
    const double scale_y = static_cast<double>(from.height) / height;
    Position columns[kStrip];
    for (uint32_t left = 0; left < to.width; left += kStrip) {
        const uint32_t count = std::min(kStrip, to.width - left);
        for (uint32_t x = 0; x < count; ++x) {
            columns[x] = position(part.left + left + x, from.width, scale_x, interpolation);
        }
        Rows rows(source, from, columns, count);
        uint8_t line[kStrip];
        for (uint32_t y = 0; y < to.height; ++y) {
            const Position row = position(part.top + y, from.height, scale_y, interpolation);
            const int16_t *upper = rows.get(row.first);
            const int16_t *lower = row.weight != 0 ? rows.get(row.second) : upper;
            uint8_t *out = row_of(target, to.top + y) + (to.left + left) * target.step;
            if (target.step == 1) {
                vertical(upper, lower, row.weight, count, out);
            } else {
                vertical(upper, lower, row.weight, count, line);
                scatter(line, count, out, target.step);
            }
        }
    }
}

}  // namespace

void resample(const Channel &source, const Area &from, const Channel &target, const Area &to,
              Interpolation interpolation) noexcept {
    if (from.width == to.width && from.height == to.height) return copy(source, from, target, to);
    const Area whole = {0, 0, to.width, to.height};
    scale(source, from, target, to, whole, to.width, to.height, interpolation);
}

void resample_part(const Channel &source, const Area &from, const Channel &target, const Area &part,
                   uint32_t width, uint32_t height, Interpolation interpolation) noexcept {
    const Area to = {0, 0, part.width, part.height};
    if (from.width == width && from.height == height) {
        const Area same = {from.left + part.left, from.top + part.top, part.width, part.height};
        return copy(source, same, target, to);
    }
    scale(source, from, target, to, part, width, height, interpolation);
}

}  // namespace ascendcl::host::media
