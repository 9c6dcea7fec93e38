// Channels of VDEC: packets of an H.264 or H.265 stream in, pictures out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host::dvpp {
class VdecChannel;
}

// Settings are read by aclvdecCreateChannel, and stay as they are while the channel lives.
struct aclvdecChannelDesc {
    uint32_t channel_id = 0;
    uint64_t thread_id = 0;
    aclvdecCallback callback = nullptr;
    acldvppStreamFormat stream_format = H265_MAIN_LEVEL;
    acldvppPixelFormat picture_format = PIXEL_FORMAT_YUV_SEMIPLANAR_420;  // ours: not documented
    uint32_t width = 0;  // of pictures; 0 is the stream's
    uint32_t height = 0;
    uint32_t reference_frames = 0;
    uint32_t out_mode = 0;
    uint32_t bit_depth = 0;
    std::shared_ptr<ascendcl::host::dvpp::VdecChannel> channel;  // null while there is none
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kVdecChannel> counted;
};

struct aclvdecFrameConfig {
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kMediaConfig> counted;
};

namespace ascendcl::host::dvpp {

// All throw Failure.
void require_stream_format(acldvppStreamFormat format);
void require_video_format(acldvppPixelFormat format);
// Whether the packet has nothing in it, and ends the stream.
bool is_end_only(const acldvppStreamDesc &input) noexcept;
std::shared_ptr<VdecChannel> create_vdec_channel(const aclvdecChannelDesc &settings);
// `output` is null for a frame that is decoded for others only. An input with eos is the end:
// returns when all callbacks have run.
void send_packet(VdecChannel &channel, acldvppStreamDesc &input, acldvppPicDesc *output,
                 void *user_data);
void destroy_vdec_channel(VdecChannel &channel);

}  // namespace ascendcl::host::dvpp
