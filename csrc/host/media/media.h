// The interface of libascendcl_media.so, which has all work on pixels: what host/dvpp knows of it.
// It is opened with the first picture, as the engine is with the first model.
//
// Everything that comes here is checked: pictures lie wholly in their buffers, areas in their
// pictures. An odd edge of an area covers the chroma samples that it touches. Nothing here
// allocates memory, or fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace ascendcl::host::media {

// How samples lie in memory. Of the documented formats many differ by order alone.
enum class Layout : uint32_t {
    kGray,        // one plane
    kSemi420,     // luma; chroma pairs, half as wide and half as high
    kSemi422,     // luma; chroma pairs, half as wide
    kSemi440,     // luma; chroma pairs, half as high
    kSemi444,     // luma; chroma pairs
    kPacked422,   // two pixels in four bytes
    kPacked444,   // three bytes a pixel: YUV
    kPackedRgb,   // three bytes a pixel
    kPackedArgb,  // four bytes a pixel
};

// A picture in memory. Order: which byte of a pixel (or pair) holds what.
struct Picture {
    Layout layout;
    uint8_t *planes[2];  // the second: chroma pairs
    size_t strides[2];   // bytes a row
    uint32_t width;
    uint32_t height;
    // Semi-planar: {U, V} within a pair. Packed 422: {Y0, U, Y1, V} within four bytes. Three bytes:
    // {R, G, B} or {Y, U, V}. Four: {R, G, B, A}.
    uint8_t order[4];
};

// The same in three planes, as codecs have them.
struct Planes {
    uint8_t *data[3];   // Y, U, V; without chroma the first alone
    size_t strides[3];  // bytes a row
    uint32_t width;
    uint32_t height;
    uint8_t shift_x;  // of chroma: 1 is half as wide
    uint8_t shift_y;
    bool is_gray;
};

struct Area {
    uint32_t left;
    uint32_t top;
    uint32_t width;
    uint32_t height;
};

enum class Interpolation : uint32_t {
    kBilinear,            // as OpenCV: pixel centres at half
    kNearest,             // as OpenCV
    kBilinearTensorflow,  // corners at 0
    kNearestTensorflow,
};

enum class Border : uint32_t { kConstant, kReplicate, kReflect, kReflect101 };

// Integer colour conversion; one of the documented six.
enum class Matrix : uint32_t {
    kBt601Wide,
    kBt601Narrow,
    kBt709Wide,
    kBt709Narrow,
    kBt2020Wide,
    kBt2020Narrow,
};

class Media {
   public:
    // Scales `from` of `source` to the size of `to` and writes it there; what is outside of `to`
    // stays as it is. Other layouts are converted by `matrix`.
    virtual void place(const Picture &source, const Area &from, const Picture &target,
                       const Area &to, Interpolation interpolation, Matrix matrix) noexcept = 0;

    // Both of one size, or the greater one cut at its right and lower end. Chroma is averaged or
    // repeated where the two have it at other places.
    virtual void interleave(const Planes &source, const Picture &target,
                            Matrix matrix) noexcept = 0;
    virtual void split(const Picture &source, const Planes &target, Matrix matrix) noexcept = 0;

    // What is outside of `inside`, from what is in it or of a constant (one value a channel).
    virtual void draw_border(const Picture &target, const Area &inside, Border border,
                             const uint8_t (&value)[4]) noexcept = 0;

    // Half as wide and high, filtered by the 5x5 kernel of pyramids (gray pictures).
    virtual void halve(const Picture &source, const Picture &target) noexcept = 0;

   protected:
    ~Media() = default;
};

// Counts up with every change of this file.
constexpr uint32_t kMediaAbi = 2;

// The one symbol that the library exports; null where `abi` is not its own.
using MediaEntry = Media *(*)(uint32_t abi);
constexpr char kMediaEntryName[] = "ascendclMedia";

}  // namespace ascendcl::host::media
