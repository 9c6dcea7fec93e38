// The picture that a decoder writes: its strides, its room, and what the program is told of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

inline constexpr uint32_t kWidestStride = 128;  // of the chips' decoders: 64 or 128 samples
inline constexpr uint32_t kRowStride = 16;

// What a decoder tells the program of the picture that it wrote.
void write_back(const PictureFields &written, acldvppPicDesc &picture) noexcept;

// Rounds the sizes down to what the format's chroma goes with.
void keep_chroma_whole(PictureFields &picture) noexcept;

// Strides that are 0 become the widest that a chip asks for. Throws Failure{100000} where strides
// are too small, or the buffer is.
void settle_strides(PictureFields &picture, Unit unit);

}  // namespace ascendcl::host::dvpp
