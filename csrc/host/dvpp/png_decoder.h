// PNGD: RGB and RGBA as they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/objects.h"
#include "host/dvpp/png_header.h"

namespace ascendcl::host::dvpp {

// What acldvppPngPredictDecSize answers: with the strides of any chip.
uint32_t predicted_size(const PngHeader &header, acldvppPixelFormat wanted);

// Writes the picture to the buffer that the description names, and into the description what it is
// then. Throws Failure, and has written nothing to the buffer.
void decode_png(const uint8_t *bytes, size_t size, PictureFields &picture);

}  // namespace ascendcl::host::dvpp
