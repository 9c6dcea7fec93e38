// Attribute lookup in stored messages, the tables of compressed names, and the check of it all.
// SPDX-License-Identifier: Apache-2.0
#include "om/attributes.h"

#include <cstring>

#include "om/decode.h"
#include "om/fields.h"
#include "om/wire.h"

namespace ascendcl::om {

namespace {

constexpr auto kDamage = ErrorCode::kBadModelDef;
constexpr uint8_t kCompressedMark = 0;  // first byte of a compressed key
constexpr uint64_t kDigitBase = 127;    // of its digits, least significant first, stored + 1

struct Entry {
    std::string_view key;
    Bytes value;
};

Entry read_entry(Bytes message) {
    Entry entry;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(fields::kMapKey, wire::Type::kBytes)) entry.key = field.bytes.text();
        if (field.is(fields::kMapValue, wire::Type::kBytes)) entry.value = field.bytes;
    }
    return entry;
}

wire::Type wire_type(Attribute::Kind kind) noexcept {
    switch (kind) {
        case Attribute::Kind::kInteger:
        case Attribute::Kind::kBoolean:
        case Attribute::Kind::kDataType:
            return wire::Type::kVarint;
        case Attribute::Kind::kReal:
            return wire::Type::kFixed32;
        default:
            return wire::Type::kBytes;
    }
}

bool is_kind(uint32_t number) noexcept {
    switch (static_cast<Attribute::Kind>(number)) {
        case Attribute::Kind::kList:
        case Attribute::Kind::kText:
        case Attribute::Kind::kInteger:
        case Attribute::Kind::kReal:
        case Attribute::Kind::kBoolean:
        case Attribute::Kind::kRawBytes:
        case Attribute::Kind::kNested:
        case Attribute::Kind::kTensorDesc:
        case Attribute::Kind::kTensor:
        case Attribute::Kind::kGraph:
        case Attribute::Kind::kIntegerLists:
        case Attribute::Kind::kDataType:
            return true;
        case Attribute::Kind::kNone:
            break;
    }
    return false;
}

Attribute read_attribute(Bytes message, bool is_value_index) {
    Attribute attribute;
    attribute.is_value_index = is_value_index;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        const auto kind = static_cast<Attribute::Kind>(field.number);
        if (!is_kind(field.number) || field.type != wire_type(kind)) continue;
        attribute.kind = kind;  // a oneof: the last one counts
        attribute.scalar = field.scalar;
        attribute.bytes = field.bytes;
    }
    return attribute;
}

float float_of(uint64_t bits) noexcept {
    const auto bits32 = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &bits32, sizeof value);
    return value;
}

AttrNames::Key resolve(const AttrNames *names, std::string_view stored) {
    if (names == nullptr) return {stored, false};
    return names->resolve(stored);
}

}  // namespace

AttrMap::AttrMap(Bytes owner, uint32_t field, std::shared_ptr<const AttrNames> names)
    : owner_(owner.data),
      owner_size_(static_cast<uint32_t>(owner.size)),
      field_(field),
      names_(std::move(names)) {
    if (owner.size > UINT32_MAX) {
        throw Error(ErrorCode::kTooComplex, "a message of the model is longer than 4 GiB");
    }
}

std::optional<Attribute> AttrMap::find(std::string_view name) const {
    std::optional<Bytes> found;
    bool is_value_index = false;
    bool found_plain = false;
    wire::Reader reader(owner(), kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (!field.is(field_, wire::Type::kBytes)) continue;
        const Entry entry = read_entry(field.bytes);
        const AttrNames::Key key = resolve(names_.get(), entry.key);
        if (key.name != name) continue;
        // lane.om has a description with both: the plain one was set after the compression, and is
        // the one that agrees with the layout. Of equal keys the last one counts, as in any map.
        const bool is_plain = key.name.data() == entry.key.data();
        if (found_plain && !is_plain) continue;
        found_plain = is_plain;
        found = entry.value;
        is_value_index = key.is_value_index;
    }
    if (!found) return std::nullopt;
    return read_attribute(*found, is_value_index);
}

bool AttrMap::has(std::string_view name) const { return find(name).has_value(); }

std::optional<int64_t> AttrMap::integer(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->is_value_index) return std::nullopt;
    if (found->kind != Attribute::Kind::kInteger && found->kind != Attribute::Kind::kDataType) {
        return std::nullopt;
    }
    return static_cast<int64_t>(found->scalar);
}

std::optional<float> AttrMap::real(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kReal) return std::nullopt;
    return float_of(found->scalar);
}

std::optional<bool> AttrMap::boolean(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kBoolean) return std::nullopt;
    return found->scalar != 0;
}

std::optional<std::string_view> AttrMap::text(std::string_view name) const {
    const auto found = find(name);
    if (!found) return std::nullopt;
    if (found->kind == Attribute::Kind::kText) return found->bytes.text();
    if (found->kind == Attribute::Kind::kInteger && found->is_value_index) {
        return names_->value(found->scalar);
    }
    return std::nullopt;
}

std::vector<std::string_view> AttrMap::texts(std::string_view name) const {
    const auto found = find(name);
    if (!found) return {};
    if (found->kind != Attribute::Kind::kList) {
        const auto single = text(name);
        if (!single) return {};
        return {*single};
    }
    return list_texts(*found, names_.get());
}

std::vector<int64_t> AttrMap::integers(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kList || found->is_value_index) return {};
    return list_integers(found->bytes, ListField::kInteger, names_.get());
}

std::vector<float> AttrMap::reals(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kList) return {};
    return list_reals(found->bytes, names_.get());
}

std::vector<bool> AttrMap::booleans(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kList) return {};
    return list_booleans(found->bytes);
}

std::vector<std::vector<int64_t>> AttrMap::integer_lists(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kIntegerLists) return {};
    return om::integer_lists(found->bytes, names_.get());
}

std::optional<TensorDef> AttrMap::tensor(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kTensor) return std::nullopt;
    return Decoder::on_demand(names_, found->bytes.size).tensor_def(found->bytes);
}

std::optional<AttrMap> AttrMap::nested(std::string_view name) const {
    const auto found = find(name);
    if (!found || found->kind != Attribute::Kind::kNested) return std::nullopt;
    return decode_named_attrs(found->bytes, names_).attrs;
}

std::vector<std::string> AttrMap::names() const {
    std::vector<std::string> all;
    wire::Reader reader(owner(), kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (!field.is(field_, wire::Type::kBytes)) continue;
        all.emplace_back(resolve(names_.get(), read_entry(field.bytes).key).name);
    }
    return all;
}

AttrNames::AttrNames(const AttrMap &model_attrs, size_t source_size, Budget &budget)
    : source_size_(source_size) {
    for (const auto &[name, target] :
         {std::pair{"attr_name_enum", &names_}, std::pair{"attr_value_enum", &values_}}) {
        std::vector<std::string_view> texts = model_attrs.texts(name);
        budget.charge(texts.size(), sizeof(std::string_view));
        *target = std::move(texts);
    }
    uses_value_ = model_attrs.booleans("attrs_use_string_value");
}

AttrNames::Key AttrNames::resolve(std::string_view stored) const {
    if (stored.empty() || static_cast<uint8_t>(stored[0]) != kCompressedMark)
        return {stored, false};
    uint64_t index = 0;
    uint64_t weight = 1;
    bool possible = stored.size() > 1;
    for (size_t i = 1; i < stored.size() && possible; ++i) {
        const auto digit = static_cast<uint8_t>(stored[i]);
        possible = digit >= 1 && digit <= kDigitBase && weight <= names_.size();
        index += (digit - 1) * weight;
        weight *= kDigitBase;
    }
    if (!possible || index >= names_.size()) {
        throw Error(kDamage, "a compressed attribute name is not in the model's name table");
    }
    return {names_[index], index < uses_value_.size() && uses_value_[index]};
}

std::string_view AttrNames::value(uint64_t index) const {
    if (index >= values_.size()) {
        throw Error(kDamage, "a compressed attribute value is not in the model's value table");
    }
    return values_[index];
}

AttrMap model_attributes(Bytes model_def) { return {model_def, fields::model::kAttr, nullptr}; }

NamedAttrs decode_named_attrs(Bytes message, const std::shared_ptr<const AttrNames> &names) {
    NamedAttrs named{{}, AttrMap(message, fields::named_attrs::kAttr, names)};
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(fields::named_attrs::kName, wire::Type::kBytes)) {
            named.name = field.bytes.text();
        }
    }
    return named;
}

}  // namespace ascendcl::om
