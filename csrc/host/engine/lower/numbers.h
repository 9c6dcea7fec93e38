// Floating point from bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace ascendcl::host::engine {

inline float bits_to_float(uint32_t bits) noexcept {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline uint32_t float_to_bits(float value) noexcept {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

// IEEE 754 binary16.
inline float half_to_float(uint16_t half) noexcept {
    const uint32_t sign = (uint32_t{half} & 0x8000u) << 16;
    const uint32_t exponent = (uint32_t{half} >> 10) & 0x1fu;
    const uint32_t fraction = uint32_t{half} & 0x3ffu;
    if (exponent == 0) {
        const float magnitude = std::ldexp(static_cast<float>(fraction), -24);
        return sign != 0 ? -magnitude : magnitude;
    }
    if (exponent == 31) return bits_to_float(sign | 0x7f800000u | (fraction << 13));
    return bits_to_float(sign | ((exponent + 112) << 23) | (fraction << 13));
}

}  // namespace ascendcl::host::engine
