// Channels of VENC: pictures in, packets of an H.264 or H.265 stream out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host::dvpp {
class VencChannel;
}

// Settings are read by aclvencCreateChannel, and stay as they are while the channel lives.
struct aclvencChannelDesc {
    uint32_t channel_id = 0;
    uint64_t thread_id = 0;
    aclvencCallback callback = nullptr;
    acldvppStreamFormat stream_format = H265_MAIN_LEVEL;
    acldvppPixelFormat picture_format = PIXEL_FORMAT_YUV_SEMIPLANAR_420;  // ours: not documented
    uint32_t width = 0;
    uint32_t height = 0;
    uint32_t key_frame_interval = 0;  // frames; has to be set
    void *buffer = nullptr;           // of no use here: packets are allocated as they come
    uint32_t buffer_size = 8u << 20;  // bytes
    uint32_t rate_control = 0;        // 0 is VBR, as 1; 2 is CBR
    uint32_t frames_per_second = 30;
    uint32_t max_bit_rate = 0;                                   // kbit/s; 0 is the codec's choice
    uint32_t max_ip_proportion = 0;                              // of no use here
    std::shared_ptr<ascendcl::host::dvpp::VencChannel> channel;  // null while there is none
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kVencChannel> counted;
};

struct aclvencFrameConfig {
    uint8_t force_key_frame = 0;
    uint8_t eos = 0;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> counted;
};

namespace ascendcl::host::dvpp {

// All throw Failure.
void require_encoded_format(acldvppStreamFormat format);
void require_encoder_format(acldvppPixelFormat format);
void require_key_frame_interval(uint32_t frames);
void require_rate_control(uint32_t mode);
void require_buffer_size(uint32_t bytes);
void require_ip_proportion(uint32_t percent);
std::shared_ptr<VencChannel> create_venc_channel(const aclvencChannelDesc &settings);
// `input` may be null at the end of the stream, which returns when all callbacks have run.
void send_picture(VencChannel &channel, acldvppPicDesc *input, const aclvencFrameConfig &config,
                  void *user_data);
void destroy_venc_channel(VencChannel &channel);

}  // namespace ascendcl::host::dvpp
