// Encoding: pictures are copied when they are sent, to the planes that codecs take.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/venc_channel.h"

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/checks/holds.h"
#include "host/checks/objects.h"
#include "host/dvpp/codec_stream.h"
#include "host/dvpp/frame_channel.h"
#include "host/dvpp/geometry.h"
#include "host/dvpp/objects.h"
#include "host/dvpp/planes.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr uint32_t kMostKeyFrameInterval = 65536;
constexpr uint32_t kConstantRate = 2;
constexpr uint32_t kLeastBuffer = 5u << 20;

void require_side(uint32_t pixels, const char *which) {
    if (pixels >= kLeastSide && pixels <= kMostSide && pixels % 2 == 0) return;
    throw invalid(std::string("the ") + which + " " + std::to_string(pixels) +
                  " is none of VENC's: even, from 128 to 4096");
}

ascendclEncoding encoding_of(const aclvencChannelDesc &settings) {
    ascendclEncoding encoding{};
    encoding.kind = kind_of(settings.stream_format);
    encoding.quality = 100;
    encoding.width = settings.width;
    encoding.height = settings.height;
    encoding.frames_per_second = settings.frames_per_second;
    encoding.key_frame_interval = settings.key_frame_interval;
    encoding.bits_per_second = settings.max_bit_rate * 1000;
    encoding.is_constant_rate = settings.rate_control == kConstantRate ? 1 : 0;
    encoding.profile = static_cast<uint32_t>(settings.stream_format);
    return encoding;
}

struct EncodedFrame final : Frame {
    aclvencCallback callback = nullptr;
    acldvppPicDesc *input = nullptr;
    void *user_data = nullptr;
    acldvppStreamDesc packet;
    DeviceMemory memory;
    checks::Token held;

    void call_back(aclError code) noexcept override {
        packet.ret_code = static_cast<uint32_t>(code);
        held.reset();
        checks::lent(checks::ObjectKind::kStreamDesc, &packet);
        callback(input, &packet, user_data);
        checks::ended(&packet);
    }
};

checks::Token hold(const acldvppPicDesc &input) {
    if (!checks::is_strict()) return nullptr;
    constexpr auto kRule = checks::Rule::kDeviceMemoryOfTask;
    return checks::hold("a frame of VENC", "it was sent",
                        {{&input, 1, "its input description", kRule},
                         {input.data, input.size, "its picture", kRule}});
}

}  // namespace

class VencChannel final : public FrameChannel {
   public:
    explicit VencChannel(const aclvencChannelDesc &settings)
        : FrameChannel(settings.thread_id),
          callback_(settings.callback),
          stream_format_(settings.stream_format),
          format_(settings.picture_format),
          encoding_(encoding_of(settings)) {}

    // Apart from the constructor: what fails here is destroyed as a channel is.
    void open() { codec_.emplace(encoding_); }

    void send(acldvppPicDesc *input, const aclvencFrameConfig &config, void *user_data) {
        require(current_context()->device() == device(), "the channel is on another device");
        const bool is_end = config.eos != 0;  // now: the callback may destroy the configuration
        require(input != nullptr || is_end,
                "there is no picture, and the stream does not end (eos is 0)");
        if (input != nullptr) send_picture(*input, config.force_key_frame != 0, user_data);
        if (is_end) flush();
    }

   private:
    void send_picture(acldvppPicDesc &input, bool force_key_frame, void *user_data) {
        const PictureFields picture = checked(input);
        auto frame = std::make_unique<EncodedFrame>();
        frame->callback = callback_;
        frame->input = &input;
        frame->user_data = user_data;
        frame->packet.format = stream_format_;
        frame->held = hold(input);
        const auto planes = std::make_shared<const OwnPlanes>(planar(view_of(picture)));
        FrameChannel::send(std::move(frame), [this, planes, force_key_frame](uint64_t tag) {
            encode(*planes, force_key_frame, tag);
        });
    }

    // With its strides; throws Failure{100000}.
    PictureFields checked(PictureFields picture) const {
        if (picture.format != format_) {
            throw invalid("the picture's format is " + name_of(picture.format) +
                          ", and the channel's " + name_of(format_));
        }
        if (picture.width != encoding_.width || picture.height != encoding_.height) {
            throw invalid("the picture is " + size_text(picture.width, picture.height) +
                          ", and the channel's are " +
                          size_text(encoding_.width, encoding_.height));
        }
        const auto bytes = [&picture] {
            return size_of(picture.format, picture.width_stride, picture.height_stride);
        };
        const bool is_free = picture.width_stride == 0 && picture.height_stride == 0;
        if (picture.width_stride == 0) picture.width_stride = rounded_up(picture.width, 16);
        if (picture.height_stride == 0) picture.height_stride = picture.height;
        // As of VDEC: a buffer that is just big enough for a picture without gaps has none.
        if (is_free && picture.size < bytes()) picture.width_stride = picture.width;
        if (picture.width_stride < picture.width || picture.height_stride < picture.height ||
            picture.height_stride % 2 != 0) {
            throw invalid("the strides " + size_text(picture.width_stride, picture.height_stride) +
                          " are too small for the picture, or the second is odd");
        }
        if (picture.size < bytes()) {
            throw invalid("the picture's buffer has " + std::to_string(picture.size) +
                          " bytes, and its strides need " + std::to_string(bytes()));
        }
        require_device_memory(picture.data, picture.size, "the picture");
        return picture;
    }

    void encode(const OwnPlanes &planes, bool force_key_frame, uint64_t tag) {
        if (!codec_) codec_.emplace(encoding_);  // it had come to an end
        ascendclFrame frame = frame_of(planes);
        frame.tag = tag;
        codec_->encode(&frame, force_key_frame, [this](const Packet &packet) { take(packet); });
    }

    void finish_codec() override {
        if (!codec_) return;
        try {
            codec_->encode(nullptr, false, [this](const Packet &packet) { take(packet); });
        } catch (...) {
            codec_.reset();
            throw;
        }
        codec_.reset();  // a codec that has come to an end takes nothing more
    }

    void close_codec() noexcept override { codec_.reset(); }

    void take(const Packet &packet) {
        auto *frame = static_cast<EncodedFrame *>(find(packet.tag));
        if (frame == nullptr) {
            fail(ACL_ERROR_FAILURE,
                 "VENC lost a packet of %zu bytes: the codec gave out two for one picture",
                 packet.size);
            return;
        }
        try {
            require(packet.size <= UINT32_MAX, "the packet is of 4 GiB or more");
            frame->memory.reset(allocate_device_memory(device(), packet.size));
        } catch (const Failure &failure) {
            return finish(packet.tag, failure.code, failure.message);
        }
        std::memcpy(frame->memory.get(), packet.bytes, packet.size);
        frame->packet.data = frame->memory.get();
        frame->packet.size = static_cast<uint32_t>(packet.size);
        finish(packet.tag, ACL_SUCCESS, {});
    }

    const aclvencCallback callback_;
    const acldvppStreamFormat stream_format_;
    const acldvppPixelFormat format_;
    const ascendclEncoding encoding_;
    std::optional<CodecStream> codec_;  // of the worker, from the first send on
};

void require_encoded_format(acldvppStreamFormat format) { kind_of(format); }

void require_encoder_format(acldvppPixelFormat format) {
    if (format == PIXEL_FORMAT_YUV_SEMIPLANAR_420 || format == PIXEL_FORMAT_YVU_SEMIPLANAR_420) {
        return;
    }
    throw invalid(name_of(format) +
                  " is none of VENC's formats: PIXEL_FORMAT_YUV_SEMIPLANAR_420 (1), "
                  "PIXEL_FORMAT_YVU_SEMIPLANAR_420 (2)");
}

void require_key_frame_interval(uint32_t frames) {
    if (frames >= 1 && frames <= kMostKeyFrameInterval) return;
    throw invalid("the key frame interval " + std::to_string(frames) + " is not in 1 to 65536");
}

void require_rate_control(uint32_t mode) {
    if (mode <= kConstantRate) return;
    throw invalid("the rate control mode " + std::to_string(mode) +
                  " is none: 0 (default), 1 (VBR), 2 (CBR)");
}

void require_buffer_size(uint32_t bytes) {
    if (bytes >= kLeastBuffer) return;
    throw invalid("the buffer of " + std::to_string(bytes) + " bytes is smaller than 5 MiB");
}

void require_ip_proportion(uint32_t percent) {
    if (percent <= 100) return;
    throw invalid("the proportion " + std::to_string(percent) + " is not in 0 to 100");
}

std::shared_ptr<VencChannel> create_venc_channel(const aclvencChannelDesc &settings) {
    current_context();
    require(settings.thread_id != 0, "no thread is set for the callbacks (ThreadId)");
    require(settings.callback != nullptr, "no callback is set");
    require_encoder_format(settings.picture_format);
    require_side(settings.width, "width");
    require_side(settings.height, "height");
    require_key_frame_interval(settings.key_frame_interval);
    require_rate_control(settings.rate_control);
    require(settings.frames_per_second != 0, "the source's frame rate is 0");
    require(settings.max_bit_rate <= UINT32_MAX / 1000, "the bit rate is 4 Gbit/s or more");
    auto channel = std::make_shared<VencChannel>(settings);
    try {
        channel->open();
    } catch (...) {
        channel->destroy();
        throw;
    }
    return channel;
}

void send_picture(VencChannel &channel, acldvppPicDesc *input, const aclvencFrameConfig &config,
                  void *user_data) {
    channel.send(input, config, user_data);
}

void destroy_venc_channel(VencChannel &channel) { channel.destroy(); }

}  // namespace ascendcl::host::dvpp
