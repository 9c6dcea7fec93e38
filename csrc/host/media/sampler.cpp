// Sums along the rows first, then between two rows: the order, and the bits, are OpenCV's.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/sampler.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ascendcl::host::media {
namespace {

constexpr int kOne = 1 << 11;

bool is_nearest(Interpolation interpolation) noexcept {
    return interpolation == Interpolation::kNearest ||
           interpolation == Interpolation::kNearestTensorflow;
}

// Weighted sums of two columns for each, as mix() takes them.
template <size_t kStep>
void sum(const uint8_t *row, size_t step, const Position *columns, uint32_t count,
         int16_t *sums) noexcept {
    const size_t by = kStep != 0 ? kStep : step;
    for (uint32_t x = 0; x < count; ++x) {
        const Position &at = columns[x];
        const int a = row[at.first * by];
        const int b = row[at.second * by];
        sums[x] = static_cast<int16_t>((a * kOne + (b - a) * at.weight) >> 4);
    }
}

void mix(const int16_t *__restrict first, const int16_t *__restrict second, int weight,
         uint32_t count, uint8_t *__restrict target) noexcept {
    const auto upper = static_cast<int16_t>(kOne - weight);
    const auto lower = static_cast<int16_t>(weight);
    for (uint32_t x = 0; x < count; ++x) {
        const auto a = static_cast<int16_t>((first[x] * upper) >> 16);
        const auto b = static_cast<int16_t>((second[x] * lower) >> 16);
        target[x] = static_cast<uint8_t>((a + b + 2) >> 2);
    }
}

void spread(const uint8_t *line, uint32_t count, uint8_t *target, size_t step) noexcept {
    for (uint32_t x = 0; x < count; ++x) target[x * step] = line[x];
}

}  // namespace

Position Axis::at(uint32_t index) const noexcept {
    if (!is_scaled()) return {index, index, 0};
    const double scale = static_cast<double>(size) / result;
    const uint32_t last = size - 1;
    if (is_nearest(interpolation)) {
        const auto first = std::min(static_cast<uint32_t>(std::floor(index * scale)), last);
        return {first, first, 0};
    }
    const bool is_centred = interpolation == Interpolation::kBilinear;
    const auto exact = static_cast<float>(is_centred ? (index + 0.5) * scale - 0.5 : index * scale);
    const float below = std::floor(exact);
    if (below < 0) return {0, 0, 0};
    const auto first = static_cast<uint32_t>(below);
    if (first >= last) return {last, last, 0};
    return {first, first + 1, static_cast<int16_t>(std::lrint((exact - below) * kOne))};
}

Sampler::Sampler(const Channel &source, const Area &from, uint32_t left, uint32_t count,
                 uint32_t width, uint32_t height, Interpolation interpolation) noexcept
    : source_(source),
      from_(from),
      across_{from.width, width, interpolation},
      down_{from.height, height, interpolation},
      left_(left),
      count_(count),
      is_gathered_(is_nearest(interpolation) || (!across_.is_scaled() && !down_.is_scaled())) {
    if (is_gathered_ && !across_.is_scaled()) return;
    for (uint32_t x = 0; x < count; ++x) columns_[x] = across_.at(left + x);
}

const uint8_t *Sampler::source_row(uint32_t y) const noexcept {
    return row_of(source_, from_.top + y) + from_.left * source_.step;
}

void Sampler::gather(uint32_t y, uint8_t *target, size_t step) const noexcept {
    const uint8_t *const row = source_row(y);
    if (across_.is_scaled()) {
        for (uint32_t x = 0; x < count_; ++x) {
            target[x * step] = row[columns_[x].first * source_.step];
        }
        return;
    }
    const uint8_t *const begin = row + left_ * source_.step;
    if (step == 1 && source_.step == 1) {
        std::memcpy(target, begin, count_);
    } else {
        for (uint32_t x = 0; x < count_; ++x) target[x * step] = begin[x * source_.step];
    }
}

const int16_t *Sampler::sums(uint32_t y) noexcept {
    for (int k = 0; k < 2; ++k) {
        if (numbers_[k] != y) continue;
        latest_ = k;
        return sums_[k];
    }
    latest_ = 1 - latest_;
    numbers_[latest_] = y;
    int16_t *const made = sums_[latest_];
    if (source_.step == 1) {
        sum<1>(source_row(y), 1, columns_, count_, made);
    } else {
        sum<0>(source_row(y), source_.step, columns_, count_, made);
    }
    return made;
}

void Sampler::row(uint32_t y, uint8_t *target, size_t step) noexcept {
    const Position at = down_.at(y);
    if (is_gathered_) return gather(at.first, target, step);
    const int16_t *const upper = sums(at.first);
    const int16_t *const lower = at.weight != 0 ? sums(at.second) : upper;
    if (step == 1) return mix(upper, lower, at.weight, count_, target);
    uint8_t line[kStrip];
    mix(upper, lower, at.weight, count_, line);
    spread(line, count_, target, step);
}

}  // namespace ascendcl::host::media
