// The table of picture formats.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_formats.h"

namespace ascendcl::host::model {
namespace {

using Planes = AippFormat::Planes;

constexpr AippFormat kFormats[] = {
    {ACL_YUV420SP_U8, "YUV420SP_U8", Planes::kSemi420, true, 3, false, true, true},
    {ACL_XRGB8888_U8, "XRGB8888_U8", Planes::kPacked, false, 4, true, false, false},
    {ACL_RGB888_U8, "RGB888_U8", Planes::kPacked, false, 3, false, false, false},
    {ACL_YUV400_U8, "YUV400_U8", Planes::kPacked, true, 1, false, false, false},
    {ACL_ARGB8888_U8, "ARGB8888_U8", Planes::kPacked, false, 4, true, false, false},
    {ACL_YUYV_U8, "YUYV_U8", Planes::kPairs, true, 3, false, true, false},
    {ACL_YUV422SP_U8, "YUV422SP_U8", Planes::kSemi422, true, 3, false, true, false},
    {ACL_AYUV444_U8, "AYUV444_U8", Planes::kPacked, true, 4, true, false, false},
};

}  // namespace

const AippFormat *find_aipp_format(aclAippInputFormat id) noexcept {
    for (const AippFormat &format : kFormats) {
        if (format.id == id) return &format;
    }
    return nullptr;
}

std::string name_of_aipp_format(aclAippInputFormat id) {
    if (const AippFormat *format = find_aipp_format(id)) return format->name;
    switch (id) {
        case ACL_NC1HWC0DI_FP16:
            return "NC1HWC0DI_FP16";
        case ACL_NC1HWC0DI_S8:
            return "NC1HWC0DI_S8";
        case ACL_RAW10:
            return "RAW10";
        case ACL_RAW12:
            return "RAW12";
        case ACL_RAW16:
            return "RAW16";
        case ACL_RAW24:
            return "RAW24";
        default:
            return std::to_string(static_cast<int>(id));
    }
}

uint64_t picture_size(const AippFormat &format, int32_t width, int32_t height) noexcept {
    const uint64_t pixels = static_cast<uint64_t>(width) * static_cast<uint64_t>(height);
    switch (format.planes) {
        case Planes::kPacked:
            return pixels * static_cast<uint64_t>(format.channels);
        case Planes::kPairs:
        case Planes::kSemi422:
            return pixels * 2;
        case Planes::kSemi420:
            return pixels * 3 / 2;
    }
    return 0;
}

}  // namespace ascendcl::host::model
