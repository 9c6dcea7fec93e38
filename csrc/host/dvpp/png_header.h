// What a PNG says of itself, read from its chunks alone: no pixel is decoded.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host::dvpp {

struct PngHeader {
    uint32_t width = 0;
    uint32_t height = 0;
    uint8_t depth = 0;       // bits a sample
    uint8_t color = 0;       // of the specification: 2 is RGB, 6 RGBA
    int32_t components = 0;  // of a pixel as it is shown: a palette has 3
};

// Throws Failure{100000} where there is no such header.
PngHeader read_png_header(const uint8_t *bytes, size_t size);

// Eight bits of RGB or RGBA. Throws Failure{100000} that says what the picture is.
void require_true_color(const PngHeader &header);

// All chunks up to the last. Throws Failure{100000} where the data end before.
void require_whole_png(const uint8_t *bytes, size_t size);

}  // namespace ascendcl::host::dvpp
