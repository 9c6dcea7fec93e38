// The protobuf wire format, written: the counterpart of wire.h for the few messages made here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "om/wire.h"

namespace ascendcl::om::wire {

class Writer {
   public:
    void scalar(uint32_t field, uint64_t value) {
        tag(field, Type::kVarint);
        varint(value);
    }
    void real(uint32_t field, float value) {
        tag(field, Type::kFixed32);
        char bits[sizeof value];
        std::memcpy(bits, &value, sizeof value);  // little-endian, as all machines this runs on
        message_.append(bits, sizeof bits);
    }
    // A string, bytes, or a message within this one.
    void bytes(uint32_t field, std::string_view value) {
        tag(field, Type::kBytes);
        varint(value.size());
        message_ += value;
    }

    const std::string &message() const noexcept { return message_; }
    std::string take() noexcept { return std::move(message_); }

   private:
    void tag(uint32_t field, Type type) {
        varint(uint64_t{field} << 3U | static_cast<uint64_t>(type));
    }
    void varint(uint64_t value) {
        for (; value >= 0x80; value >>= 7U) message_ += static_cast<char>(value | 0x80U);
        message_ += static_cast<char>(value);
    }

    std::string message_;
};

}  // namespace ascendcl::om::wire
