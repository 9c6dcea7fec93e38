// Markers of ITU-T T.81, annex B, and the orientation of EXIF (a TIFF directory in APP1). Every
// read is checked against the end of the data.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/jpeg_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uint8_t kStartOfImage = 0xD8;
constexpr uint8_t kEndOfImage = 0xD9;
constexpr uint8_t kStartOfScan = 0xDA;
constexpr uint8_t kHuffmanTables = 0xC4;
constexpr uint8_t kJpegExtension = 0xC8;
constexpr uint8_t kArithmeticConditioning = 0xCC;
constexpr uint8_t kApp1 = 0xE1;
constexpr uint8_t kApp14 = 0xEE;
constexpr uint8_t kTemporary = 0x01;

Failure refused(std::string words) { return {ACL_ERROR_UNSUPPORTED_JPEG, std::move(words)}; }

struct Bytes {
    const uint8_t *data;
    size_t size;

    Bytes from(size_t offset) const noexcept {
        const size_t kept = std::min(offset, size);
        return {data + kept, size - kept};
    }
    bool begins_with(const char *text, size_t length) const noexcept {
        return size >= length && std::memcmp(data, text, length) == 0;
    }
};

uint32_t big16(const uint8_t *at) noexcept { return uint32_t{at[0]} << 8 | at[1]; }

bool is_restart(uint8_t marker) noexcept { return marker >= 0xD0 && marker <= 0xD7; }

// C0 to CF but for three that are none.
bool is_start_of_frame(uint8_t marker) noexcept {
    return marker >= 0xC0 && marker <= 0xCF && marker != kHuffmanTables &&
           marker != kJpegExtension && marker != kArithmeticConditioning;
}

struct Segment {
    uint8_t marker = 0;
    Bytes body{nullptr, 0};  // without the length; none of markers that stand alone
    size_t end = 0;          // where what follows begins
};

// The marker at `offset`, which only fill bytes may come before.
Segment segment_at(Bytes all, size_t offset) {
    if (offset >= all.size || all.data[offset] != 0xFF) {
        throw refused("byte " + std::to_string(offset) + " is to begin a marker of a JPEG");
    }
    while (offset < all.size && all.data[offset] == 0xFF) ++offset;
    if (offset >= all.size) throw refused("the data end within a marker");
    Segment found;
    found.marker = all.data[offset++];
    found.end = offset;
    if (found.marker == kTemporary || (found.marker >= 0xD0 && found.marker <= kEndOfImage)) {
        return found;
    }
    if (all.size - offset < 2) throw refused("the data end within a marker");
    const size_t length = big16(all.data + offset);
    if (length < 2 || all.size - offset < length) {
        throw refused("the data end within a segment of " + std::to_string(length) + " bytes");
    }
    found.body = {all.data + offset + 2, length - 2};
    found.end = offset + length;
    return found;
}

// The TIFF directory after "Exif\0\0". What cannot be read says nothing: 1.
uint8_t orientation_in(Bytes tiff) noexcept {
    constexpr uint32_t kOrientation = 0x0112;
    constexpr uint32_t kShort = 3;
    constexpr size_t kEntry = 12;
    if (tiff.size < 8) return 1;
    const bool is_little = tiff.data[0] == 'I';
    if (!tiff.begins_with(is_little ? "II" : "MM", 2)) return 1;
    const auto u16 = [is_little](const uint8_t *at) -> uint32_t {
        return is_little ? uint32_t{at[1]} << 8 | at[0] : big16(at);
    };
    const auto u32 = [is_little, &u16](const uint8_t *at) -> uint32_t {
        return is_little ? u16(at + 2) << 16 | u16(at) : u16(at) << 16 | u16(at + 2);
    };
    if (u16(tiff.data + 2) != 42) return 1;
    Bytes directory = tiff.from(u32(tiff.data + 4));
    if (directory.size < 2) return 1;
    size_t count = u16(directory.data);
    directory = directory.from(2);
    for (; count != 0 && directory.size >= kEntry; --count, directory = directory.from(kEntry)) {
        if (u16(directory.data) != kOrientation || u16(directory.data + 2) != kShort) continue;
        const uint32_t value = u16(directory.data + 8);
        return value >= 1 && value <= 8 ? static_cast<uint8_t>(value) : uint8_t{1};
    }
    return 1;
}

struct Component {
    uint8_t id, across, down;  // sampling factors
};

// Factors count by their ratio: 2x2, 1x2, 1x2 is 4:2:2 as much as 2x1, 1x1, 1x1 is.
acldvppJpegFormat sampling_of(const std::array<Component, 3> &parts) noexcept {
    const Component &luma = parts[0];
    const Component &chroma = parts[1];
    if (chroma.across != parts[2].across || chroma.down != parts[2].down) {
        return ACL_JPEG_CSS_UNKNOWN;
    }
    if (luma.across % chroma.across != 0 || luma.down % chroma.down != 0) {
        return ACL_JPEG_CSS_UNKNOWN;
    }
    const int across = luma.across / chroma.across;
    const int down = luma.down / chroma.down;
    if (across == 1 && down == 1) return ACL_JPEG_CSS_444;
    if (across == 2 && down == 1) return ACL_JPEG_CSS_422;
    if (across == 2 && down == 2) return ACL_JPEG_CSS_420;
    if (across == 1 && down == 2) return ACL_JPEG_CSS_440;
    if (across == 4 && down == 1) return ACL_JPEG_CSS_411;
    return ACL_JPEG_CSS_UNKNOWN;
}

constexpr int kNoTransform = -1;  // no marker of Adobe's

void read_frame(const Segment &segment, int adobe_transform, bool is_jfif, JpegHeader &header) {
    const Bytes &body = segment.body;
    if (body.size < 6 || body.size < 6 + size_t{3} * body.data[5]) {
        throw refused("the data end within the header of the frame");
    }
    header.start_of_frame = segment.marker;
    header.precision = body.data[0];
    header.height = big16(body.data + 1);
    header.width = big16(body.data + 3);
    header.components = body.data[5];
    std::array<Component, 3> parts{};
    for (size_t i = 0; i < std::min<size_t>(body.data[5], parts.size()); ++i) {
        const uint8_t *at = body.data + 6 + 3 * i;
        parts[i] = {at[0], static_cast<uint8_t>(at[1] >> 4), static_cast<uint8_t>(at[1] & 15)};
        if (parts[i].across < 1 || parts[i].across > 4 || parts[i].down < 1 || parts[i].down > 4) {
            throw refused("sampling factors go from 1 to 4, the picture has " +
                          std::to_string(parts[i].across) + "x" + std::to_string(parts[i].down));
        }
    }
    if (header.components == 1) header.sampling = ACL_JPEG_CSS_GRAY;
    if (header.components != 3) return;
    header.sampling = sampling_of(parts);
    const bool is_called_rgb = parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B';
    header.is_rgb =
        !is_jfif && (adobe_transform == 0 || (adobe_transform == kNoTransform && is_called_rgb));
}

}  // namespace

JpegHeader read_jpeg_header(const uint8_t *bytes, size_t size) {
    const Bytes all{bytes, size};
    if (!all.begins_with("\xFF\xD8\xFF", 3)) {
        throw refused("the data are no JPEG: they do not begin with FF D8 FF");
    }
    JpegHeader header;
    int adobe_transform = kNoTransform;
    bool is_jfif = false;
    Segment frame;
    for (size_t at = 2;;) {
        const Segment segment = segment_at(all, at);
        at = segment.end;
        if (segment.marker == kEndOfImage || segment.marker == kStartOfImage) {
            throw refused("the JPEG has no scan");
        } else if (segment.marker == 0xE0) {
            is_jfif = is_jfif || segment.body.begins_with("JFIF\0", 5);
        } else if (segment.marker == kApp1 && segment.body.begins_with("Exif\0\0", 6)) {
            header.orientation = orientation_in(segment.body.from(6));
        } else if (segment.marker == kApp14 && segment.body.size >= 12 &&
                   segment.body.begins_with("Adobe", 5)) {
            adobe_transform = segment.body.data[11];
        } else if (is_start_of_frame(segment.marker)) {
            if (frame.marker != 0) throw refused("the JPEG has more than one frame");
            frame = segment;
        } else if (segment.marker == kStartOfScan) {
            break;
        }
        header.first_scan = at;
    }
    if (frame.marker == 0) throw refused("the JPEG has a scan before its frame");
    read_frame(frame, adobe_transform, is_jfif, header);
    if (header.width == 0 || header.height == 0) {
        throw refused("the JPEG is of " + std::to_string(header.width) + "x" +
                      std::to_string(header.height) + " pixels");
    }
    return header;
}

void require_baseline(const JpegHeader &header) {
    const uint8_t marker = header.start_of_frame;
    if (marker >= 0xC9) {
        throw refused("the JPEG has arithmetic coding: JPEGD decodes baseline Huffman alone");
    }
    if (marker == 0xC2 || marker == 0xC6) {
        throw refused("the JPEG is progressive: JPEGD decodes baseline Huffman alone");
    }
    if (marker != 0xC0) {
        throw refused(std::string("the JPEG is ") +
                      (marker == 0xC1 ? "extended sequential" : "lossless or hierarchical") +
                      ": JPEGD decodes baseline Huffman alone");
    }
    if (header.precision != 8) {
        throw refused("the JPEG has " + std::to_string(header.precision) +
                      " bits a sample: JPEGD decodes 8");
    }
    if (header.components != 1 && header.components != 3) {
        throw refused("the JPEG has " + std::to_string(header.components) +
                      " components (CMYK has 4): JPEGD decodes YUV and gray");
    }
    if (header.is_rgb) throw refused("the JPEG is RGB: JPEGD decodes YUV and gray");
}

void require_whole(const uint8_t *bytes, size_t size, const JpegHeader &header) {
    const Bytes all{bytes, size};
    size_t at = header.first_scan;
    bool is_in_scan = false;
    for (;;) {
        if (is_in_scan) {
            // 00 after FF is data, restarts are within a scan, FF is fill.
            while (at + 1 < size && (bytes[at] != 0xFF || bytes[at + 1] == 0x00 ||
                                     bytes[at + 1] == 0xFF || is_restart(bytes[at + 1]))) {
                const size_t next = at + 1;
                const void *const found = std::memchr(bytes + next, 0xFF, size - next);
                at = found == nullptr
                         ? size
                         : static_cast<size_t>(static_cast<const uint8_t *>(found) - bytes);
            }
            if (at + 1 >= size) {
                throw refused("the JPEG is cut off: its " + std::to_string(size) +
                              " bytes have no end of the picture (FF D9)");
            }
        }
        const Segment segment = segment_at(all, at);
        if (segment.marker == kEndOfImage) return;
        if (is_start_of_frame(segment.marker) && segment.body.data != nullptr && is_in_scan) {
            throw refused("the JPEG has more than one frame");
        }
        is_in_scan = is_in_scan || segment.marker == kStartOfScan;
        at = segment.end;
    }
}

}  // namespace ascendcl::host::dvpp
