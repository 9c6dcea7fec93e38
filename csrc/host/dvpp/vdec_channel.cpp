// Decoding: packets are copied when they are sent, pictures written on the worker of the channel's
// stream.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/vdec_channel.h"

#include <bitset>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/dvpp/codec_stream.h"
#include "host/dvpp/decoded_picture.h"
#include "host/dvpp/frame_channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/objects.h"
#include "host/dvpp/picture_buffer.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr size_t kChannels = 256;

// Which channel ids of each device are taken.
struct Ids {
    std::mutex mutex;
    std::map<int32_t, std::bitset<kChannels>> taken;
};

Ids &ids() {
    static auto &only = *new Ids;  // leaks on purpose: no destructor at process exit
    return only;
}

class ChannelId {
   public:
    ChannelId(int32_t device, uint32_t id) : device_(device), id_(id) {
        const std::lock_guard lock(ids().mutex);
        auto place = ids().taken[device_][id_];
        if (place) {
            throw invalid("channel " + std::to_string(id_) + " of device " +
                          std::to_string(device_) + " is there already: each has an id of its own");
        }
        place = true;
    }
    ChannelId(const ChannelId &) = delete;
    ChannelId &operator=(const ChannelId &) = delete;
    ~ChannelId() {
        const std::lock_guard lock(ids().mutex);
        ids().taken[device_][id_] = false;
    }

   private:
    const int32_t device_;
    const uint32_t id_;
};

struct DecodedFrame final : Frame {
    aclvdecCallback callback = nullptr;
    acldvppStreamDesc *input = nullptr;
    acldvppPicDesc *output = nullptr;   // null for a skipped one
    std::shared_ptr<PictureLink> link;  // to it
    PictureFields picture;              // as it was sent
    void *user_data = nullptr;
    checks::Token held;

    void call_back(aclError code) noexcept override {
        if (link != nullptr) {
            link->with([&](acldvppPicDesc &to) { to.ret_code = static_cast<uint32_t>(code); });
        }
        held.reset();  // the program frees all of it in here
        callback(input, output, user_data);
    }
};

checks::Token hold(const acldvppStreamDesc &input, const acldvppPicDesc *output) {
    if (!checks::is_strict()) return nullptr;
    constexpr auto kRule = checks::Rule::kDeviceMemoryOfTask;
    std::vector<checks::Use> uses{{&input, 1, "its input description", kRule}};
    if (output != nullptr) {
        uses.push_back({output, 1, "its output description", kRule});
        uses.push_back({output->data, output->size, "its picture", kRule});
    }
    return checks::hold("a frame of VDEC", "it was sent", std::move(uses));
}

}  // namespace

class VdecChannel final : public FrameChannel {
   public:
    explicit VdecChannel(const aclvdecChannelDesc &settings)
        : FrameChannel(settings.thread_id),
          callback_(settings.callback),
          kind_(kind_of(settings.stream_format)),
          format_(settings.picture_format),
          width_(settings.width),
          height_(settings.height) {}

    // Apart from the constructor: what fails here is destroyed as a channel is.
    void open(const aclvdecChannelDesc &settings) {
        id_.emplace(device(), settings.channel_id);
        codec_.emplace(kind_);  // now, so that a missing codec is told of at once
    }

    void send(acldvppStreamDesc &input, acldvppPicDesc *output, void *user_data) {
        require(current_context()->device() == device(), "the channel is on another device");
        const bool is_empty = input.data == nullptr || input.size == 0;
        const bool is_end = input.eos != 0;  // now: the callback may destroy the description
        require(!is_empty || is_end, "the packet is empty, and does not end the stream (eos is 0)");
        if (!is_empty) send_packet(input, output, user_data);
        if (is_end) flush();
    }

   private:
    void send_packet(acldvppStreamDesc &input, acldvppPicDesc *output, void *user_data) {
        if (!is_live_memory(input.data, input.size)) {
            throw invalid("the packet of " + std::to_string(input.size) +
                          " bytes is not wholly in memory that the runtime has allocated");
        }
        auto frame = std::make_unique<DecodedFrame>();
        if (output != nullptr) {
            require_target(*output, format_);
            checks::check_write(output->data, output->size);
            frame->picture = *output;
            frame->link = output->link.of(*output);
            if (frame->picture.width == 0) frame->picture.width = width_;
            if (frame->picture.height == 0) frame->picture.height = height_;
        }
        frame->callback = callback_;
        frame->input = &input;
        frame->output = output;
        frame->user_data = user_data;
        frame->held = hold(input, output);
        const auto *begin = static_cast<const uint8_t *>(input.data);
        FrameChannel::send(std::move(frame),
                           [this, bytes = std::vector<uint8_t>(begin, begin + input.size)](
                               uint64_t tag) { decode(bytes, tag); });
    }

    void decode(const std::vector<uint8_t> &bytes, uint64_t tag) {
        if (!codec_) codec_.emplace(kind_);  // it had come to an end
        const Packet packet{bytes.data(), bytes.size(), tag};
        codec_->decode(&packet, [this](const ascendclFrame &decoded) { take(decoded); });
    }

    void finish_codec() override {
        if (!codec_) return;
        const auto take_all = [this](const ascendclFrame &decoded) { take(decoded); };
        try {
            codec_->decode(nullptr, take_all);
        } catch (...) {
            codec_.reset();
            throw;
        }
        codec_.reset();  // a codec that has come to an end takes nothing more
    }

    void close_codec() noexcept override {
        codec_.reset();
        id_.reset();
    }

    void take(const ascendclFrame &decoded) {
        auto *frame = static_cast<DecodedFrame *>(find(decoded.tag));
        if (frame == nullptr) {
            fail(ACL_ERROR_FAILURE,
                 "a packet of VDEC held more than one frame: all but the first are lost, for one "
                 "picture comes with each packet");
            return;
        }
        if (frame->output == nullptr) return finish(decoded.tag, ACL_SUCCESS, {});
        try {
            write_decoded(decoded, frame->picture);
        } catch (const Failure &failure) {
            return finish(decoded.tag, failure.code, failure.message);
        }
        frame->link->with([&](acldvppPicDesc &to) { write_back(frame->picture, to); });
        finish(decoded.tag, ACL_SUCCESS, {});
    }

    const aclvdecCallback callback_;
    const ascendclCodecKind kind_;
    const acldvppPixelFormat format_;
    const uint32_t width_;
    const uint32_t height_;
    std::optional<ChannelId> id_;
    std::optional<CodecStream> codec_;  // of the worker, from the first send on
};

void require_video_format(acldvppPixelFormat format) {
    switch (format) {
        case PIXEL_FORMAT_YUV_SEMIPLANAR_420:
        case PIXEL_FORMAT_YVU_SEMIPLANAR_420:
        case PIXEL_FORMAT_RGB_888:
        case PIXEL_FORMAT_BGR_888:
            return;
        default:
            throw invalid(name_of(format) +
                          " is none of VDEC's formats: PIXEL_FORMAT_YUV_SEMIPLANAR_420 (1), "
                          "PIXEL_FORMAT_YVU_SEMIPLANAR_420 (2), PIXEL_FORMAT_RGB_888 (12), "
                          "PIXEL_FORMAT_BGR_888 (13)");
    }
}

void require_stream_format(acldvppStreamFormat format) { kind_of(format); }

bool is_end_only(const acldvppStreamDesc &input) noexcept {
    return input.eos != 0 && (input.data == nullptr || input.size == 0);
}

std::shared_ptr<VdecChannel> create_vdec_channel(const aclvdecChannelDesc &settings) {
    current_context();
    require(settings.thread_id != 0, "no thread is set for the callbacks (ThreadId)");
    require(settings.callback != nullptr, "no callback is set");
    auto channel = std::make_shared<VdecChannel>(settings);
    try {
        channel->open(settings);
    } catch (...) {
        channel->destroy();
        throw;
    }
    return channel;
}

void send_packet(VdecChannel &channel, acldvppStreamDesc &input, acldvppPicDesc *output,
                 void *user_data) {
    channel.send(input, output, user_data);
}

void destroy_vdec_channel(VdecChannel &channel) { channel.destroy(); }

}  // namespace ascendcl::host::dvpp
