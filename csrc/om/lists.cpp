// Repeated values: counted, then read into a vector of exactly that size.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "om/decode.h"
#include "om/fields.h"
#include "om/wire.h"

namespace ascendcl::om {

namespace {

constexpr auto kDamage = ErrorCode::kBadModelDef;

template <typename Visit>
void for_each_integer(Bytes message, uint32_t number, Visit visit) {
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.number == number) wire::for_each_varint(field, kDamage, visit);
    }
}

template <typename Visit>
void for_each_real(Bytes message, Visit visit) {
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.number == static_cast<uint32_t>(ListField::kReal)) {
            wire::for_each_fixed32(field, kDamage, visit);
        }
    }
}

std::vector<std::string_view> texts_of(Bytes message, uint32_t number, Budget &budget) {
    std::vector<std::string_view> texts;
    budget.reserve(texts, count_fields(message, number));
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number, wire::Type::kBytes)) texts.push_back(field.bytes.text());
    }
    return texts;
}

}  // namespace

Budget on_demand_budget(const AttrNames *names, size_t size) {
    return Budget(names == nullptr ? size : std::max(size, names->source_size()));
}

size_t count_fields(Bytes message, uint32_t number) {
    size_t count = 0;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) count += field.is(number, wire::Type::kBytes) ? 1 : 0;
    return count;
}

std::vector<int64_t> decode_integers(Bytes message, uint32_t number, Budget &budget) {
    size_t count = 0;
    for_each_integer(message, number, [&](uint64_t) { ++count; });
    std::vector<int64_t> values;
    budget.reserve(values, count);
    for_each_integer(message, number,
                     [&](uint64_t value) { values.push_back(static_cast<int64_t>(value)); });
    return values;
}

std::vector<int64_t> list_integers(Bytes list, ListField field, const AttrNames *names) {
    Budget budget = on_demand_budget(names, list.size);
    return decode_integers(list, static_cast<uint32_t>(field), budget);
}

std::vector<bool> list_booleans(Bytes list) {
    std::vector<bool> values;
    for_each_integer(list, static_cast<uint32_t>(ListField::kBoolean),
                     [&](uint64_t value) { values.push_back(value != 0); });
    return values;
}

std::vector<float> list_reals(Bytes list, const AttrNames *names) {
    Budget budget = on_demand_budget(names, list.size);
    size_t count = 0;
    for_each_real(list, [&](uint32_t) { ++count; });
    std::vector<float> values;
    budget.reserve(values, count);
    for_each_real(list, [&](uint32_t bits) {
        float value;
        std::memcpy(&value, &bits, sizeof value);
        values.push_back(value);
    });
    return values;
}

std::vector<Bytes> list_bytes(Bytes list, ListField wanted, const AttrNames *names) {
    Budget budget = on_demand_budget(names, list.size);
    const auto number = static_cast<uint32_t>(wanted);
    std::vector<Bytes> values;
    budget.reserve(values, count_fields(list, number));
    wire::Reader reader(list, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number, wire::Type::kBytes)) values.push_back(field.bytes);
    }
    return values;
}

std::vector<std::vector<int64_t>> integer_lists(Bytes message, const AttrNames *names) {
    Budget budget = on_demand_budget(names, message.size);
    std::vector<std::vector<int64_t>> lists;
    budget.reserve(lists, count_fields(message, fields::kListListInt));
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (!field.is(fields::kListListInt, wire::Type::kBytes)) continue;
        lists.push_back(decode_integers(field.bytes, fields::kListInt, budget));
    }
    return lists;
}

std::vector<int64_t> message_integers(const AttrMap &attrs, uint32_t number) {
    Budget budget = on_demand_budget(attrs.name_tables().get(), attrs.owner().size);
    return decode_integers(attrs.owner(), number, budget);
}

std::vector<std::string_view> message_texts(const AttrMap &attrs, uint32_t number) {
    Budget budget = on_demand_budget(attrs.name_tables().get(), attrs.owner().size);
    return texts_of(attrs.owner(), number, budget);
}

std::vector<std::string_view> list_texts(const Attribute &list, const AttrNames *names) {
    Budget budget = on_demand_budget(names, list.bytes.size);
    std::vector<std::string_view> texts;
    if (list.is_value_index && names != nullptr) {
        const auto indexes = list_integers(list.bytes, ListField::kInteger, names);
        budget.reserve(texts, indexes.size());
        for (const int64_t index : indexes) {
            texts.push_back(names->value(static_cast<uint64_t>(index)));
        }
        return texts;
    }
    return texts_of(list.bytes, static_cast<uint32_t>(ListField::kText), budget);
}

}  // namespace ascendcl::om
