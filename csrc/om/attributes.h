// One attribute (AttrDef) as it is stored, and the tables of compressed names behind an AttrMap.
// Reference: om_format.md 2.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "om/budget.h"
#include "om/bytes.h"
#include "om/graph.h"

namespace ascendcl::om {

// The kind is the number of the AttrDef field that is set.
struct Attribute {
    enum class Kind : uint32_t {
        kNone = 0,
        kList = 1,
        kText = 2,
        kInteger = 3,
        kReal = 4,
        kBoolean = 5,
        kRawBytes = 7,
        kNested = 10,
        kTensorDesc = 11,
        kTensor = 12,
        kGraph = 13,
        kIntegerLists = 14,
        kDataType = 15,
    };
    Kind kind = Kind::kNone;
    uint64_t scalar = 0;          // of kInteger, kBoolean, kDataType; bits of kReal
    Bytes bytes;                  // of the others
    bool is_value_index = false;  // integers stand for texts in the model's value table
};

// Fields of AttrDef.ListValue.
enum class ListField : uint32_t {
    kText = 2,
    kInteger = 3,
    kReal = 4,
    kBoolean = 5,
    kRawBytes = 7,
    kTensorDesc = 8,
    kTensor = 9,
    kGraph = 10,
    kNested = 11,
    kDataType = 12,
};

class AttrNames {
   public:
    // From the model's own attributes, which are never compressed. `source_size` bounds what later
    // decoding on demand may allocate.
    AttrNames(const AttrMap &model_attrs, size_t source_size, Budget &budget);

    struct Key {
        std::string_view name;
        bool is_value_index;
    };
    // Throws Error(kBadModelDef) for a compressed key that the table has no name for.
    Key resolve(std::string_view stored) const;
    // Throws Error(kBadModelDef) where the value table has no such entry.
    std::string_view value(uint64_t index) const;
    size_t source_size() const noexcept { return source_size_; }

   private:
    std::vector<std::string_view> names_;
    std::vector<std::string_view> values_;
    std::vector<bool> uses_value_;
    size_t source_size_ = 0;
};

// The attributes of a ModelDef without its graphs.
AttrMap model_attributes(Bytes model_def);

// NamedAttrs: a name and attributes, as kNested stores them.
struct NamedAttrs {
    std::string_view name;
    AttrMap attrs;
};
NamedAttrs decode_named_attrs(Bytes message, const std::shared_ptr<const AttrNames> &names);

}  // namespace ascendcl::om
