// Channels of the media units, and what an operation asks of one before it begins.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/runtime/context.h"
#include "host/runtime/live_counts.h"

struct acldvppChannelDesc {
    uint32_t modes = 0;  // acldvppChannelMode flags; none: all
    acldvppCscMatrix matrix = ACL_DVPP_CSC_MATRIX_BT601_WIDE;
    uint32_t width = 8192;  // pixels, of JPEGE
    uint32_t height = 8192;
    int32_t jpegd_precision = 0;
    uint64_t id = 0;                                   // given by acldvppCreateChannel
    std::shared_ptr<ascendcl::host::Context> context;  // of the channel; null while there is none
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaChannel> live;
};

namespace ascendcl::host::dvpp {

// Gives it an id. Throws Failure where there is one, or no context is current.
void create_channel(acldvppChannelDesc &channel);
// Throws Failure where there is none.
void destroy_channel(acldvppChannelDesc &channel);

// Throws Failure unless the channel was created, in a context that is still there, for `mode`.
void require_channel(const acldvppChannelDesc *channel, acldvppChannelMode mode);

}  // namespace ascendcl::host::dvpp
