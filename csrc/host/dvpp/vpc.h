// What VPC does with pictures: areas of one go to areas of another, in a stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "acl/acl.h"
#include "host/dvpp/channel.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

// One area of a picture to one of another. Without an area it is the whole picture.
struct Placement {
    acldvppPicDesc *source;
    const acldvppRoiConfig *crop;
    acldvppPicDesc *target;
    const acldvppRoiConfig *paste;
    const acldvppBorderConfig *border = nullptr;  // around the pasted area, up to the edges
};

// Without settings: the chip's own filter.
inline constexpr uint32_t kOwnFilter = 0;

// Of the settings that an operation asks for. Throws Failure{100000} for none.
uint32_t interpolation_of(const acldvppResizeConfig *config);

// All of them in one task. Everything is checked and copied before it is submitted; throws Failure.
// `interpolation` is that of acldvppSetResizeConfigInterpolation.
void place(const char *function, const acldvppChannelDesc *channel,
           const std::vector<Placement> &placements, uint32_t interpolation, aclrtStream stream);

void halve(const char *function, const acldvppChannelDesc *channel, acldvppPicDesc &source,
           acldvppPicDesc &target, aclrtStream stream);

}  // namespace ascendcl::host::dvpp
