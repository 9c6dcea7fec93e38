// VDEC: acl_dvpp.h "aclvdec*".
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/c_api/video_settings.h"
#include "host/dvpp/vdec_channel.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kMostChannelId = 255;

void require_channel_id(uint32_t id) {
    if (id <= kMostChannelId) return;
    throw invalid("the channel id " + std::to_string(id) + " is not in 0 to 255");
}

void require_out_mode(uint32_t mode) {
    if (mode <= 1) return;
    throw invalid("the output mode " + std::to_string(mode) +
                  " is none: 0 (delayed), 1 (a picture with each packet)");
}

}  // namespace

aclvdecChannelDesc *aclvdecCreateChannelDesc(void) { return hand_out<aclvdecChannelDesc>(); }

aclError aclvdecDestroyChannelDesc(aclvdecChannelDesc *channelDesc) {
    return destroy_channel_desc(__func__, channelDesc,
                                "its channel is still there: aclvdecDestroyChannel comes first");
}

aclError aclvdecCreateChannel(aclvdecChannelDesc *channelDesc) {
    return create_channel(__func__, channelDesc, dvpp::create_vdec_channel);
}

aclError aclvdecDestroyChannel(aclvdecChannelDesc *channelDesc) {
    return destroy_channel(__func__, channelDesc, dvpp::destroy_vdec_channel);
}

aclError aclvdecSetChannelDescChannelId(aclvdecChannelDesc *channelDesc, uint32_t channelId) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::channel_id, channelId,
                       &require_channel_id);
}

uint32_t aclvdecGetChannelDescChannelId(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::channel_id);
}

aclError aclvdecSetChannelDescThreadId(aclvdecChannelDesc *channelDesc, uint64_t threadId) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::thread_id, threadId);
}

// As documented: the lower half of it.
uint32_t aclvdecGetChannelDescThreadId(const aclvdecChannelDesc *channelDesc) {
    return static_cast<uint32_t>(
        get_setting(__func__, channelDesc, &aclvdecChannelDesc::thread_id));
}

aclError aclvdecSetChannelDescCallback(aclvdecChannelDesc *channelDesc, aclvdecCallback callback) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::callback, callback);
}

aclvdecCallback aclvdecGetChannelDescCallback(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::callback);
}

aclError aclvdecSetChannelDescEnType(aclvdecChannelDesc *channelDesc, acldvppStreamFormat enType) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::stream_format, enType,
                       &dvpp::require_stream_format);
}

acldvppStreamFormat aclvdecGetChannelDescEnType(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::stream_format);
}

aclError aclvdecSetChannelDescOutPicFormat(aclvdecChannelDesc *channelDesc,
                                           acldvppPixelFormat outPicFormat) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::picture_format, outPicFormat,
                       &dvpp::require_video_format);
}

acldvppPixelFormat aclvdecGetChannelDescOutPicFormat(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::picture_format);
}

aclError aclvdecSetChannelDescOutPicWidth(aclvdecChannelDesc *channelDesc, uint32_t outPicWidth) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::width, outPicWidth);
}

uint32_t aclvdecGetChannelDescOutPicWidth(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::width);
}

aclError aclvdecSetChannelDescOutPicHeight(aclvdecChannelDesc *channelDesc, uint32_t outPicHeight) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::height, outPicHeight);
}

uint32_t aclvdecGetChannelDescOutPicHeight(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::height);
}

aclError aclvdecSetChannelDescRefFrameNum(aclvdecChannelDesc *channelDesc, uint32_t refFrameNum) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::reference_frames, refFrameNum);
}

uint32_t aclvdecGetChannelDescRefFrameNum(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::reference_frames);
}

aclError aclvdecSetChannelDescOutMode(aclvdecChannelDesc *channelDesc, uint32_t outMode) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::out_mode, outMode,
                       &require_out_mode);
}

uint32_t aclvdecGetChannelDescOutMode(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::out_mode);
}

aclError aclvdecSetChannelDescBitDepth(aclvdecChannelDesc *channelDesc, uint32_t bitDepth) {
    return set_setting(__func__, channelDesc, &aclvdecChannelDesc::bit_depth, bitDepth);
}

uint32_t aclvdecGetChannelDescBitDepth(const aclvdecChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvdecChannelDesc::bit_depth);
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
