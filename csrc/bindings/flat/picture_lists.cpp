// Batches of pictures and settings of channels: see picture_lists.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/picture_lists.h"

#include <numeric>
#include <string>

#include "bindings/flat/fields.h"

namespace ascendcl::flat {
namespace {

// C reads as many elements as there are pictures to write: a shorter list would be read beyond.
void require_areas(const char *name, size_t count, const RoiNumbers &roi_nums) {
    const uint64_t expected = std::accumulate(roi_nums.begin(), roi_nums.end(), uint64_t{0});
    if (count == expected) return;
    throw py::value_error(std::string("'") + name + "' has " + std::to_string(count) +
                          " elements, the sum of 'roi_nums' is " + std::to_string(expected));
}

py::object answer(const RoiNumbers &roi_nums, aclError code) {
    py::list numbers;
    for (const uint32_t each : roi_nums) numbers.append(each);
    return py::make_tuple(numbers, code);
}

// Calls F(channel, sources, numbers, count, targets, rest...).
template <auto F, typename... Rest>
py::object batch(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources, RoiNumbers &roi_nums,
                 acldvppBatchPicDesc *targets, Rest... rest) {
    return answer(roi_nums, without_gil([&] {
                      return F(channel, sources, roi_nums.data(),
                               static_cast<uint32_t>(roi_nums.size()), targets, rest...);
                  }));
}

bool has_eight_bytes(acldvppChannelDescParamType type) {
    return type == ACL_DVPP_CHANNEL_ID_UINT64;
}

}  // namespace

py::object set_channel_param(acldvppChannelDesc *channel, acldvppChannelDescParamType type,
                             py::handle &value) {
    const auto set = [&](auto number) {
        return object_of(acldvppSetChannelDescParam(channel, type, sizeof number, &number));
    };
    if (has_eight_bytes(type)) return set(integer_of<uint64_t>(value, "param"));
    return set(integer_of<uint32_t>(value, "param"));
}

py::object get_channel_param(const acldvppChannelDesc *channel, acldvppChannelDescParamType type) {
    const auto get = [&](auto number) {
        size_t written = 0;
        const aclError code =
            acldvppGetChannelDescParam(channel, type, sizeof number, &written, &number);
        return py::make_tuple(number, code);
    };
    if (has_eight_bytes(type)) return get(uint64_t{0});
    return get(uint32_t{0});
}

py::object batch_crop(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                      RoiNumbers &roi_nums, acldvppBatchPicDesc *targets, Areas &crop_areas,
                      aclrtStream stream) {
    require_areas("crop_areas", crop_areas.size(), roi_nums);
    return batch<&acldvppVpcBatchCropAsync>(channel, sources, roi_nums, targets, crop_areas.data(),
                                            stream);
}

py::object batch_crop_resize(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                             RoiNumbers &roi_nums, acldvppBatchPicDesc *targets, Areas &crop_areas,
                             acldvppResizeConfig *config, aclrtStream stream) {
    require_areas("crop_areas", crop_areas.size(), roi_nums);
    return batch<&acldvppVpcBatchCropResizeAsync>(channel, sources, roi_nums, targets,
                                                  crop_areas.data(), config, stream);
}

py::object batch_crop_and_paste(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                Areas &crop_areas, Areas &paste_areas, aclrtStream stream) {
    require_areas("crop_areas", crop_areas.size(), roi_nums);
    require_areas("paste_areas", paste_areas.size(), roi_nums);
    return batch<&acldvppVpcBatchCropAndPasteAsync>(channel, sources, roi_nums, targets,
                                                    crop_areas.data(), paste_areas.data(), stream);
}

py::object batch_crop_resize_paste(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                   RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                   Areas &crop_areas, Areas &paste_areas,
                                   acldvppResizeConfig *config, aclrtStream stream) {
    require_areas("crop_areas", crop_areas.size(), roi_nums);
    require_areas("paste_areas", paste_areas.size(), roi_nums);
    return batch<&acldvppVpcBatchCropResizePasteAsync>(
        channel, sources, roi_nums, targets, crop_areas.data(), paste_areas.data(), config, stream);
}

py::object batch_crop_resize_make_border(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                         RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                         Areas &crop_areas, Borders &borders,
                                         acldvppResizeConfig *config, aclrtStream stream) {
    require_areas("crop_areas", crop_areas.size(), roi_nums);
    require_areas("border_cfgs", borders.size(), roi_nums);
    return batch<&acldvppVpcBatchCropResizeMakeBorderAsync>(
        channel, sources, roi_nums, targets, crop_areas.data(), borders.data(), config, stream);
}

py::object pyr_down(acldvppChannelDesc *channel, acldvppPicDesc *input, acldvppPicDesc *output,
                    py::handle &reserve, aclrtStream stream) {
    auto *const address = reserve.is_none()
                              ? nullptr
                              : reinterpret_cast<void *>(integer_of<uint64_t>(reserve, "reserve"));
    return object_of(without_gil(
        [&] { return acldvppVpcPyrDownAsync(channel, input, output, address, stream); }));
}

}  // namespace ascendcl::flat
