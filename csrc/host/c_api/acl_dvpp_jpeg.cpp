// acl_dvpp.h: JPEG.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/jpeg_decoder.h"
#include "host/dvpp/jpeg_encoder.h"
#include "host/dvpp/picture_buffer.h"
#include "host/dvpp/task.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

dvpp::JpegHeader header_of(const void *data, uint32_t size) {
    require(data != nullptr && size != 0, "data is null or its size 0");
    return dvpp::read_jpeg_header(static_cast<const uint8_t *>(data), size);
}

}  // namespace

aclError acldvppJpegDecodeAsync(acldvppChannelDesc *channelDesc, const void *data, uint32_t size,
                                acldvppPicDesc *outputDesc, aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::require_channel(channelDesc, DVPP_CHNMODE_JPEGD);
        require(outputDesc != nullptr, "outputDesc is null");
        dvpp::require_device_memory(data, size, "data");
        dvpp::require_device_memory(outputDesc->data, outputDesc->size, "the picture's buffer");
        const dvpp::PictureFields fields = *outputDesc;
        dvpp::submit(
            "acldvppJpegDecodeAsync", stream,
            {{"data", data, size, false}, {"the output picture", fields.data, fields.size, true}},
            {outputDesc}, [data, size, fields, link = outputDesc->link.of(*outputDesc)] {
                dvpp::PictureFields picture = fields;
                dvpp::decode_jpeg(static_cast<const uint8_t *>(data), size, picture);
                link->with([&](acldvppPicDesc &output) { dvpp::write_back(picture, output); });
            });
    });
}

aclError acldvppJpegEncodeAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                const void *data, uint32_t *size, acldvppJpegeConfig *config,
                                aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::require_channel(channelDesc, DVPP_CHNMODE_JPEGE);
        require(inputDesc != nullptr, "inputDesc is null");
        require(config != nullptr, "config is null");
        require(size != nullptr && *size != 0, "size is null, or *size gives no room");
        dvpp::require_encodable(*inputDesc, channelDesc->width, channelDesc->height);
        const uint32_t quality = dvpp::quality_of(config->level);
        const uint32_t capacity = *size;
        dvpp::require_device_memory(data, capacity, "data");
        const dvpp::PictureFields fields = *inputDesc;
        auto *const to = const_cast<void *>(data);  // the interface has it so
        dvpp::submit("acldvppJpegEncodeAsync", stream,
                     {{"the input picture", fields.data, fields.size, false},
                      {"data", data, capacity, true}},
                     {}, [to, capacity, size, fields, quality] {
                         *size = dvpp::encode_jpeg(fields, quality, to, capacity);
                     });
    });
}

aclError acldvppJpegGetImageInfo(const void *data, uint32_t size, uint32_t *width, uint32_t *height,
                                 int32_t *components) {
    return acldvppJpegGetImageInfoV2(data, size, width, height, components, nullptr);
}

aclError acldvppJpegGetImageInfoV2(const void *data, uint32_t size, uint32_t *width,
                                   uint32_t *height, int32_t *components,
                                   acldvppJpegFormat *format) {
    return guarded(__func__, [&] {
        require(width != nullptr && height != nullptr, "width or height is null");
        const dvpp::JpegHeader header = header_of(data, size);
        dvpp::require_baseline(header);
        const dvpp::UprightSize upright = dvpp::upright_size(header);
        *width = upright.width;
        *height = upright.height;
        if (components != nullptr) *components = header.components;
        if (format != nullptr) *format = upright.sampling;
    });
}

aclError acldvppJpegPredictDecSize(const void *data, uint32_t dataSize,
                                   acldvppPixelFormat outputPixelFormat, uint32_t *decSize) {
    return guarded(__func__, [&] {
        require(decSize != nullptr, "decSize is null");
        *decSize = dvpp::predicted_size(header_of(data, dataSize), outputPixelFormat);
    });
}

aclError acldvppJpegPredictEncSize(const acldvppPicDesc *inputDesc,
                                   const acldvppJpegeConfig *config, uint32_t *size) {
    return guarded(__func__, [&] {
        require(inputDesc != nullptr, "inputDesc is null");
        require(config != nullptr && size != nullptr, "config or size is null");
        dvpp::quality_of(config->level);
        *size = dvpp::predicted_size(*inputDesc);
    });
}
