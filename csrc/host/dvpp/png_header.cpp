// Chunks of the PNG specification. Every read is checked against the end of the data.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/png_header.h"

#include <cstring>
#include <string>

#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr size_t kSignature = 8;
constexpr size_t kAround = 12;  // of a chunk: length, type, checksum
constexpr size_t kHeaderBody = 13;

uint32_t big32(const uint8_t *at) noexcept {
    return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | at[3];
}

// 0 for a number that is no colour type.
int32_t components_of(uint8_t color) noexcept {
    switch (color) {
        case 0:
            return 1;
        case 2:
        case 3:
            return 3;
        case 4:
            return 2;
        case 6:
            return 4;
        default:
            return 0;
    }
}

}  // namespace

PngHeader read_png_header(const uint8_t *bytes, size_t size) {
    constexpr char kBegin[] = "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR";
    constexpr size_t kLength = sizeof kBegin - 1;
    if (size < kSignature + kAround + kHeaderBody || std::memcmp(bytes, kBegin, kLength) != 0) {
        throw invalid("the data are no PNG: they do not begin with its signature and header");
    }
    const uint8_t *const body = bytes + kLength;
    PngHeader header;
    header.width = big32(body);
    header.height = big32(body + 4);
    header.depth = body[8];
    header.color = body[9];
    header.components = components_of(header.color);
    if (header.width == 0 || header.height == 0 || header.components == 0) {
        throw invalid("the PNG is of " + std::to_string(header.width) + "x" +
                      std::to_string(header.height) + " pixels of colour type " +
                      std::to_string(header.color));
    }
    return header;
}

void require_true_color(const PngHeader &header) {
    const bool is_true_color = header.color == 2 || header.color == 6;
    if (is_true_color && header.depth == 8) return;
    throw invalid("the PNG has colour type " + std::to_string(header.color) + " of " +
                  std::to_string(header.depth) +
                  " bits: PNGD decodes 8 bits of RGB (2) and RGBA (6)");
}

void require_whole_png(const uint8_t *bytes, size_t size) {
    size_t at = kSignature;
    for (;;) {
        if (size - at < kAround || big32(bytes + at) > size - at - kAround) {
            throw invalid("the PNG is cut off: its " + std::to_string(size) +
                          " bytes have no last chunk (IEND)");
        }
        if (std::memcmp(bytes + at + 4, "IEND", 4) == 0) return;
        at += kAround + big32(bytes + at);
    }
}

}  // namespace ascendcl::host::dvpp
