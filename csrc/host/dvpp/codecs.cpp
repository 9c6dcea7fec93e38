// One place for it, and a lock.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/codecs.h"

#include <mutex>
#include <string>

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
    const std::lock_guard lock(registered().mutex);
    if (registered().codec == nullptr) {
        throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                      "there is no codec: pip install \"ascendcl[media]\" gives the Python package "
                      "one, ascendclRegisterCodec (ascendcl/codec.h) any program"};
    }
    return registered().codec;
}

}  // namespace ascendcl::host::dvpp
