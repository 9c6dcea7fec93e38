// A channel holds nothing here: there are no units to wait for. What it is bound to is checked.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/channel.h"

#include <atomic>
#include <string>

#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

std::atomic<uint64_t> next_id{1};

const char *name_of(acldvppChannelMode mode) {
    switch (mode) {
        case DVPP_CHNMODE_VPC:
            return "VPC";
        case DVPP_CHNMODE_JPEGD:
            return "JPEGD";
        case DVPP_CHNMODE_JPEGE:
            return "JPEGE";
        case DVPP_CHNMODE_PNGD:
            return "PNGD";
    }
    return "?";
}

}  // namespace

void create_channel(acldvppChannelDesc &channel) {
    require(channel.context == nullptr, "the description has a channel already");
    channel.context = current_context();
    channel.id = next_id.fetch_add(1, std::memory_order_relaxed);
}

void destroy_channel(acldvppChannelDesc &channel) {
    require(channel.context != nullptr, "the description has no channel: acldvppCreateChannel");
    channel.context.reset();
    channel.id = 0;
}

void require_channel(const acldvppChannelDesc *channel, acldvppChannelMode mode) {
    require(channel != nullptr, "channelDesc is null");
    require(channel->context != nullptr, "the channel is not created: acldvppCreateChannel");
    require(!channel->context->is_closing(), "the channel's context is gone",
            ACL_ERROR_RT_CONTEXT_NULL);
    if (channel->modes != 0 && (channel->modes & mode) == 0) {
        throw invalid(std::string("the channel is not for ") + name_of(mode) + ": its modes are " +
                      std::to_string(channel->modes));
    }
}

}  // namespace ascendcl::host::dvpp
