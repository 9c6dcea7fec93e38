// Decoding of tags, varints, fixed-width scalars, delimited bytes and groups.
// SPDX-License-Identifier: Apache-2.0
#include "om/wire.h"

#include <string>
#include <vector>

namespace ascendcl::om::wire {

namespace {

constexpr int kMaxVarintBytes = 10;
constexpr size_t kMaxGroupDepth = 100;  // protobuf's own limit
constexpr uint8_t kGroupEnd = 4;

}  // namespace

void Reader::fail(const char *what) const {
    throw Error(code_, std::string("protobuf data is damaged: ") + what);
}

uint64_t Reader::long_varint() {
    uint64_t value = 0;
    for (int i = 0; i < kMaxVarintBytes; ++i) {
        if (static_cast<size_t>(i) >= rest_.size) fail("a varint runs past the end");
        const uint8_t byte = rest_.data[i];
        value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
        if ((byte & 0x80) == 0) {
            const auto used = static_cast<size_t>(i) + 1;
            rest_ = rest_.slice(used, rest_.size - used);
            return value;
        }
    }
    fail("a varint is longer than ten bytes");
}

uint32_t Reader::fixed32() {
    if (!rest_.contains(0, 4)) fail("a 32-bit value runs past the end");
    const auto value = rest_.read<uint32_t>(0);
    rest_ = rest_.slice(4, rest_.size - 4);
    return value;
}

uint64_t Reader::fixed64() {
    if (!rest_.contains(0, 8)) fail("a 64-bit value runs past the end");
    const auto value = rest_.read<uint64_t>(0);
    rest_ = rest_.slice(8, rest_.size - 8);
    return value;
}

Bytes Reader::delimited() {
    const uint64_t length = varint();
    if (!rest_.contains(0, length)) fail("a field runs past the end");
    const Bytes bytes = rest_.slice(0, length);
    rest_ = rest_.slice(length, rest_.size - length);
    return bytes;
}

Reader::Tag Reader::tag() {
    const uint64_t value = varint();
    if (value > UINT32_MAX || value >> 3 == 0) fail("a field number is not possible");
    return {static_cast<uint32_t>(value >> 3), static_cast<uint8_t>(value & 7)};
}

// A loop with a stack of its own: the nesting is the file's choice.
void Reader::skip_group(uint32_t number) {
    std::vector<uint32_t> open{number};
    while (!open.empty()) {
        if (rest_.empty()) fail("a group has no end");
        const Tag inner = tag();
        switch (inner.type) {
            case static_cast<uint8_t>(Type::kVarint):
                varint();
                break;
            case static_cast<uint8_t>(Type::kFixed64):
                fixed64();
                break;
            case static_cast<uint8_t>(Type::kBytes):
                delimited();
                break;
            case static_cast<uint8_t>(Type::kFixed32):
                fixed32();
                break;
            case static_cast<uint8_t>(Type::kGroup):
                if (open.size() == kMaxGroupDepth) fail("groups are nested too deeply");
                open.push_back(inner.number);
                break;
            case kGroupEnd:
                if (inner.number != open.back()) fail("a group ends that was not begun");
                open.pop_back();
                break;
            default:
                fail("a wire type is not possible");
        }
    }
}

bool Reader::next(Field &field) {
    if (rest_.empty()) return false;
    const Tag head = tag();
    field.number = head.number;
    field.type = static_cast<Type>(head.type);
    field.scalar = 0;
    field.bytes = {};
    switch (head.type) {
        case static_cast<uint8_t>(Type::kVarint):
            field.scalar = varint();
            break;
        case static_cast<uint8_t>(Type::kFixed64):
            field.scalar = fixed64();
            break;
        case static_cast<uint8_t>(Type::kBytes):
            field.bytes = delimited();
            break;
        case static_cast<uint8_t>(Type::kGroup):
            skip_group(head.number);
            break;
        case static_cast<uint8_t>(Type::kFixed32):
            field.scalar = fixed32();
            break;
        default:
            fail("a wire type is not possible");
    }
    return true;
}

}  // namespace ascendcl::om::wire
