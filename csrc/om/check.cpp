// The check of a whole ModelDef before anything of it is decoded: a walk over the messages, knowing
// which field holds what.
// SPDX-License-Identifier: Apache-2.0
#include "om/decode.h"
#include "om/fields.h"
#include "om/wire.h"

namespace ascendcl::om {

namespace {

constexpr auto kDamage = ErrorCode::kBadModelDef;
constexpr int kMaxDepth = 100;  // protobuf's own limit on nested messages

enum class Content {
    kOpaque,    // text, raw bytes, and fields that nobody reads
    kIntegers,  // repeated, may be packed
    kReals,
    kShape,
    kAttrMap,
    kAttrDef,
    kListValue,
    kListListInt,
    kListInt,
    kNamedAttrs,
    kTensorDesc,
    kTensorDef,
    kOp,
    kGraph,
    kModel,
};

constexpr uint32_t number(Attribute::Kind kind) { return static_cast<uint32_t>(kind); }
constexpr uint32_t number(ListField field) { return static_cast<uint32_t>(field); }

Content attr_def_content(uint32_t field) noexcept {
    switch (static_cast<Attribute::Kind>(field)) {
        case Attribute::Kind::kList:
            return Content::kListValue;
        case Attribute::Kind::kNested:
            return Content::kNamedAttrs;
        case Attribute::Kind::kTensorDesc:
            return Content::kTensorDesc;
        case Attribute::Kind::kTensor:
            return Content::kTensorDef;
        case Attribute::Kind::kGraph:
            return Content::kGraph;
        case Attribute::Kind::kIntegerLists:
            return Content::kListListInt;
        default:
            return Content::kOpaque;
    }
}

Content list_value_content(uint32_t field) noexcept {
    switch (static_cast<ListField>(field)) {
        case ListField::kInteger:
        case ListField::kBoolean:
        case ListField::kDataType:
            return Content::kIntegers;
        case ListField::kReal:
            return Content::kReals;
        case ListField::kTensorDesc:
            return Content::kTensorDesc;
        case ListField::kTensor:
            return Content::kTensorDef;
        case ListField::kGraph:
            return Content::kGraph;
        case ListField::kNested:
            return Content::kNamedAttrs;
        default:
            return Content::kOpaque;
    }
}

Content op_content(uint32_t field) noexcept {
    switch (field) {
        case fields::op::kAttr:
            return Content::kAttrMap;
        case fields::op::kInputDesc:
        case fields::op::kOutputDesc:
            return Content::kTensorDesc;
        case fields::op::kSrcIndex:
        case fields::op::kInputOffset:
        case fields::op::kOutputOffset:
        case fields::op::kWorkspaceOffset:
        case fields::op::kWorkspaceSize:
            return Content::kIntegers;
        default:
            return Content::kOpaque;
    }
}

// What a delimited field of a message holds.
Content content_of(Content owner, uint32_t field) noexcept {
    const auto when = [field](uint32_t wanted, Content content) {
        return field == wanted ? content : Content::kOpaque;
    };
    switch (owner) {
        case Content::kAttrDef:
            return attr_def_content(field);
        case Content::kListValue:
            return list_value_content(field);
        case Content::kListListInt:
            return when(fields::kListListInt, Content::kListInt);
        case Content::kListInt:
            return when(fields::kListInt, Content::kIntegers);
        case Content::kNamedAttrs:
            return when(fields::named_attrs::kAttr, Content::kAttrMap);
        case Content::kShape:
            return when(fields::tensor_desc::kShapeDim, Content::kIntegers);
        case Content::kTensorDesc:
            if (field == fields::tensor_desc::kShape) return Content::kShape;
            return when(fields::tensor_desc::kAttr, Content::kAttrMap);
        case Content::kTensorDef:
            return when(fields::tensor::kDesc, Content::kTensorDesc);
        case Content::kOp:
            return op_content(field);
        case Content::kGraph:
            if (field == fields::graph::kOp) return Content::kOp;
            return when(fields::graph::kAttr, Content::kAttrMap);
        case Content::kModel:
            if (field == fields::model::kGraph) return Content::kGraph;
            return when(fields::model::kAttr, Content::kAttrMap);
        default:
            return Content::kOpaque;
    }
}

class Check {
   public:
    explicit Check(const AttrNames &names) noexcept : names_(names) {}

    void message(Bytes bytes, Content content, int depth) const {
        if (depth > kMaxDepth) {
            throw Error(ErrorCode::kTooComplex, "attributes are nested too deeply");
        }
        wire::Reader reader(bytes, kDamage);
        wire::Field field;
        while (reader.next(field)) {
            if (field.type != wire::Type::kBytes) continue;
            const Content inner = content_of(content, field.number);
            switch (inner) {
                case Content::kOpaque:
                    break;
                case Content::kIntegers:
                    wire::for_each_varint(field, kDamage, [](uint64_t) {});
                    break;
                case Content::kReals:
                    wire::for_each_fixed32(field, kDamage, [](uint32_t) {});
                    break;
                case Content::kAttrMap:
                    map_entry(field.bytes, depth + 1);
                    break;
                default:
                    message(field.bytes, inner, depth + 1);
            }
        }
    }

   private:
    void map_entry(Bytes bytes, int depth) const {
        std::string_view stored;
        Bytes value;
        wire::Reader reader(bytes, kDamage);
        wire::Field field;
        while (reader.next(field)) {
            if (field.is(fields::kMapKey, wire::Type::kBytes)) stored = field.bytes.text();
            if (field.is(fields::kMapValue, wire::Type::kBytes)) value = field.bytes;
        }
        const AttrNames::Key key = names_.resolve(stored);
        message(value, Content::kAttrDef, depth + 1);
        if (key.is_value_index) value_indexes(value);
    }

    // The one integer or the list of them that stand for texts.
    void value_indexes(Bytes attr_def) const {
        const auto known = [this](uint64_t index) { names_.value(index); };
        wire::Reader reader(attr_def, kDamage);
        wire::Field field;
        while (reader.next(field)) {
            if (field.is(number(Attribute::Kind::kInteger), wire::Type::kVarint)) {
                known(field.scalar);
            } else if (field.is(number(Attribute::Kind::kList), wire::Type::kBytes)) {
                wire::Reader list(field.bytes, kDamage);
                wire::Field element;
                while (list.next(element)) {
                    if (element.number == number(ListField::kInteger)) {
                        wire::for_each_varint(element, kDamage, known);
                    }
                }
            }
        }
    }

    const AttrNames &names_;
};

}  // namespace

void check_model_def(Bytes message, const AttrNames &names) {
    Check(names).message(message, Content::kModel, 0);
}

}  // namespace ascendcl::om
