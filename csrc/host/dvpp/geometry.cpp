// The rules differ from chip to chip: what any of them takes is taken here, and what none takes is
// refused (docs/media.md).
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/geometry.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "host/report/report.h"
#include "host/runtime/memory.h"

namespace ascendcl::host::dvpp {
namespace {

using media::Layout;

constexpr uint32_t in(Unit unit) { return 1U << static_cast<uint32_t>(unit); }
constexpr uint32_t kVpc = in(Unit::kVpcInput) | in(Unit::kVpcOutput);
constexpr uint32_t kJpegIn = in(Unit::kJpegEncoder);
constexpr uint32_t kJpegOut = in(Unit::kJpegDecoder);
constexpr uint32_t kPngOut = in(Unit::kPngDecoder);
constexpr uint32_t kVideo = in(Unit::kVideo);

// What follows from how samples lie.
struct LayoutRule {
    Layout layout;
    uint8_t bytes;    // a sample of the first plane: of packed formats a pixel
    uint8_t halves;   // bytes of all planes, in halves of the first
    bool even_width;  // as chroma is half as wide
    bool even_height;
};

constexpr LayoutRule kLayouts[] = {
    {Layout::kGray, 1, 2, false, false},      {Layout::kSemi420, 1, 3, true, true},
    {Layout::kSemi422, 1, 4, true, false},    {Layout::kSemi444, 1, 6, false, false},
    {Layout::kPacked422, 2, 2, true, false},  {Layout::kPacked444, 3, 2, false, false},
    {Layout::kPackedRgb, 3, 2, false, false}, {Layout::kPackedArgb, 4, 2, false, false},
    {Layout::kSemi440, 1, 4, false, true},
};

struct Rule {
    acldvppPixelFormat format;
    const char *name;
    Layout layout;
    uint8_t order[4];
    uint32_t units;

    const LayoutRule &of_layout() const noexcept;
};

// The number and the name, which is the same.
#define ASCENDCL_FORMAT(format) format, #format

// Which of four bytes is which is ours: the name, from the lowest address on.
constexpr Rule kRules[] = {
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_400), Layout::kGray, {}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_SEMIPLANAR_420),
     Layout::kSemi420,
     {0, 1},
     kVpc | kJpegIn | kJpegOut | kVideo},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_SEMIPLANAR_420),
     Layout::kSemi420,
     {1, 0},
     kVpc | kJpegIn | kJpegOut | kVideo},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_SEMIPLANAR_422), Layout::kSemi422, {0, 1}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_SEMIPLANAR_422), Layout::kSemi422, {1, 0}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_SEMIPLANAR_444), Layout::kSemi444, {0, 1}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_SEMIPLANAR_444), Layout::kSemi444, {1, 0}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUYV_PACKED_422),
     Layout::kPacked422,
     {0, 1, 2, 3},
     kVpc | kJpegIn},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_UYVY_PACKED_422),
     Layout::kPacked422,
     {1, 0, 3, 2},
     kVpc | kJpegIn},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVYU_PACKED_422),
     Layout::kPacked422,
     {0, 3, 2, 1},
     kVpc | kJpegIn},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_VYUY_PACKED_422),
     Layout::kPacked422,
     {1, 2, 3, 0},
     kVpc | kJpegIn},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_PACKED_444), Layout::kPacked444, {0, 1, 2}, kVpc},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGB_888), Layout::kPackedRgb, {0, 1, 2}, kVpc | kPngOut | kVideo},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGR_888), Layout::kPackedRgb, {2, 1, 0}, kVpc | kVideo},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_ARGB_8888), Layout::kPackedArgb, {1, 2, 3, 0}, kVpc},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_ABGR_8888), Layout::kPackedArgb, {3, 2, 1, 0}, kVpc},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGBA_8888), Layout::kPackedArgb, {0, 1, 2, 3}, kVpc | kPngOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGRA_8888), Layout::kPackedArgb, {2, 1, 0, 3}, kVpc},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_SEMIPLANAR_440), Layout::kSemi440, {0, 1}, kVpc | kJpegOut},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_SEMIPLANAR_440), Layout::kSemi440, {1, 0}, kVpc | kJpegOut},
};

// Documented, and of no unit here.
struct Name {
    acldvppPixelFormat format;
    const char *name;
};
constexpr Name kOtherNames[] = {
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YUV_SEMI_PLANNER_420_10BIT)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_SEMI_PLANNER_420_10BIT)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_PLANAR_420)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_PLANAR_422)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_YVU_PLANAR_444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGB_444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGR_444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_ARGB_4444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_ABGR_4444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGBA_4444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGRA_4444)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGB_555)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGR_555)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_RGB_565)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_BGR_565)},
    {ASCENDCL_FORMAT(PIXEL_FORMAT_UNKNOWN)},
};

#undef ASCENDCL_FORMAT

struct Limits {
    const char *unit;
    uint32_t least_width;
    uint32_t least_height;
    uint32_t most;  // of either side
};

constexpr Limits limits_of(Unit unit) {
    switch (unit) {
        case Unit::kVpcInput:
            return {"the input of VPC", 10, 6, 16384};
        case Unit::kVpcOutput:
            return {"the output of VPC", 10, 6, 16384};
        case Unit::kJpegDecoder:
            return {"the output of JPEGD", 32, 32, 8192};
        case Unit::kJpegEncoder:
            return {"the input of JPEGE", 32, 32, 16384};
        case Unit::kPngDecoder:
            return {"the output of PNGD", 32, 32, 8192};
        case Unit::kVideo:
            return {"a picture of video", 128, 128, 4096};
    }
    return {};
}

constexpr uint32_t kMostStride = 16384;  // of either side

const LayoutRule &Rule::of_layout() const noexcept {
    return *std::find_if(std::begin(kLayouts), std::end(kLayouts),
                         [this](const LayoutRule &each) { return each.layout == layout; });
}

const Rule *rule_of(acldvppPixelFormat format) noexcept {
    for (const Rule &rule : kRules) {
        if (rule.format == format) return &rule;
    }
    return nullptr;
}

void require_range(const char *name, const char *what, uint32_t value, uint32_t least,
                   uint32_t most, const char *unit) {
    if (value >= least && value <= most) return;
    throw invalid(std::string(name) + ": " + what + " of " + unit + " goes from " +
                  std::to_string(least) + " to " + std::to_string(most) + ", it is " +
                  std::to_string(value));
}

void require_even(const char *name, const char *what, uint32_t value, const Rule &rule) {
    if (value % 2 == 0) return;
    throw invalid(std::string(name) + ": the " + what + " of " + rule.name + " is even, it is " +
                  std::to_string(value));
}

// `what` is "widthStride", of a picture so wide.
void require_stride(const char *name, const char *what, uint32_t value, uint32_t least,
                    uint32_t side) {
    if (value < least) {
        throw invalid(std::string(name) + ": " + what + " is at least " + std::to_string(least) +
                      " for " + std::to_string(side) + " pixels, it is " + std::to_string(value));
    }
    if (value > kMostStride) {
        throw invalid(std::string(name) + ": " + what + " is at most " +
                      std::to_string(kMostStride) + ", it is " + std::to_string(value));
    }
}

}  // namespace

std::string size_text(uint32_t width, uint32_t height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

std::string name_of(acldvppPixelFormat format) {
    if (const Rule *rule = rule_of(format)) return rule->name;
    for (const Name &each : kOtherNames) {
        if (each.format == format) return each.name;
    }
    return "pixel format " + std::to_string(format);
}

uint32_t sample_bytes(acldvppPixelFormat format) noexcept {
    const Rule *rule = rule_of(format);
    return rule != nullptr ? rule->of_layout().bytes : 0;
}

uint64_t size_of(acldvppPixelFormat format, uint64_t width_stride,
                 uint64_t height_stride) noexcept {
    const Rule *rule = rule_of(format);
    return rule != nullptr ? width_stride * height_stride * rule->of_layout().halves / 2 : 0;
}

uint32_t least_width_stride(acldvppPixelFormat format, uint32_t width, Unit unit) noexcept {
    const Rule *rule = rule_of(format);
    if (rule == nullptr) return 0;
    switch (unit) {
        case Unit::kJpegDecoder:
            return rounded_up(width, 64);
        case Unit::kJpegEncoder:
            return rounded_up(width * rule->of_layout().bytes, 16);
        default:
            return (rule->of_layout().even_width ? rounded_up(width, 2) : width) *
                   rule->of_layout().bytes;
    }
}

uint32_t least_height_stride(acldvppPixelFormat format, uint32_t height, Unit unit) noexcept {
    const Rule *rule = rule_of(format);
    if (rule == nullptr) return 0;
    if (unit == Unit::kJpegDecoder) return rounded_up(height, 16);
    return rule->of_layout().even_height ? rounded_up(height, 2) : height;
}

void require_device_memory(const void *address, uint64_t size, const char *name) {
    require(address != nullptr, "the data of a picture is null");
    const Allocation block = find_allocation(address);
    if (block.location != Location::kDevice) {
        throw invalid(std::string(name) + ": its data is no device memory (acldvppMalloc)");
    }
    const auto offset = static_cast<uint64_t>(static_cast<const uint8_t *>(address) -
                                              static_cast<const uint8_t *>(block.base));
    if (size > block.size - offset) {
        throw invalid(std::string(name) + ": it is to have " + std::to_string(size) +
                      " bytes, and its memory ends after " + std::to_string(block.size - offset));
    }
}

void require_picture(const PictureFields &picture, Unit unit, const char *name) {
    const Limits limits = limits_of(unit);
    const Rule *rule = rule_of(picture.format);
    if (rule == nullptr || (rule->units & in(unit)) == 0) {
        throw invalid(std::string(name) + ": " + limits.unit + " is not " +
                      name_of(picture.format));
    }
    require_range(name, "the width", picture.width, limits.least_width, limits.most, limits.unit);
    require_range(name, "the height", picture.height, limits.least_height, limits.most,
                  limits.unit);
    if (unit != Unit::kVpcInput) {  // those are rounded down
        if (rule->of_layout().even_width) require_even(name, "width", picture.width, *rule);
        if (rule->of_layout().even_height) require_even(name, "height", picture.height, *rule);
    }
    require_stride(name, "widthStride", picture.width_stride,
                   least_width_stride(picture.format, picture.width, unit), picture.width);
    require_stride(name, "heightStride", picture.height_stride,
                   least_height_stride(picture.format, picture.height, unit), picture.height);
    const uint64_t size = size_of(picture.format, picture.width_stride, picture.height_stride);
    if (picture.size < size) {
        throw invalid(std::string(name) + ": " + rule->name + " of strides " +
                      std::to_string(picture.width_stride) + " and " +
                      std::to_string(picture.height_stride) + " has " + std::to_string(size) +
                      " bytes, its size is " + std::to_string(picture.size));
    }
    require_device_memory(picture.data, size, name);
}

media::Picture view_of(const PictureFields &picture) noexcept {
    const Rule *rule = rule_of(picture.format);
    if (rule == nullptr) return {};
    auto *const first = static_cast<uint8_t *>(picture.data);
    const size_t stride = picture.width_stride;
    const LayoutRule &layout = rule->of_layout();
    media::Picture view{};
    view.layout = rule->layout;
    view.planes[0] = first;
    view.planes[1] = first + stride * picture.height_stride;
    view.strides[0] = stride;
    // A row of pairs: as long as a row of luma where chroma is half as wide.
    view.strides[1] = layout.even_width ? stride : 2 * stride;
    view.width = layout.even_width ? picture.width & ~1U : picture.width;
    view.height = layout.even_height ? picture.height & ~1U : picture.height;
    std::copy(std::begin(rule->order), std::end(rule->order), std::begin(view.order));
    return view;
}

}  // namespace ascendcl::host::dvpp
