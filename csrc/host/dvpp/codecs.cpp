// One place for it, and a lock. What a sink throws is kept until the codec has returned.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/codecs.h"

#include <exception>
#include <mutex>
#include <string>

#include "host/dvpp/turbojpeg.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

struct Registered {
    std::mutex mutex;
    std::shared_ptr<const ascendclCodec> codec;
};

Registered &registered() {
    static auto &only = *new Registered;  // leaks on purpose: no destructor at process exit
    return only;
}

std::shared_ptr<const ascendclCodec> registered_or_null() {
    const std::lock_guard lock(registered().mutex);
    return registered().codec;
}

constexpr size_t kWords = 512;

// Takes one answer of the codec, and keeps what the taking throws.
class Receiver {
   public:
    template <typename Take>
    void take(Take &&take_it) noexcept {
        if (++count_ > 1) return;
        try {
            take_it();
        } catch (...) {
            thrown_ = std::current_exception();
        }
    }

    // After the codec has returned.
    void require_one(const ascendclCodec &codec) const {
        if (thrown_ != nullptr) std::rethrow_exception(thrown_);
        if (count_ != 1) {
            throw Failure{ACL_ERROR_FAILURE, std::string(codec.name) + " gave " +
                                                 std::to_string(count_) + " pictures for one"};
        }
    }

   private:
    size_t count_ = 0;
    std::exception_ptr thrown_;
};

// `call` gets where to write why it failed.
template <typename Call>
void ask(const ascendclCodec &codec, const Receiver &receiver, Call &&call) {
    char why[kWords] = "";
    if (call(why) != 0) {
        why[kWords - 1] = '\0';
        throw Failure{ACL_ERROR_FAILURE, std::string(codec.name) + ": " + why};
    }
    receiver.require_one(codec);
}

}  // namespace

void register_codec(const ascendclCodec *codec) {
    std::shared_ptr<const ascendclCodec> copy;
    if (codec != nullptr) {
        require(codec->struct_size == sizeof(ascendclCodec),
                "the structure is not of this version of ascendcl/codec.h");
        require(codec->name != nullptr && codec->decode != nullptr && codec->encode != nullptr &&
                    codec->open != nullptr && codec->send_packet != nullptr &&
                    codec->send_frame != nullptr && codec->close != nullptr,
                "a function of the codec, or its name, is null");
        copy = std::make_shared<const ascendclCodec>(*codec);
    }
    const std::lock_guard lock(registered().mutex);
    registered().codec.swap(copy);
}

std::shared_ptr<const ascendclCodec> registered_codec() {
    if (auto codec = registered_or_null()) return codec;
    throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                  "there is no codec: pip install \"ascendcl[media]\" gives the Python package "
                  "one, ascendclRegisterCodec (ascendcl/codec.h) any program"};
}

std::shared_ptr<const ascendclCodec> codec_of(ascendclCodecKind kind) {
    if (auto codec = registered_or_null()) return codec;
    if (kind == ASCENDCL_CODEC_JPEG) {
        // Never destroyed: it owns nothing.
        if (const ascendclCodec *const turbo = turbojpeg_codec()) {
            return std::shared_ptr<const ascendclCodec>(std::shared_ptr<void>(), turbo);
        }
    }
    return registered_codec();
}

void decode_picture(ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                    const std::function<void(const ascendclFrame &)> &sink) {
    Receiver receiver;
    const auto take = [&](const ascendclFrame *frame) { receiver.take([&] { sink(*frame); }); };
    const auto codec = codec_of(kind);
    ask(*codec, receiver, [&](char *why) {
        return codec->decode(
            codec->self, kind, bytes, size,
            [](void *to, const ascendclFrame *frame) {
                (*static_cast<decltype(&take)>(to))(frame);
            },
            const_cast<void *>(static_cast<const void *>(&take)), why, kWords);
    });
}

void encode_picture(const ascendclEncoding &encoding, const ascendclFrame &frame,
                    const std::function<void(const uint8_t *bytes, size_t size)> &sink) {
    Receiver receiver;
    const auto take = [&](const uint8_t *bytes, size_t size) {
        receiver.take([&] { sink(bytes, size); });
    };
    const auto codec = codec_of(encoding.kind);
    ask(*codec, receiver, [&](char *why) {
        return codec->encode(
            codec->self, &encoding, &frame,
            [](void *to, const uint8_t *bytes, size_t size, uint64_t, int) {
                (*static_cast<decltype(&take)>(to))(bytes, size);
            },
            const_cast<void *>(static_cast<const void *>(&take)), why, kWords);
    });
}

}  // namespace ascendcl::host::dvpp
