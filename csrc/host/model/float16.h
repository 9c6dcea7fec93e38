// Floats of 16 bits out of wider numbers, rounded once: half to even.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

namespace ascendcl::host::model {

inline constexpr double kLargestFloat16 = 65504;

inline uint16_t float16_bits(double value) noexcept {
    const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
    const double magnitude = std::fabs(value);
    if (std::isnan(value)) return sign | 0x7e00;
    if (magnitude >= 65520) return sign | 0x7c00;  // halfway to what would come next
    if (magnitude < 0x1p-14) {                     // subnormal, in steps of 2^-24
        return static_cast<uint16_t>(sign |
                                     static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p24)));
    }
    int exponent = 0;
    const double fraction = std::frexp(magnitude, &exponent);  // 0.5 to 1
    // A fraction that rounds up to 2048 carries into the exponent, as it should.
    const auto steps = static_cast<int>(std::nearbyint(fraction * 2048)) - 1024;
    return static_cast<uint16_t>(sign | (((exponent + 14) << 10) + steps));
}

inline double float16_value(uint16_t bits) noexcept {
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    double magnitude = 0;
    if (exponent == 0x1f) {
        magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
    } else if (exponent == 0) {
        magnitude = std::ldexp(fraction, -24);
    } else {
        magnitude = std::ldexp(1024 + fraction, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace ascendcl::host::model
