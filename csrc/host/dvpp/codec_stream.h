// A stream of a codec: packets to frames, or frames to packets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"

namespace ascendcl::host::dvpp {

// A part of a compressed stream, while the call lasts that hands it over.
struct Packet {
    const uint8_t *bytes;
    size_t size;
    uint64_t tag;  // of the frame
};

// Every call throws Failure: 200001 without a codec, 500001 for what the codec refuses.
class CodecStream {
   public:
    explicit CodecStream(ascendclCodecKind kind);            // to decode
    explicit CodecStream(const ascendclEncoding &encoding);  // to encode
    CodecStream(const CodecStream &) = delete;
    CodecStream &operator=(const CodecStream &) = delete;
    ~CodecStream();

    // What comes out may be of what went in before. A null pointer is the end.
    void decode(const Packet *packet, const std::function<void(const ascendclFrame &)> &sink);
    void encode(const ascendclFrame *frame, bool force_key_frame,
                const std::function<void(const Packet &)> &sink);

   private:
    CodecStream(ascendclCodecKind kind, const ascendclEncoding *encoding);

    const std::shared_ptr<const ascendclCodec> codec_;
    void *stream_ = nullptr;
};

// Throws Failure{100000} for a number that is no format.
ascendclCodecKind kind_of(acldvppStreamFormat format);

}  // namespace ascendcl::host::dvpp
