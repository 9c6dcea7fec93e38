// JPEGD: what a JPEG may become, how large that is, and decoding it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/jpeg_header.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

// The picture as it comes out: upright by its orientation.
struct UprightSize {
    uint32_t width;
    uint32_t height;
    acldvppJpegFormat sampling;  // 4:2:2 that is turned is 4:4:0
};
UprightSize upright_size(const JpegHeader &header) noexcept;

// Of PIXEL_FORMAT_UNKNOWN: the picture's own, V before U. Throws Failure: 100000 for a format that
// such a picture cannot be decoded to, 148052 for 4:1:1.
acldvppPixelFormat decoded_format(acldvppJpegFormat sampling, acldvppPixelFormat wanted);

// What acldvppJpegPredictDecSize answers: with the strides of any chip.
uint32_t predicted_size(const JpegHeader &header, acldvppPixelFormat wanted);

// Writes the picture to the buffer that the description names, and into the description what it is
// then. Throws Failure, and has written nothing to the buffer.
void decode_jpeg(const uint8_t *bytes, size_t size, PictureFields &picture);

}  // namespace ascendcl::host::dvpp
