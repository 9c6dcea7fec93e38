// Attributes to messages. Data types have aclDataType's numbers.
// SPDX-License-Identifier: Apache-2.0
#include "host/ops/attributes.h"

#include "om/attributes.h"
#include "om/fields.h"
#include "om/wire_writer.h"

namespace ascendcl::host::ops {
namespace {

using om::ListField;
using om::wire::Writer;
using Kind = om::Attribute::Kind;

constexpr uint32_t field(Kind kind) noexcept { return static_cast<uint32_t>(kind); }
constexpr uint32_t field(ListField list) noexcept { return static_cast<uint32_t>(list); }

std::string scalar(Kind kind, uint64_t value) {
    Writer writer;
    writer.scalar(field(kind), value);
    return writer.take();
}

// An AttrDef with a ListValue into which `add` writes each value.
template <typename T, typename Add>
std::string list(const std::vector<T> &values, Add add) {
    Writer items, attribute;
    for (const T &value : values) add(items, value);
    attribute.bytes(field(Kind::kList), items.message());
    return attribute.take();
}

}  // namespace

std::string boolean_attribute(bool value) { return scalar(Kind::kBoolean, value ? 1 : 0); }

std::string integer_attribute(int64_t value) {
    return scalar(Kind::kInteger, static_cast<uint64_t>(value));
}

std::string data_type_attribute(aclDataType value) {
    return scalar(Kind::kDataType, static_cast<uint64_t>(static_cast<int64_t>(value)));
}

std::string real_attribute(float value) {
    Writer writer;
    writer.real(field(Kind::kReal), value);
    return writer.take();
}

std::string text_attribute(std::string_view value) {
    Writer writer;
    writer.bytes(field(Kind::kText), value);
    return writer.take();
}

std::string boolean_list(const std::vector<uint8_t> &values) {
    return list(values, [](Writer &items, uint8_t value) {
        items.scalar(field(ListField::kBoolean), value != 0 ? 1 : 0);
    });
}

std::string integer_list(const std::vector<int64_t> &values) {
    return list(values, [](Writer &items, int64_t value) {
        items.scalar(field(ListField::kInteger), static_cast<uint64_t>(value));
    });
}

std::string real_list(const std::vector<float> &values) {
    return list(values,
                [](Writer &items, float value) { items.real(field(ListField::kReal), value); });
}

std::string text_list(const std::vector<std::string_view> &values) {
    return list(values, [](Writer &items, std::string_view value) {
        items.bytes(field(ListField::kText), value);
    });
}

std::string data_type_list(const std::vector<aclDataType> &values) {
    return list(values, [](Writer &items, aclDataType value) {
        items.scalar(field(ListField::kDataType),
                     static_cast<uint64_t>(static_cast<int64_t>(value)));
    });
}

std::string integer_lists(const std::vector<std::vector<int64_t>> &values) {
    Writer lists, attribute;
    for (const std::vector<int64_t> &value : values) {
        Writer items;
        for (const int64_t item : value)
            items.scalar(om::fields::kListInt, static_cast<uint64_t>(item));
        lists.bytes(om::fields::kListListInt, items.message());
    }
    attribute.bytes(field(Kind::kIntegerLists), lists.message());
    return attribute.take();
}

std::string message_of(const aclopAttr *attributes) {
    if (attributes == nullptr) return {};
    Writer all;
    for (const auto &[name, value] : attributes->values) {
        Writer entry;
        entry.bytes(om::fields::kMapKey, name);
        entry.bytes(om::fields::kMapValue, value);
        all.bytes(om::fields::op::kAttr, entry.message());
    }
    return all.take();
}

}  // namespace ascendcl::host::ops
