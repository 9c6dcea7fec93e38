// acl_dvpp.h: VPC on batches. Areas are taken source by source: the k-th goes to the k-th output.
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/dvpp/vpc.h"
#include "host/report/report.h"

namespace {

using namespace ascendcl::host;

constexpr uint64_t kMostAreas = 256;

struct Batch {
    acldvppBatchPicDesc *sources;
    const uint32_t *roi_nums;
    uint32_t size;  // of roi_nums
    acldvppBatchPicDesc *targets;
};

void require_counts(const Batch &batch) {
    require(batch.sources != nullptr && batch.targets != nullptr && batch.roi_nums != nullptr,
            "a pointer is null");
    if (batch.size != batch.sources->pictures.size()) {
        throw invalid("roiNums has " + std::to_string(batch.size) + " elements for " +
                      std::to_string(batch.sources->pictures.size()) + " input pictures");
    }
    uint64_t sum = 0;
    for (uint32_t k = 0; k < batch.size; ++k) sum += batch.roi_nums[k];
    if (sum > kMostAreas) {
        throw invalid("a batch has at most 256 areas, the sum of roiNums is " +
                      std::to_string(sum));
    }
    if (sum != batch.targets->pictures.size()) {
        throw invalid("the sum of roiNums is " + std::to_string(sum) + ", and there are " +
                      std::to_string(batch.targets->pictures.size()) + " output pictures");
    }
}

// Calls fill(placement, k) for the k-th area.
template <typename Fill>
std::vector<dvpp::Placement> placements_of(const Batch &batch, acldvppRoiConfig *const *crop_areas,
                                           Fill &&fill) {
    require_counts(batch);
    require(crop_areas != nullptr, "cropAreas is null");
    std::vector<dvpp::Placement> placements;
    size_t k = 0;
    for (uint32_t source = 0; source < batch.size; ++source) {
        for (uint32_t n = 0; n < batch.roi_nums[source]; ++n, ++k) {
            require(crop_areas[k] != nullptr, "an element of cropAreas is null");
            placements.push_back({&batch.sources->pictures[source], crop_areas[k],
                                  &batch.targets->pictures[k], nullptr});
            fill(placements.back(), k);
        }
    }
    return placements;
}

void nothing(dvpp::Placement &, size_t) {}

// Answers what sets the k-th area to paste to.
auto pasting(acldvppRoiConfig *const *paste_areas) {
    require(paste_areas != nullptr, "pasteAreas is null");
    return [paste_areas](dvpp::Placement &placement, size_t k) {
        require(paste_areas[k] != nullptr, "an element of pasteAreas is null");
        placement.paste = paste_areas[k];
    };
}

// What its borders leave of a picture.
acldvppRoiConfig inside_of(const acldvppPicDesc &picture, const acldvppBorderConfig &border) {
    const uint64_t across = uint64_t{border.left} + border.right;
    const uint64_t down = uint64_t{border.top} + border.bottom;
    if (across >= picture.width || down >= picture.height) {
        throw invalid("borders of " + std::to_string(across) + " and " + std::to_string(down) +
                      " pixels leave nothing of " + std::to_string(picture.width) + " x " +
                      std::to_string(picture.height));
    }
    return {border.left,
            picture.width - border.right - 1,
            border.top,
            picture.height - border.bottom - 1,
            {}};
}

}  // namespace

aclError acldvppVpcBatchCropAsync(acldvppChannelDesc *channelDesc,
                                  acldvppBatchPicDesc *srcBatchPicDescs, uint32_t *roiNums,
                                  uint32_t size, acldvppBatchPicDesc *dstBatchPicDescs,
                                  acldvppRoiConfig *cropAreas[], aclrtStream stream) {
    return guarded(__func__, [&] {
        const Batch batch{srcBatchPicDescs, roiNums, size, dstBatchPicDescs};
        dvpp::place("acldvppVpcBatchCropAsync", channelDesc,
                    placements_of(batch, cropAreas, nothing), dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcBatchCropResizeAsync(acldvppChannelDesc *channelDesc,
                                        acldvppBatchPicDesc *srcBatchPicDescs, uint32_t *roiNums,
                                        uint32_t size, acldvppBatchPicDesc *dstBatchPicDescs,
                                        acldvppRoiConfig *cropAreas[],
                                        acldvppResizeConfig *resizeConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        const Batch batch{srcBatchPicDescs, roiNums, size, dstBatchPicDescs};
        dvpp::place("acldvppVpcBatchCropResizeAsync", channelDesc,
                    placements_of(batch, cropAreas, nothing), dvpp::interpolation_of(resizeConfig),
                    stream);
    });
}

aclError acldvppVpcBatchCropAndPasteAsync(acldvppChannelDesc *channelDesc,
                                          acldvppBatchPicDesc *srcBatchPicDescs, uint32_t *roiNums,
                                          uint32_t size, acldvppBatchPicDesc *dstBatchPicDescs,
                                          acldvppRoiConfig *cropAreas[],
                                          acldvppRoiConfig *pasteAreas[], aclrtStream stream) {
    return guarded(__func__, [&] {
        const Batch batch{srcBatchPicDescs, roiNums, size, dstBatchPicDescs};
        dvpp::place("acldvppVpcBatchCropAndPasteAsync", channelDesc,
                    placements_of(batch, cropAreas, pasting(pasteAreas)), dvpp::kOwnFilter, stream);
    });
}

aclError acldvppVpcBatchCropResizePasteAsync(
    acldvppChannelDesc *channelDesc, acldvppBatchPicDesc *srcBatchPicDescs, uint32_t *roiNums,
    uint32_t size, acldvppBatchPicDesc *dstBatchPicDescs, acldvppRoiConfig *cropAreas[],
    acldvppRoiConfig *pasteAreas[], acldvppResizeConfig *resizeConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        const Batch batch{srcBatchPicDescs, roiNums, size, dstBatchPicDescs};
        dvpp::place("acldvppVpcBatchCropResizePasteAsync", channelDesc,
                    placements_of(batch, cropAreas, pasting(pasteAreas)),
                    dvpp::interpolation_of(resizeConfig), stream);
    });
}

aclError acldvppVpcBatchCropResizeMakeBorderAsync(
    acldvppChannelDesc *channelDesc, acldvppBatchPicDesc *srcBatchPicDescs, uint32_t *roiNums,
    uint32_t size, acldvppBatchPicDesc *dstBatchPicDescs, acldvppRoiConfig *cropAreas[],
    acldvppBorderConfig *borderCfgs[], acldvppResizeConfig *resizeConfig, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(borderCfgs != nullptr, "borderCfgs is null");
        const Batch batch{srcBatchPicDescs, roiNums, size, dstBatchPicDescs};
        std::vector<acldvppRoiConfig> insides;
        insides.reserve(kMostAreas);  // placements point into it
        const auto bordered = [&](dvpp::Placement &placement, size_t k) {
            const acldvppBorderConfig *border = borderCfgs[k];
            require(border != nullptr, "an element of borderCfgs is null");
            require(border->type == BORDER_CONSTANT || border->type == BORDER_REPLICATE,
                    "borders of batches are constant or replicate");
            insides.push_back(inside_of(*placement.target, *border));
            placement.paste = &insides.back();
            placement.border = border;
        };
        dvpp::place("acldvppVpcBatchCropResizeMakeBorderAsync", channelDesc,
                    placements_of(batch, cropAreas, bordered), dvpp::interpolation_of(resizeConfig),
                    stream);
    });
}
