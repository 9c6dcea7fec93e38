// JPEGE: pictures of 4:2:0 and 4:2:2 to baseline JPEGs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

// Throws Failure{100000} for what is no picture to encode. The most: sides that the channel is for.
void require_encodable(const PictureFields &picture, uint32_t most_width, uint32_t most_height);

// 1 to 100 of 0 to 100: 0 is as good as 100. Throws Failure{100000} beyond.
uint32_t quality_of(uint32_t level);

// Bytes that the JPEG has at most, whatever is in the picture.
uint32_t predicted_size(const PictureFields &picture);

// The picture was required before. Writes its JPEG to `to` and answers its bytes. Throws Failure,
// and has written nothing.
uint32_t encode_jpeg(const PictureFields &picture, uint32_t quality, void *to, uint32_t capacity);

}  // namespace ascendcl::host::dvpp
