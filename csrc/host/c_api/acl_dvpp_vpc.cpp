// acl_dvpp.h: VPC on one picture.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/picture_buffer.h"
#include "host/dvpp/vpc.h"
#include "host/report/report.h"

namespace {

using namespace ascendcl::host;

struct Size {
    uint32_t width;
    uint32_t height;
};

// What counts of a picture: odd sides are rounded down where chroma is halved.
Size size_of_input(const acldvppPicDesc &picture) {
    dvpp::require_picture(picture, dvpp::Unit::kVpcInput, "the input picture");
    const auto view = dvpp::view_of(picture);
    return {view.width, view.height};
}

const acldvppRoiConfig *required(const acldvppRoiConfig *area, const char *message) {
    require(area != nullptr, message);
    return area;
}

}  // namespace

aclError acldvppVpcResizeAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                               acldvppPicDesc *outputDesc, acldvppResizeConfig *resizeConfig,
                               aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::place("acldvppVpcResizeAsync", channelDesc,
                    {{inputDesc, nullptr, outputDesc, nullptr}},
                    dvpp::interpolation_of(resizeConfig), stream);
    });
}

aclError acldvppVpcCropAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                             acldvppPicDesc *outputDesc, acldvppRoiConfig *cropArea,
                             aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::place("acldvppVpcCropAsync", channelDesc,
                    {{inputDesc, required(cropArea, "cropArea is null"), outputDesc, nullptr}},
                    dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcCropResizeAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                   acldvppPicDesc *outputDesc, acldvppRoiConfig *cropArea,
                                   acldvppResizeConfig *resizeConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::place("acldvppVpcCropResizeAsync", channelDesc,
                    {{inputDesc, required(cropArea, "cropArea is null"), outputDesc, nullptr}},
                    dvpp::interpolation_of(resizeConfig), stream);
    });
}

aclError acldvppVpcCropAndPasteAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                     acldvppPicDesc *outputDesc, acldvppRoiConfig *cropArea,
                                     acldvppRoiConfig *pasteArea, aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::place("acldvppVpcCropAndPasteAsync", channelDesc,
                    {{inputDesc, required(cropArea, "cropArea is null"), outputDesc,
                      required(pasteArea, "pasteArea is null")}},
                    dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcCropResizePasteAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                        acldvppPicDesc *outputDesc, acldvppRoiConfig *cropArea,
                                        acldvppRoiConfig *pasteArea,
                                        acldvppResizeConfig *resizeConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        dvpp::place("acldvppVpcCropResizePasteAsync", channelDesc,
                    {{inputDesc, required(cropArea, "cropArea is null"), outputDesc,
                      required(pasteArea, "pasteArea is null")}},
                    dvpp::interpolation_of(resizeConfig), stream);
    });
}

aclError acldvppVpcConvertColorAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                     acldvppPicDesc *outputDesc, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(inputDesc != nullptr && outputDesc != nullptr, "a picture is null");
        const Size from = size_of_input(*inputDesc);
        dvpp::PictureFields to = *outputDesc;
        // As documented: left out, they are the input's, and the strides the least.
        if (to.width == 0 || to.height == 0) {
            const auto output = dvpp::Unit::kVpcOutput;
            to.width = from.width;
            to.height = from.height;
            to.width_stride = dvpp::least_width_stride(to.format, to.width, output);
            to.height_stride = dvpp::least_height_stride(to.format, to.height, output);
            dvpp::require_picture(to, output, "the output picture");
        }
        if (to.width != from.width || to.height != from.height) {
            throw invalid("colours are converted at one size: the input has " +
                          std::to_string(from.width) + " x " + std::to_string(from.height) +
                          " pixels, the output " + std::to_string(to.width) + " x " +
                          std::to_string(to.height));
        }
        dvpp::write_back(to, *outputDesc);
        dvpp::place("acldvppVpcConvertColorAsync", channelDesc,
                    {{inputDesc, nullptr, outputDesc, nullptr}}, dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcMakeBorderAsync(const acldvppChannelDesc *channelDesc,
                                   const acldvppPicDesc *inputDesc, acldvppPicDesc *outputDesc,
                                   const acldvppBorderConfig *borderConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(inputDesc != nullptr && outputDesc != nullptr && borderConfig != nullptr,
                "a pointer is null");
        const acldvppBorderConfig &border = *borderConfig;
        const Size from = size_of_input(*inputDesc);
        const uint64_t width = uint64_t{from.width} + border.left + border.right;
        const uint64_t height = uint64_t{from.height} + border.top + border.bottom;
        if (width != outputDesc->width || height != outputDesc->height) {
            throw invalid("with its border the picture has " + std::to_string(width) + " x " +
                          std::to_string(height) + " pixels, the output has " +
                          std::to_string(outputDesc->width) + " x " +
                          std::to_string(outputDesc->height));
        }
        const bool is_mirrored = border.type == BORDER_REFLECT || border.type == BORDER_REFLECT_101;
        for (const uint32_t side : {border.left, border.right, border.top, border.bottom}) {
            if (!is_mirrored || side <= 2) continue;
            throw invalid("a mirrored border has at most 2 pixels, given " + std::to_string(side));
        }
        const acldvppRoiConfig inside{border.left,
                                      border.left + from.width - 1,
                                      border.top,
                                      border.top + from.height - 1,
                                      {}};
        // The input is read only; a placement has one kind of picture.
        dvpp::place(
            "acldvppVpcMakeBorderAsync", channelDesc,
            {{const_cast<acldvppPicDesc *>(inputDesc), nullptr, outputDesc, &inside, borderConfig}},
            dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcPyrDownAsync(acldvppChannelDesc *channelDesc, acldvppPicDesc *inputDesc,
                                acldvppPicDesc *outputDesc, void *reserve, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(inputDesc != nullptr && outputDesc != nullptr, "a picture is null");
        dvpp::halve("acldvppVpcPyrDownAsync", channelDesc, *inputDesc, *outputDesc, stream);
    });
}
