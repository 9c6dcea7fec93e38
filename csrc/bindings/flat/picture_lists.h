// acl.media functions whose C arguments are counted arrays or sizes: lists and numbers in Python.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace py = pybind11;

using RoiNumbers = std::vector<uint32_t>;
using Areas = std::vector<acldvppRoiConfig *>;
using Borders = std::vector<acldvppBorderConfig *>;

// The length follows from the parameter.
py::object set_channel_param(acldvppChannelDesc *channel, acldvppChannelDescParamType type,
                             py::handle &value);
py::object get_channel_param(const acldvppChannelDesc *channel, acldvppChannelDescParamType type);

// All of these answer (roi_nums, ret).
py::object batch_crop(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                      RoiNumbers &roi_nums, acldvppBatchPicDesc *targets, Areas &crop_areas,
                      aclrtStream stream);
py::object batch_crop_resize(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                             RoiNumbers &roi_nums, acldvppBatchPicDesc *targets, Areas &crop_areas,
                             acldvppResizeConfig *config, aclrtStream stream);
py::object batch_crop_and_paste(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                Areas &crop_areas, Areas &paste_areas, aclrtStream stream);
py::object batch_crop_resize_paste(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                   RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                   Areas &crop_areas, Areas &paste_areas,
                                   acldvppResizeConfig *config, aclrtStream stream);
py::object batch_crop_resize_make_border(acldvppChannelDesc *channel, acldvppBatchPicDesc *sources,
                                         RoiNumbers &roi_nums, acldvppBatchPicDesc *targets,
                                         Areas &crop_areas, Borders &borders,
                                         acldvppResizeConfig *config, aclrtStream stream);

// `reserve` may be None.
py::object pyr_down(acldvppChannelDesc *channel, acldvppPicDesc *input, acldvppPicDesc *output,
                    py::handle &reserve, aclrtStream stream);

}  // namespace ascendcl::flat
