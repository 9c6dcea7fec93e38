// MOV tracking over a kernel's .text.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/kernel_immediates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/engine/lower/numbers.h"

namespace ascendcl::host::engine {
namespace {

constexpr uint32_t kMovOpcode = 0x07;

uint16_t float_to_half(float value) noexcept {
    // Only normal, small values are asked for: round to nearest even on the bits.
    const uint32_t bits = float_to_bits(value);
    const auto exponent = static_cast<int32_t>((bits >> 23) & 0xff) - 112;
    if (exponent <= 0 || exponent >= 31) return 0;
    uint32_t half = ((bits >> 16) & 0x8000u) | (static_cast<uint32_t>(exponent) << 10) |
                    ((bits >> 13) & 0x3ffu);
    const uint32_t rest = bits & 0x1fffu;
    if (rest > 0x1000u || (rest == 0x1000u && (half & 1) != 0)) ++half;
    return static_cast<uint16_t>(half);
}

// The decimal of at most `digits` significant digits nearest to `value`.
float nearest_decimal(float value, int digits) {
    const double magnitude = std::floor(std::log10(static_cast<double>(value)));
    const double unit = std::pow(10.0, magnitude - digits + 1);
    return static_cast<float>(std::round(static_cast<double>(value) / unit) * unit);
}

}  // namespace

KernelImmediates::KernelImmediates(const om::KernelStore &kernels, const om::Node &node) {
    const om::Bytes text = om::text_section(kernels.find(node));
    std::array<uint64_t, 32> registers{};
    for (uint64_t at = 0; text.contains(at, 4); at += 4) {
        const auto word = text.read<uint32_t>(at);
        if (word >> 24 != kMovOpcode) continue;
        const uint32_t lane = (word >> 22) & 3u;
        uint64_t &target = registers[(word >> 17) & 31u];
        const bool keep = (word >> 16) & 1u;
        const uint64_t mask = uint64_t{0xffff} << (16 * lane);
        target = (keep ? target & ~mask : 0) | (uint64_t{word & 0xffffu} << (16 * lane));
        values_.push_back(target);
    }
}

bool KernelImmediates::contains(float value) const {
    const uint64_t full = float_to_bits(value), half = float_to_half(value);
    return std::any_of(values_.begin(), values_.end(), [&](uint64_t loaded) {
        return loaded == full || (half != 0 && loaded == half);
    });
}

std::vector<float> KernelImmediates::decimals(float low, float high) const {
    std::vector<float> found;
    const auto add = [&](float value) {
        if (!(value > low && value < high)) return;
        if (std::find(found.begin(), found.end(), value) == found.end()) found.push_back(value);
    };
    for (const uint64_t loaded : values_) {
        if (loaded <= 0xffff) {
            // Round numbers are addresses and counts more often than fractions.
            const auto bits = static_cast<uint16_t>(loaded);
            if ((bits & 0x0fu) == 0 || (bits & 0x8000u) != 0) continue;
            const float value = half_to_float(bits);
            if (!(value > low && value < high)) continue;
            const float decimal = nearest_decimal(value, 2);
            if (float_to_half(decimal) == bits) add(decimal);
        } else if (loaded <= 0xffffffffu) {
            const float value = bits_to_float(static_cast<uint32_t>(loaded));
            if (!(value > low && value < high)) continue;
            if (nearest_decimal(value, 3) == value) add(value);
        }
    }
    return found;
}

}  // namespace ascendcl::host::engine
