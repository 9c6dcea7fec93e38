// The picture formats of AIPP: what stands where, and how many bytes a picture has.
// What is documented of them: docs/aipp.md. The order of the bytes is that of the format's name
// (ours: the documentation is ambiguous about it).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "acl/acl.h"

namespace ascendcl::host::model {

struct AippFormat {
    enum class Planes : uint8_t {
        kPacked,   // a pixel's bytes lie together
        kPairs,    // those of two pixels do: Y U Y V
        kSemi422,  // luma, then pairs of chroma for two pixels of a row
        kSemi420,  // luma, then pairs of chroma for a square of four pixels
    };
    aclAippInputFormat id;
    const char *name;
    Planes planes;
    bool is_yuv;
    int32_t channels;   // as they are unpacked: 1, 3 or 4
    bool fourth_first;  // of four channels, the one that is no colour comes first
    bool even_width;    // of the source
    bool even_all;      // of the source's height and of what is cropped, too
};

// Null for a format that is not one, or whose bytes are not documented (RAW).
const AippFormat *find_aipp_format(aclAippInputFormat id) noexcept;

// "YUV420SP_U8", "RAW10", "65535": for messages.
std::string name_of_aipp_format(aclAippInputFormat id);

// Bytes of one picture; rows follow each other without gaps.
uint64_t picture_size(const AippFormat &format, int32_t width, int32_t height) noexcept;

}  // namespace ascendcl::host::model
