// Reads the fields, changes or drops or doubles one, and writes them anew.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/mutate_message.h"

#include <algorithm>
#include <string_view>

#include "om/wire.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

namespace ascendcl::fuzz {
namespace {

using om::wire::Field;
using om::wire::Type;

constexpr int kMaxDepth = 12;
constexpr size_t kRawGrowth = 64;

// Empty where the bytes are no message.
std::vector<Field> fields_of(om::Bytes message) {
    std::vector<Field> fields;
    try {
        om::wire::Reader reader(message, om::ErrorCode::kBadModelDef);
        Field field;
        while (reader.next(field)) fields.push_back(field);
    } catch (const om::Error &) {
        fields.clear();
    }
    return fields;
}

void append(Buffer &to, om::Bytes bytes) {
    to.insert(to.end(), bytes.data, bytes.data + bytes.size);
}

void append_varint(Buffer &to, uint64_t value) {
    for (; value >= 0x80; value >>= 7) to.push_back(static_cast<uint8_t>(value | 0x80));
    to.push_back(static_cast<uint8_t>(value));
}

void append_tag(Buffer &to, const Field &field) {
    append_varint(to, uint64_t{field.number} << 3 | static_cast<uint8_t>(field.type));
}

void append_delimited(Buffer &to, const Field &field, om::Bytes content) {
    append_tag(to, field);
    append_varint(to, content.size);
    append(to, content);
}

void append_fixed(Buffer &to, const Field &field, size_t size) {
    append_tag(to, field);
    for (size_t i = 0; i < size; ++i) to.push_back(static_cast<uint8_t>(field.scalar >> (8 * i)));
}

// Groups, which no file of ours has, are left out.
void append_field(Buffer &to, const Field &field) {
    switch (field.type) {
        case Type::kVarint:
            append_tag(to, field);
            append_varint(to, field.scalar);
            break;
        case Type::kBytes:
            append_delimited(to, field, field.bytes);
            break;
        case Type::kFixed32:
            append_fixed(to, field, 4);
            break;
        case Type::kFixed64:
            append_fixed(to, field, 8);
            break;
        case Type::kGroup:
            break;
    }
}

uint64_t unusual_number(Random &random) {
    constexpr uint64_t kNumbers[] = {0,
                                     1,
                                     2,
                                     15,
                                     16,
                                     17,
                                     64,
                                     255,
                                     1 << 16,
                                     1u << 31,
                                     UINT32_MAX,
                                     UINT64_MAX,
                                     UINT64_MAX / 2,
                                     UINT64_MAX - 1};
    const uint64_t number = kNumbers[random() % std::size(kNumbers)];
    return random() % 2 == 0 ? number : random() % 300;
}

// Whether descending makes sense: a message of known form, and not a short text that looks so.
bool is_message(om::Bytes bytes, Random &random) {
    return bytes.size > 1 && random() % 4 != 0 && !fields_of(bytes).empty();
}

// A list of integers stored as one field, with one of them replaced; empty where it is none.
Buffer changed_integers(om::Bytes packed, Random &random) {
    std::vector<uint64_t> numbers;
    try {
        om::wire::Reader reader(packed, om::ErrorCode::kBadModelDef);
        while (!reader.at_end()) numbers.push_back(reader.varint());
    } catch (const om::Error &) {
        return {};
    }
    if (numbers.empty()) return {};
    numbers[random() % numbers.size()] = unusual_number(random);
    Buffer changed;
    for (const uint64_t number : numbers) append_varint(changed, number);
    return changed;
}

Buffer changed_content(om::Bytes content, size_t most, Random &random, int depth) {
    if (depth < kMaxDepth && is_message(content, random))
        return mutate_message(content, most, random, depth + 1);
    if (random() % 2 == 0) {
        Buffer integers = changed_integers(content, random);
        if (!integers.empty()) return integers;
    }
    return mutate_bytes(content, content.size + std::min(most, kRawGrowth));
}

void append_changed(Buffer &to, Field field, size_t most, Random &random, int depth) {
    if (field.type != Type::kBytes) {
        field.scalar =
            random() % 2 == 0 ? unusual_number(random) : field.scalar + (random() % 3) - 1;
        append_field(to, field);
        return;
    }
    const Buffer content = changed_content(field.bytes, most, random, depth);
    append_delimited(to, field, {content.data(), content.size()});
}

}  // namespace

Buffer mutate_bytes(om::Bytes bytes, size_t most) {
    Buffer changed(bytes.data, bytes.data + bytes.size);
    changed.resize(std::max(most, size_t{1}));
    changed.resize(
        LLVMFuzzerMutate(changed.data(), std::min(bytes.size, changed.size()), changed.size()));
    return changed;
}

Buffer mutate_message(om::Bytes message, size_t most, Random &random, int depth) {
    const std::vector<Field> fields = fields_of(message);
    if (fields.empty()) return mutate_bytes(message, message.size + std::min(most, kRawGrowth));
    const size_t chosen = random() % fields.size();
    const Field &other = fields[random() % fields.size()];
    const unsigned choice = random() % 16;
    Buffer changed;
    changed.reserve(message.size + most);
    for (size_t i = 0; i < fields.size(); ++i) {
        if (i != chosen) {
            append_field(changed, fields[i]);
        } else if (choice == 0) {
            continue;  // left out
        } else if (choice == 1 && other.bytes.size < most) {
            append_field(changed, other);
            append_field(changed, fields[i]);
        } else if (choice == 2 && other.bytes.size < most) {
            append_field(changed, other);
        } else {
            append_changed(changed, fields[i], most, random, depth);
        }
    }
    return changed;
}

}  // namespace ascendcl::fuzz
