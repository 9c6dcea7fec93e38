// Wide BT.601 has the documented numbers; the others come from ITU's Kr and Kb, which is ours.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/colour.h"

#include <algorithm>

namespace ascendcl::host::media {
namespace {

// Samples have 7 bits behind the point and coefficients 13; of a product the upper 16 bits are
// kept, which have 4: sixteen bits throughout, for which every processor has vectors.
constexpr int kSampleBits = 7;
constexpr int kBits = 13;
constexpr int kSumBits = 4;
constexpr double kHalf = 0.5;

constexpr int16_t fixed(double value) noexcept {
    return static_cast<int16_t>(value * (1 << kBits) + (value < 0 ? -0.5 : 0.5));
}

constexpr int16_t summand(double value) noexcept {
    return static_cast<int16_t>(value * (1 << kSumBits));
}

struct Coefficients {
    int16_t black;  // what Y begins at
    int16_t luma;
    int16_t v_to_r;
    int16_t u_to_g;
    int16_t v_to_g;
    int16_t u_to_b;
    int16_t yuv[3][3];
    int16_t bias[3];  // with the half that rounds
};

// Y' = Kr R + (1 - Kr - Kb) G + Kb B; chroma is the distance of B and R from it.
constexpr Coefficients derived(double kr, double kb, bool is_wide) noexcept {
    const double kg = 1 - kr - kb;
    const double luma = is_wide ? 1.0 : 219.0 / 255;
    const double chroma = is_wide ? 1.0 : 224.0 / 255;
    const int16_t black = is_wide ? 0 : 16;
    const double u = chroma / (2 * (1 - kb));
    const double v = chroma / (2 * (1 - kr));
    return {black,
            fixed(1 / luma),
            fixed(1 / v),
            fixed(-kb / kg / u),
            fixed(-kr / kg / v),
            fixed(1 / u),
            {{fixed(kr * luma), fixed(kg * luma), fixed(kb * luma)},
             {fixed(-kr * u), fixed(-kg * u), fixed((1 - kb) * u)},
             {fixed((1 - kr) * v), fixed(-kg * v), fixed(-kb * v)}},
            {summand(black + kHalf), summand(128 + kHalf), summand(128 + kHalf)}};
}

// As documented: Y = -0.5 + ..., U and V = 127.5 + ..., rounded.
constexpr Coefficients kDocumented = {
    0,
    fixed(1),
    fixed(1.402),
    fixed(-0.344),
    fixed(-0.714),
    fixed(1.772),
    {{fixed(0.299), fixed(0.587), fixed(0.114)},
     {fixed(-0.168), fixed(-0.331), fixed(0.5)},
     {fixed(0.5), fixed(-0.419), fixed(-0.081)}},
    {summand(-0.5 + kHalf), summand(127.5 + kHalf), summand(127.5 + kHalf)}};

constexpr Coefficients kAll[] = {
    kDocumented,
    derived(0.299, 0.114, false),
    derived(0.2126, 0.0722, true),
    derived(0.2126, 0.0722, false),
    derived(0.2627, 0.0593, true),
    derived(0.2627, 0.0593, false),
};

int16_t product(int sample, int16_t coefficient) noexcept {
    const auto shifted = static_cast<int16_t>(sample * (1 << kSampleBits));
    return static_cast<int16_t>((shifted * coefficient) >> 16);
}

uint8_t clamped(int16_t sum) noexcept {
    return static_cast<uint8_t>(std::clamp<int16_t>(static_cast<int16_t>(sum >> kSumBits), 0, 255));
}

uint8_t sum_of(int16_t a, int16_t b, int16_t c, int16_t d) noexcept {
    return clamped(static_cast<int16_t>(a + b + c + d));
}

}  // namespace

void to_rgb(Matrix matrix, uint8_t *__restrict y_to_r, uint8_t *__restrict u_to_g,
            uint8_t *__restrict v_to_b, uint32_t count) noexcept {
    const Coefficients by = kAll[static_cast<uint32_t>(matrix)];
    constexpr int16_t kRound = summand(kHalf);
    for (uint32_t x = 0; x < count; ++x) {
        const int16_t y = product(y_to_r[x] - by.black, by.luma);
        const int u = u_to_g[x] - 128;
        const int v = v_to_b[x] - 128;
        y_to_r[x] = sum_of(y, product(v, by.v_to_r), 0, kRound);
        u_to_g[x] = sum_of(y, product(u, by.u_to_g), product(v, by.v_to_g), kRound);
        v_to_b[x] = sum_of(y, product(u, by.u_to_b), 0, kRound);
    }
}

void to_yuv(Matrix matrix, uint8_t *__restrict r_to_y, uint8_t *__restrict g_to_u,
            uint8_t *__restrict b_to_v, uint32_t count) noexcept {
    const Coefficients by = kAll[static_cast<uint32_t>(matrix)];
    for (uint32_t x = 0; x < count; ++x) {
        const int r = r_to_y[x];
        const int g = g_to_u[x];
        const int b = b_to_v[x];
        const auto row = [&](int k) {
            return sum_of(product(r, by.yuv[k][0]), product(g, by.yuv[k][1]),
                          product(b, by.yuv[k][2]), by.bias[k]);
        };
        r_to_y[x] = row(0);
        g_to_u[x] = row(1);
        b_to_v[x] = row(2);
    }
}

}  // namespace ascendcl::host::media
