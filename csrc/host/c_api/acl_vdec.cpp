// VDEC: acl_dvpp.h "aclvdec*".
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/dvpp/vdec_channel.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kMostChannelId = 255;

void require_there(const void *pointer, const char *name) {
    if (pointer == nullptr) throw invalid(std::string(name) + " is null");
}

// Settings count from the creation of the channel on.
template <typename T>
aclError set(const char *function, aclvdecChannelDesc *desc, T aclvdecChannelDesc::*member,
             T value) {
    return guarded(function, [&] {
        require_there(desc, "channelDesc");
        require(desc->channel == nullptr, "the channel is there already: its settings stay");
        desc->*member = value;
    });
}

template <typename T>
T get(const char *function, const aclvdecChannelDesc *desc, T aclvdecChannelDesc::*member) {
    if (desc != nullptr) return desc->*member;
    fail(ACL_ERROR_INVALID_PARAM, "%s: channelDesc is null", function);
    return T{};
}

dvpp::VdecChannel &channel_of(aclvdecChannelDesc *desc) {
    require_there(desc, "channelDesc");
    require(desc->channel != nullptr, "the channel is not created, or destroyed already");
    return *desc->channel;
}

}  // namespace

aclvdecChannelDesc *aclvdecCreateChannelDesc(void) { return hand_out<aclvdecChannelDesc>(); }

aclError aclvdecDestroyChannelDesc(aclvdecChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        require_there(channelDesc, "channelDesc");
        require(channelDesc->channel == nullptr,
                "its channel is still there: aclvdecDestroyChannel comes first");
        take_back(channelDesc);
    });
}

aclError aclvdecCreateChannel(aclvdecChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        require_there(channelDesc, "channelDesc");
        require(channelDesc->channel == nullptr, "the channel is there already");
        channelDesc->channel = dvpp::create_vdec_channel(*channelDesc);
    });
}

aclError aclvdecDestroyChannel(aclvdecChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        channel_of(channelDesc);
        const std::shared_ptr<dvpp::VdecChannel> channel = channelDesc->channel;
        try {
            dvpp::destroy_vdec_channel(*channel);
        } catch (const Failure &failure) {
            // Gone all the same, without some of its callbacks.
            if (failure.code == ACL_ERROR_RT_REPORT_TIMEOUT) channelDesc->channel = nullptr;
            throw;
        }
        channelDesc->channel = nullptr;
    });
}

aclError aclvdecSetChannelDescChannelId(aclvdecChannelDesc *channelDesc, uint32_t channelId) {
    return guarded(__func__, [&] {
        if (channelId > kMostChannelId) {
            throw invalid("the channel id " + std::to_string(channelId) + " is not in 0 to 255");
        }
        return set(__func__, channelDesc, &aclvdecChannelDesc::channel_id, channelId);
    });
}

uint32_t aclvdecGetChannelDescChannelId(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::channel_id);
}

aclError aclvdecSetChannelDescThreadId(aclvdecChannelDesc *channelDesc, uint64_t threadId) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::thread_id, threadId);
}

// As documented: the lower half of it.
uint32_t aclvdecGetChannelDescThreadId(const aclvdecChannelDesc *channelDesc) {
    return static_cast<uint32_t>(get(__func__, channelDesc, &aclvdecChannelDesc::thread_id));
}

aclError aclvdecSetChannelDescCallback(aclvdecChannelDesc *channelDesc, aclvdecCallback callback) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::callback, callback);
}

aclvdecCallback aclvdecGetChannelDescCallback(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::callback);
}

aclError aclvdecSetChannelDescEnType(aclvdecChannelDesc *channelDesc, acldvppStreamFormat enType) {
    return guarded(__func__, [&] {
        dvpp::require_stream_format(enType);
        return set(__func__, channelDesc, &aclvdecChannelDesc::stream_format, enType);
    });
}

acldvppStreamFormat aclvdecGetChannelDescEnType(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::stream_format);
}

aclError aclvdecSetChannelDescOutPicFormat(aclvdecChannelDesc *channelDesc,
                                           acldvppPixelFormat outPicFormat) {
    return guarded(__func__, [&] {
        dvpp::require_video_format(outPicFormat);
        return set(__func__, channelDesc, &aclvdecChannelDesc::picture_format, outPicFormat);
    });
}

acldvppPixelFormat aclvdecGetChannelDescOutPicFormat(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::picture_format);
}

aclError aclvdecSetChannelDescOutPicWidth(aclvdecChannelDesc *channelDesc, uint32_t outPicWidth) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::width, outPicWidth);
}

uint32_t aclvdecGetChannelDescOutPicWidth(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::width);
}

aclError aclvdecSetChannelDescOutPicHeight(aclvdecChannelDesc *channelDesc, uint32_t outPicHeight) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::height, outPicHeight);
}

uint32_t aclvdecGetChannelDescOutPicHeight(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::height);
}

aclError aclvdecSetChannelDescRefFrameNum(aclvdecChannelDesc *channelDesc, uint32_t refFrameNum) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::reference_frames, refFrameNum);
}

uint32_t aclvdecGetChannelDescRefFrameNum(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::reference_frames);
}

aclError aclvdecSetChannelDescOutMode(aclvdecChannelDesc *channelDesc, uint32_t outMode) {
    return guarded(__func__, [&] {
        if (outMode > 1) {
            throw invalid("the output mode " + std::to_string(outMode) +
                          " is none: 0 (delayed), 1 (a picture with each packet)");
        }
        return set(__func__, channelDesc, &aclvdecChannelDesc::out_mode, outMode);
    });
}

uint32_t aclvdecGetChannelDescOutMode(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::out_mode);
}

aclError aclvdecSetChannelDescBitDepth(aclvdecChannelDesc *channelDesc, uint32_t bitDepth) {
    return set(__func__, channelDesc, &aclvdecChannelDesc::bit_depth, bitDepth);
}

uint32_t aclvdecGetChannelDescBitDepth(const aclvdecChannelDesc *channelDesc) {
    return get(__func__, channelDesc, &aclvdecChannelDesc::bit_depth);
}

aclvdecFrameConfig *aclvdecCreateFrameConfig(void) { return hand_out<aclvdecFrameConfig>(); }

aclError aclvdecDestroyFrameConfig(aclvdecFrameConfig *vdecFrameConfig) {
    return guarded(__func__, [&] {
        require_there(vdecFrameConfig, "vdecFrameConfig");
        take_back(vdecFrameConfig);
    });
}

// The configuration has no settings; it may be null.
aclError aclvdecSendFrame(aclvdecChannelDesc *channelDesc, acldvppStreamDesc *input,
                          acldvppPicDesc *output, aclvdecFrameConfig *, void *userData) {
    return guarded(__func__, [&] {
        auto &channel = channel_of(channelDesc);
        require_there(input, "input");
        if (!dvpp::is_end_only(*input)) require_there(output, "output");
        dvpp::send_packet(channel, *input, output, userData);
    });
}

aclError aclvdecSendSkippedFrame(aclvdecChannelDesc *channelDesc, acldvppStreamDesc *input,
                                 aclvdecFrameConfig *, void *userData) {
    return guarded(__func__, [&] {
        auto &channel = channel_of(channelDesc);
        require_there(input, "input");
        dvpp::send_packet(channel, *input, nullptr, userData);
    });
}
