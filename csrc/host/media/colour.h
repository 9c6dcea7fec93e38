// Colours between YUV and RGB, by the six documented matrices.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "host/media/media.h"

namespace ascendcl::host::media {

// In place: three rows of `count` samples each.
void to_rgb(Matrix matrix, uint8_t *y_to_r, uint8_t *u_to_g, uint8_t *v_to_b,
            uint32_t count) noexcept;
void to_yuv(Matrix matrix, uint8_t *r_to_y, uint8_t *g_to_u, uint8_t *b_to_v,
            uint32_t count) noexcept;

}  // namespace ascendcl::host::media
