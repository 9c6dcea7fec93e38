// The protobuf wire format, read in place: fields of one message, one after another. Knows nothing
// of any schema; unknown fields and groups are stepped over by whoever ignores them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "om/bytes.h"
#include "om/error.h"

namespace ascendcl::om::wire {

enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kGroup = 3, kFixed32 = 5 };

struct Field {
    uint32_t number = 0;
    Type type = Type::kVarint;
    uint64_t scalar = 0;  // of kVarint, kFixed64, kFixed32
    Bytes bytes;          // of kBytes

    bool is(uint32_t wanted, Type wanted_type) const noexcept {
        return number == wanted && type == wanted_type;
    }
};

class Reader {
   public:
    // Damage is reported as Error(code).
    Reader(Bytes message, ErrorCode code) noexcept : rest_(message), code_(code) {}

    bool at_end() const noexcept { return rest_.empty(); }
    // The next field, groups included as one field without content; false at the end.
    bool next(Field &field);
    uint64_t varint() {
        // Most are of one byte: tags, lengths, small numbers.
        if (!rest_.empty() && rest_.data[0] < 0x80) {
            const uint64_t value = rest_.data[0];
            rest_ = rest_.slice(1, rest_.size - 1);
            return value;
        }
        return long_varint();
    }
    uint32_t fixed32();

   private:
    struct Tag {
        uint32_t number;
        uint8_t type;
    };

    uint64_t long_varint();
    Tag tag();
    uint64_t fixed64();
    Bytes delimited();
    void skip_group(uint32_t number);
    [[noreturn]] void fail(const char *what) const;

    Bytes rest_;
    ErrorCode code_;
};

// The values of one field of a repeated integer: one unpacked, or all of them packed.
template <typename Visit>
void for_each_varint(const Field &field, ErrorCode code, Visit visit) {
    if (field.type == Type::kVarint) {
        visit(field.scalar);
    } else if (field.type == Type::kBytes) {
        Reader packed(field.bytes, code);
        while (!packed.at_end()) visit(packed.varint());
    }
}

// The same for repeated float (as bits).
template <typename Visit>
void for_each_fixed32(const Field &field, ErrorCode code, Visit visit) {
    if (field.type == Type::kFixed32) {
        visit(static_cast<uint32_t>(field.scalar));
    } else if (field.type == Type::kBytes) {
        Reader packed(field.bytes, code);
        while (!packed.at_end()) visit(packed.fixed32());
    }
}

}  // namespace ascendcl::om::wire
