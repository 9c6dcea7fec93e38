// What stands behind the pointers of acl_dvpp.h: descriptions of pictures, areas and settings.
// Plain values: setters check nothing (the documentation has "no restrictions"), operations do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/picture_link.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host::dvpp {

// What a program says of a picture: copied where work is queued, for the description may change or
// go meanwhile.
struct PictureFields {
    void *data = nullptr;  // device memory
    uint32_t size = 0;     // bytes at `data`
    acldvppPixelFormat format = PIXEL_FORMAT_YUV_400;
    uint32_t width = 0;          // pixels
    uint32_t height = 0;         // rows
    uint32_t width_stride = 0;   // bytes a row of packed formats, samples a row of others
    uint32_t height_stride = 0;  // rows of the first plane
};

}  // namespace ascendcl::host::dvpp

struct acldvppPicDesc : ascendcl::host::dvpp::PictureFields {
    uint32_t ret_code = 0;               // of the last task that wrote it
    bool is_of_batch = false;            // which owns it
    ascendcl::host::dvpp::LinkEnd link;  // of tasks that are to write it
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kPictureDesc> live;
};

struct acldvppBatchPicDesc {
    // The batch owns its pictures: acldvppGetPicDesc hands out pointers into it.
    std::vector<acldvppPicDesc> pictures;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kPictureBatch> live;
};

struct acldvppStreamDesc {
    void *data = nullptr;
    uint32_t size = 0;
    acldvppStreamFormat format = H265_MAIN_LEVEL;
    uint64_t timestamp = 0;
    uint32_t ret_code = 0;
    uint8_t eos = 0;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kStreamDesc> live;
};

// All four are inside of the area.
struct acldvppRoiConfig {
    uint32_t left = 0;
    uint32_t right = 0;
    uint32_t top = 0;
    uint32_t bottom = 0;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> live;
};

struct acldvppResizeConfig {
    uint32_t interpolation = 0;  // c.f. media/media.h
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> live;
};

struct acldvppJpegeConfig {
    uint32_t level = 100;  // ours: no default is documented
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> live;
};

struct acldvppBorderConfig {
    std::array<double, 4> value{};  // R or Y, G or U, B or V, reserved
    acldvppBorderType type = BORDER_CONSTANT;
    uint32_t top = 0;  // pixels
    uint32_t bottom = 0;
    uint32_t left = 0;
    uint32_t right = 0;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> live;
};
