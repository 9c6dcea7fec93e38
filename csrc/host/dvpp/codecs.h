// The codec that the program has registered (ascendcl/codec.h), and the one call of it that a
// picture takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "acl/acl.h"
#include "ascendcl/codec.h"

namespace ascendcl::host::dvpp {

// Takes the place of the one before; null takes it away. Throws Failure{100000} for a structure of
// another version.
void register_codec(const ascendclCodec *codec);

// Throws Failure{200001} where there is none. Whoever works with it keeps it.
std::shared_ptr<const ascendclCodec> registered_codec();

// The same, but that JPEG goes through libturbojpeg.so.0 where none is registered.
std::shared_ptr<const ascendclCodec> codec_of(ascendclCodecKind kind);

// `sink` gets the one frame, or the bytes, while the call lasts. What it throws is thrown; else
// Failure{500001} with the codec's words.
void decode_picture(ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                    const std::function<void(const ascendclFrame &)> &sink);
void encode_picture(const ascendclEncoding &encoding, const ascendclFrame &frame,
                    const std::function<void(const uint8_t *bytes, size_t size)> &sink);

}  // namespace ascendcl::host::dvpp
