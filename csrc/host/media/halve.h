// Half of a gray picture, as pyramids are made.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/channels.h"

namespace ascendcl::host::media {

constexpr uint32_t kMostColumns = 2048;  // of the source

// By the kernel (1 4 6 4 1)/16 in both directions; edges are mirrored, as in OpenCV's pyrDown.
void halve(const Channel &source, const Channel &target) noexcept;

}  // namespace ascendcl::host::media
