// Wide BT.601 has the documented numbers; the others come from ITU's Kr and Kb, which is ours.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/colour.h"

#include <algorithm>

namespace ascendcl::host::media {
namespace {

constexpr int kBits = 13;
constexpr int32_t kHalf = 1 << (kBits - 1);

constexpr int32_t fixed(double value) noexcept {
    return static_cast<int32_t>(value * (1 << kBits) + (value < 0 ? -0.5 : 0.5));
}

struct Coefficients {
    int32_t black;  // what Y begins at
    int32_t luma;
    int32_t v_to_r;
    int32_t u_to_g;
    int32_t v_to_g;
    int32_t u_to_b;
    int32_t yuv[3][3];
    int32_t bias[3];  // with the half that rounds
};

// Y' = Kr R + (1 - Kr - Kb) G + Kb B; chroma is the distance of B and R from it.
constexpr Coefficients derived(double kr, double kb, bool is_wide) noexcept {
    const double kg = 1 - kr - kb;
    const double luma = is_wide ? 1.0 : 219.0 / 255;
    const double chroma = is_wide ? 1.0 : 224.0 / 255;
    const int32_t black = is_wide ? 0 : 16;
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
            {fixed(black) + kHalf, fixed(128) + kHalf, fixed(128) + kHalf}};
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
    {fixed(-0.5) + kHalf, fixed(127.5) + kHalf, fixed(127.5) + kHalf}};

constexpr Coefficients kAll[] = {
    kDocumented,
    derived(0.299, 0.114, false),
    derived(0.2126, 0.0722, true),
    derived(0.2126, 0.0722, false),
    derived(0.2627, 0.0593, true),
    derived(0.2627, 0.0593, false),
};

uint8_t clamped(int32_t value) noexcept {
    return static_cast<uint8_t>(std::clamp(value >> kBits, 0, 255));
}

}  // namespace

void to_rgb(Matrix matrix, uint8_t *__restrict y_to_r, uint8_t *__restrict u_to_g,
            uint8_t *__restrict v_to_b, uint32_t count) noexcept {
    const Coefficients &by = kAll[static_cast<uint32_t>(matrix)];
    for (uint32_t x = 0; x < count; ++x) {
        const int32_t y = (y_to_r[x] - by.black) * by.luma + kHalf;
        const int32_t u = u_to_g[x] - 128;
        const int32_t v = v_to_b[x] - 128;
        y_to_r[x] = clamped(y + v * by.v_to_r);
        u_to_g[x] = clamped(y + u * by.u_to_g + v * by.v_to_g);
        v_to_b[x] = clamped(y + u * by.u_to_b);
    }
}

void to_yuv(Matrix matrix, uint8_t *__restrict r_to_y, uint8_t *__restrict g_to_u,
            uint8_t *__restrict b_to_v, uint32_t count) noexcept {
    const Coefficients &by = kAll[static_cast<uint32_t>(matrix)];
    for (uint32_t x = 0; x < count; ++x) {
        const int32_t r = r_to_y[x];
        const int32_t g = g_to_u[x];
        const int32_t b = b_to_v[x];
        r_to_y[x] = clamped(r * by.yuv[0][0] + g * by.yuv[0][1] + b * by.yuv[0][2] + by.bias[0]);
        g_to_u[x] = clamped(r * by.yuv[1][0] + g * by.yuv[1][1] + b * by.yuv[1][2] + by.bias[1]);
        b_to_v[x] = clamped(r * by.yuv[2][0] + g * by.yuv[2][1] + b * by.yuv[2][2] + by.bias[2]);
    }
}

}  // namespace ascendcl::host::media
