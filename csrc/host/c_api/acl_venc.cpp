// VENC: acl_dvpp.h "aclvenc*".
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/c_api/video_settings.h"
#include "host/dvpp/venc_channel.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

void require_flag(uint8_t flag, const char *name) {
    if (flag > 1) throw invalid(std::string(name) + " is " + std::to_string(flag) + ", not 0 or 1");
}

// Visits what a number of aclvencChannelDescParamType means: a member, and what it may be.
template <typename Visit>
void visit_parameter(aclvencChannelDescParamType type, Visit &&visit) {
    using Desc = aclvencChannelDesc;
    using None = void (*)(uint32_t);
    switch (type) {
        case ACL_VENC_THREAD_ID_UINT64:
            return visit(&Desc::thread_id, static_cast<void (*)(uint64_t)>(nullptr));
        case ACL_VENC_CALLBACK_PTR:
            return visit(&Desc::callback, static_cast<void (*)(aclvencCallback)>(nullptr));
        case ACL_VENC_PIXEL_FORMAT_UINT32:
            return visit(&Desc::picture_format, &dvpp::require_encoder_format);
        case ACL_VENC_ENCODE_TYPE_UINT32:
            return visit(&Desc::stream_format, &dvpp::require_encoded_format);
        case ACL_VENC_PIC_WIDTH_UINT32:
            return visit(&Desc::width, None{nullptr});
        case ACL_VENC_PIC_HEIGHT_UINT32:
            return visit(&Desc::height, None{nullptr});
        case ACL_VENC_KEY_FRAME_INTERVAL_UINT32:
            return visit(&Desc::key_frame_interval, &dvpp::require_key_frame_interval);
        case ACL_VENC_BUF_ADDR_PTR:
            return visit(&Desc::buffer, static_cast<void (*)(void *)>(nullptr));
        case ACL_VENC_BUF_SIZE_UINT32:
            return visit(&Desc::buffer_size, &dvpp::require_buffer_size);
        case ACL_VENC_RC_MODE_UINT32:
            return visit(&Desc::rate_control, &dvpp::require_rate_control);
        case ACL_VENC_SRC_RATE_UINT32:
            return visit(&Desc::frames_per_second, None{nullptr});
        case ACL_VENC_MAX_BITRATE_UINT32:
            return visit(&Desc::max_bit_rate, None{nullptr});
        case ACL_VENC_MAX_IP_PROP_UINT32:
            return visit(&Desc::max_ip_proportion, &dvpp::require_ip_proportion);
    }
    throw invalid("the parameter " + std::to_string(static_cast<int>(type)) +
                  " is none of aclvencChannelDescParamType");
}

template <typename T>
void require_length(size_t length) {
    if (length == sizeof(T)) return;
    throw invalid("the length is " + std::to_string(length) + ", and the parameter has " +
                  std::to_string(sizeof(T)) + " bytes");
}

}  // namespace

aclvencChannelDesc *aclvencCreateChannelDesc(void) { return hand_out<aclvencChannelDesc>(); }

aclError aclvencDestroyChannelDesc(aclvencChannelDesc *channelDesc) {
    return destroy_channel_desc(__func__, channelDesc,
                                "its channel is still there: aclvencDestroyChannel comes first");
}

aclError aclvencCreateChannel(aclvencChannelDesc *channelDesc) {
    return create_channel(__func__, channelDesc, dvpp::create_venc_channel);
}

aclError aclvencDestroyChannel(aclvencChannelDesc *channelDesc) {
    return destroy_channel(__func__, channelDesc, dvpp::destroy_venc_channel);
}

uint32_t aclvencGetChannelDescChannelId(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::channel_id);
}

aclError aclvencSetChannelDescThreadId(aclvencChannelDesc *channelDesc, uint64_t threadId) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::thread_id, threadId);
}

uint64_t aclvencGetChannelDescThreadId(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::thread_id);
}

aclError aclvencSetChannelDescCallback(aclvencChannelDesc *channelDesc, aclvencCallback callback) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::callback, callback);
}

aclvencCallback aclvencGetChannelDescCallback(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::callback);
}

aclError aclvencSetChannelDescEnType(aclvencChannelDesc *channelDesc, acldvppStreamFormat enType) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::stream_format, enType,
                       &dvpp::require_encoded_format);
}

acldvppStreamFormat aclvencGetChannelDescEnType(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::stream_format);
}

aclError aclvencSetChannelDescPicFormat(aclvencChannelDesc *channelDesc,
                                        acldvppPixelFormat picFormat) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::picture_format, picFormat,
                       &dvpp::require_encoder_format);
}

acldvppPixelFormat aclvencGetChannelDescPicFormat(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::picture_format);
}

aclError aclvencSetChannelDescPicWidth(aclvencChannelDesc *channelDesc, uint32_t picWidth) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::width, picWidth);
}

uint32_t aclvencGetChannelDescPicWidth(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::width);
}

aclError aclvencSetChannelDescPicHeight(aclvencChannelDesc *channelDesc, uint32_t picHeight) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::height, picHeight);
}

uint32_t aclvencGetChannelDescPicHeight(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::height);
}

aclError aclvencSetChannelDescKeyFrameInterval(aclvencChannelDesc *channelDesc,
                                               uint32_t keyFrameInterval) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::key_frame_interval,
                       keyFrameInterval, &dvpp::require_key_frame_interval);
}

uint32_t aclvencGetChannelDescKeyFrameInterval(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::key_frame_interval);
}

aclError aclvencSetChannelDescBufAddr(aclvencChannelDesc *channelDesc, void *bufAddr) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::buffer, bufAddr);
}

void *aclvencGetChannelDescBufAddr(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::buffer);
}

aclError aclvencSetChannelDescBufSize(aclvencChannelDesc *channelDesc, uint32_t bufSize) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::buffer_size, bufSize,
                       &dvpp::require_buffer_size);
}

uint32_t aclvencGetChannelDescBufSize(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::buffer_size);
}

aclError aclvencSetChannelDescRcMode(aclvencChannelDesc *channelDesc, uint32_t rcMode) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::rate_control, rcMode,
                       &dvpp::require_rate_control);
}

uint32_t aclvencGetChannelDescRcMode(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::rate_control);
}

aclError aclvencSetChannelDescSrcRate(aclvencChannelDesc *channelDesc, uint32_t srcRate) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::frames_per_second, srcRate);
}

uint32_t aclvencGetChannelDescSrcRate(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::frames_per_second);
}

aclError aclvencSetChannelDescMaxBitRate(aclvencChannelDesc *channelDesc, uint32_t maxBitRate) {
    return set_setting(__func__, channelDesc, &aclvencChannelDesc::max_bit_rate, maxBitRate);
}

uint32_t aclvencGetChannelDescMaxBitRate(const aclvencChannelDesc *channelDesc) {
    return get_setting(__func__, channelDesc, &aclvencChannelDesc::max_bit_rate);
}

aclError aclvencSetChannelDescParam(aclvencChannelDesc *channelDesc,
                                    aclvencChannelDescParamType paramType, size_t length,
                                    const void *param) {
    const char *const function = __func__;
    return guarded(function, [&] {
        require_there(param, "param");
        aclError code = ACL_SUCCESS;
        visit_parameter(paramType, [&](auto member, auto check) {
            using T = std::decay_t<decltype(channelDesc->*member)>;
            require_length<T>(length);
            T value{};
            std::memcpy(&value, param, sizeof value);
            code = set_setting<aclvencChannelDesc, T>(function, channelDesc, member, value, check);
        });
        return code;
    });
}

aclError aclvencGetChannelDescParam(const aclvencChannelDesc *channelDesc,
                                    aclvencChannelDescParamType paramType, size_t length,
                                    size_t *paramRetSize, void *param) {
    return guarded(__func__, [&] {
        require_there(channelDesc, "channelDesc");
        require_there(param, "param");
        require_there(paramRetSize, "paramRetSize");
        visit_parameter(paramType, [&](auto member, auto) {
            using T = std::decay_t<decltype(channelDesc->*member)>;
            require_length<T>(length);
            const T value = channelDesc->*member;
            std::memcpy(param, &value, sizeof value);
            *paramRetSize = sizeof value;
        });
    });
}

aclvencFrameConfig *aclvencCreateFrameConfig(void) { return hand_out<aclvencFrameConfig>(); }

aclError aclvencDestroyFrameConfig(aclvencFrameConfig *config) {
    return guarded(__func__, [&] {
        require_there(config, "config");
        take_back(config);
    });
}

aclError aclvencSetFrameConfigForceIFrame(aclvencFrameConfig *config, uint8_t forceIFrame) {
    return guarded(__func__, [&] {
        require_there(config, "config");
        require_flag(forceIFrame, "forceIFrame");
        config->force_key_frame = forceIFrame;
    });
}

uint8_t aclvencGetFrameConfigForceIFrame(const aclvencFrameConfig *config) {
    if (config != nullptr) return config->force_key_frame;
    fail(ACL_ERROR_INVALID_PARAM, "%s: config is null", __func__);
    return 0;
}

aclError aclvencSetFrameConfigEos(aclvencFrameConfig *config, uint8_t eos) {
    return guarded(__func__, [&] {
        require_there(config, "config");
        require_flag(eos, "eos");
        config->eos = eos;
    });
}

uint8_t aclvencGetFrameConfigEos(const aclvencFrameConfig *config) {
    if (config != nullptr) return config->eos;
    fail(ACL_ERROR_INVALID_PARAM, "%s: config is null", __func__);
    return 0;
}

// `reserve` is not looked at: some programs pass a stream description.
aclError aclvencSendFrame(aclvencChannelDesc *channelDesc, acldvppPicDesc *input, void *,
                          aclvencFrameConfig *config, void *userdata) {
    return guarded(__func__, [&] {
        auto &channel = channel_of(channelDesc);
        require_there(config, "config");
        dvpp::send_picture(channel, input, *config, userdata);
    });
}
