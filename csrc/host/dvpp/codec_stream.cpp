// The codec's C functions as one object. What a sink throws is kept until the codec has returned.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/codec_stream.h"

#include <exception>
#include <string>

#include "host/dvpp/codecs.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr size_t kWords = 512;

template <typename Out>
struct Receiver {
    const std::function<void(const Out &)> &sink;
    std::exception_ptr thrown;

    void take(const Out &out) noexcept {
        if (thrown != nullptr) return;
        try {
            sink(out);
        } catch (...) {
            thrown = std::current_exception();
        }
    }
};

// `call` gets where to write why it failed. Throws Failure{500001} with that.
template <typename Call>
void ask(const ascendclCodec &codec, Call &&call) {
    char why[kWords] = "";
    if (call(why) == 0) return;
    why[kWords - 1] = '\0';
    throw Failure{ACL_ERROR_FAILURE, std::string(codec.name) + ": " + why};
}

}  // namespace

ascendclCodecKind kind_of(acldvppStreamFormat format) {
    switch (format) {
        case H265_MAIN_LEVEL:
            return ASCENDCL_CODEC_H265;
        case H264_BASELINE_LEVEL:
        case H264_MAIN_LEVEL:
        case H264_HIGH_LEVEL:
            return ASCENDCL_CODEC_H264;
    }
    throw invalid("the stream format " + std::to_string(static_cast<int>(format)) +
                  " is none: 0 is H.265, 1 to 3 are H.264 (baseline, main, high)");
}

CodecStream::CodecStream(ascendclCodecKind kind) : CodecStream(kind, nullptr) {}

CodecStream::CodecStream(const ascendclEncoding &encoding)
    : CodecStream(encoding.kind, &encoding) {}

CodecStream::CodecStream(ascendclCodecKind kind, const ascendclEncoding *encoding)
    : codec_(registered_codec()) {
    ask(*codec_, [&](char *why) {
        return codec_->open(codec_->self, kind, encoding, &stream_, why, kWords);
    });
}

CodecStream::~CodecStream() { codec_->close(codec_->self, stream_); }

void CodecStream::decode(const Packet *packet,
                         const std::function<void(const ascendclFrame &)> &sink) {
    Receiver<ascendclFrame> receiver{sink, nullptr};
    const ascendclFrameSink take = [](void *to, const ascendclFrame *frame) {
        static_cast<Receiver<ascendclFrame> *>(to)->take(*frame);
    };
    ask(*codec_, [&](char *why) {
        return codec_->send_packet(
            codec_->self, stream_, packet == nullptr ? nullptr : packet->bytes,
            packet == nullptr ? 0 : packet->size, packet == nullptr ? 0 : packet->tag, take,
            &receiver, why, kWords);
    });
    if (receiver.thrown != nullptr) std::rethrow_exception(receiver.thrown);
}

void CodecStream::encode(const ascendclFrame *frame, bool force_key_frame,
                         const std::function<void(const Packet &)> &sink) {
    Receiver<Packet> receiver{sink, nullptr};
    const ascendclBytesSink take = [](void *to, const uint8_t *bytes, size_t size, uint64_t tag,
                                      int) {
        static_cast<Receiver<Packet> *>(to)->take({bytes, size, tag});
    };
    ask(*codec_, [&](char *why) {
        return codec_->send_frame(codec_->self, stream_, frame, force_key_frame ? 1 : 0, take,
                                  &receiver, why, kWords);
    });
    if (receiver.thrown != nullptr) std::rethrow_exception(receiver.thrown);
}

}  // namespace ascendcl::host::dvpp
