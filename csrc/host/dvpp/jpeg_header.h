// What a JPEG says of itself, read from its markers alone: no pixel is decoded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"

namespace ascendcl::host::dvpp {

struct JpegHeader {
    uint32_t width = 0;  // as it is stored: orientation not applied
    uint32_t height = 0;
    int32_t components = 0;
    acldvppJpegFormat sampling = ACL_JPEG_CSS_UNKNOWN;
    uint8_t start_of_frame = 0;  // the marker's second byte: 0xC0 is baseline
    uint8_t precision = 0;       // bits a sample
    uint8_t orientation = 1;     // of EXIF, 1 to 8
    bool is_rgb = false;         // three components that are no YUV
    size_t first_scan = 0;       // where its marker is
};

// Reads up to the first scan. Throws Failure{148052} where there is no such header.
JpegHeader read_jpeg_header(const uint8_t *bytes, size_t size);

// What the hardware decodes: eight-bit baseline, of one component or of YUV. Throws
// Failure{148052} that says what the picture is.
void require_baseline(const JpegHeader &header);

// All scans up to the marker of the end. Throws Failure{148052} where the data end before.
void require_whole(const uint8_t *bytes, size_t size, const JpegHeader &header);

// Whether showing the picture upright swaps its sides.
inline bool is_turned(const JpegHeader &header) noexcept { return header.orientation >= 5; }

}  // namespace ascendcl::host::dvpp
