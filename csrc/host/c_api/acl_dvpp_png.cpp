// acl_dvpp.h: PNG.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/picture_buffer.h"
#include "host/dvpp/png_decoder.h"
#include "host/dvpp/task.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError acldvppPngDecodeAsync(acldvppChannelDesc *channelDesc, const void *data, uint32_t size,
                               acldvppPicDesc *outputDesc, aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::require_channel(channelDesc, DVPP_CHNMODE_PNGD);
        require(outputDesc != nullptr, "outputDesc is null");
        dvpp::require_device_memory(data, size, "data");
        dvpp::require_device_memory(outputDesc->data, outputDesc->size, "the picture's buffer");
        const dvpp::PictureFields fields = *outputDesc;
        dvpp::submit(
            "acldvppPngDecodeAsync", stream,
            {{"data", data, size, false}, {"the output picture", fields.data, fields.size, true}},
            {outputDesc}, [data, size, fields, link = outputDesc->link.of(*outputDesc)] {
                dvpp::PictureFields picture = fields;
                dvpp::decode_png(static_cast<const uint8_t *>(data), size, picture);
                link->with([&](acldvppPicDesc &output) { dvpp::write_back(picture, output); });
            });
    });
}

aclError acldvppPngGetImageInfo(const void *data, uint32_t dataSize, uint32_t *width,
                                uint32_t *height, int32_t *components) {
    return guarded(__func__, [&] {
        require(data != nullptr && dataSize != 0, "data is null or dataSize 0");
        require(width != nullptr && height != nullptr, "width or height is null");
        const auto header = dvpp::read_png_header(static_cast<const uint8_t *>(data), dataSize);
        *width = header.width;
        *height = header.height;
        if (components != nullptr) *components = header.components;
    });
}

aclError acldvppPngPredictDecSize(const void *data, uint32_t dataSize,
                                  acldvppPixelFormat outputPixelFormat, uint32_t *decSize) {
    return guarded(__func__, [&] {
        require(data != nullptr && dataSize != 0, "data is null or dataSize 0");
        require(decSize != nullptr, "decSize is null");
        const auto header = dvpp::read_png_header(static_cast<const uint8_t *>(data), dataSize);
        *decSize = dvpp::predicted_size(header, outputPixelFormat);
    });
}
