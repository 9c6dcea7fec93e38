// One channel from an area to another, scaled where their sizes differ.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/channels.h"

namespace ascendcl::host::media {

// `from` and `to` count samples of their channels. Edges of `from` are repeated: nothing outside of
// it is read. kBilinear computes as OpenCV does for bytes, to the bit (11 bits of weights).
void resample(const Channel &source, const Area &from, const Channel &target, const Area &to,
              Interpolation interpolation) noexcept;

// The same for a part of a result of `width` x `height`: it is written to the target's beginning.
void resample_part(const Channel &source, const Area &from, const Channel &target, const Area &part,
                   uint32_t width, uint32_t height, Interpolation interpolation) noexcept;

}  // namespace ascendcl::host::media
