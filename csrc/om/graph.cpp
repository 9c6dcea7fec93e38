// Graphs, nodes and tensor descriptions.
// SPDX-License-Identifier: Apache-2.0
#include "om/graph.h"

#include <charconv>

#include "om/decode.h"
#include "om/fields.h"
#include "om/wire.h"

namespace ascendcl::om {

namespace {

constexpr auto kDamage = ErrorCode::kBadModelDef;
constexpr std::string_view kFormatForInt = "format_for_int";

// "node:index"; index -1 marks a control edge, an empty text a slot that is not connected.
Edge parse_edge(std::string_view text) {
    if (text.empty()) return {};
    const size_t colon = text.rfind(':');
    int32_t index = 0;
    if (colon != std::string_view::npos) {
        const char *end = text.data() + text.size();
        const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, index);
        if (failure == std::errc() && stop == end && index >= -1) {
            const auto kind = index == -1 ? Edge::Kind::kControl : Edge::Kind::kData;
            return {text.substr(0, colon), index, kind};
        }
    }
    throw Error(kDamage,
                "an input is not of the form node:index: " + std::string(text.substr(0, 200)));
}

bool is_plain(Format format) noexcept {
    switch (format) {
        case Format::kNCHW:
        case Format::kNHWC:
        case Format::kND:
        case Format::kHWCN:
        case Format::kNDHWC:
        case Format::kNCDHW:
        case Format::kNC:
        case Format::kNCL:
            return true;
        default:
            return false;
    }
}

}  // namespace

Decoder Decoder::on_demand(std::shared_ptr<const AttrNames> names, size_t size) {
    const Budget budget = on_demand_budget(names.get(), size);
    return {std::move(names), budget};
}

TensorDesc Decoder::tensor_desc(Bytes message) {
    namespace number = fields::tensor_desc;
    TensorDesc desc;
    desc.attrs = AttrMap(message, number::kAttr, names_);
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.type == wire::Type::kBytes) {
            if (field.number == number::kLayout) desc.layout = field.bytes.text();
            if (field.number == number::kShape) {
                desc.shape = decode_integers(field.bytes, number::kShapeDim, budget_);
            }
        } else if (field.type == wire::Type::kVarint) {
            if (field.number == number::kDtype) {
                desc.dtype = data_type_from_proto(static_cast<int64_t>(field.scalar));
            }
        }
    }
    desc.format = format_from_layout(desc.layout);
    return desc;
}

TensorDef Decoder::tensor_def(Bytes message) {
    TensorDef tensor;
    Bytes desc;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(fields::tensor::kDesc, wire::Type::kBytes)) desc = field.bytes;
        if (field.is(fields::tensor::kData, wire::Type::kBytes)) tensor.data = field.bytes;
    }
    tensor.desc = tensor_desc(desc);
    return tensor;
}

void Decoder::reserve(Node &node, Bytes message) {
    namespace number = fields::op;
    budget_.reserve(node.inputs, count_fields(message, number::kInput));
    budget_.reserve(node.input_descs, count_fields(message, number::kInputDesc));
    budget_.reserve(node.output_descs, count_fields(message, number::kOutputDesc));
}

Node Decoder::node(Bytes message) {
    namespace number = fields::op;
    Node node;
    node.attrs = AttrMap(message, number::kAttr, names_);
    reserve(node, message);
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number::kId, wire::Type::kVarint))
            node.id = static_cast<int64_t>(field.scalar);
        if (field.type != wire::Type::kBytes) continue;
        switch (field.number) {
            case number::kName:
                node.name = field.bytes.text();
                break;
            case number::kType:
                node.type = field.bytes.text();
                break;
            case number::kInput:
                node.inputs.push_back(parse_edge(field.bytes.text()));
                break;
            case number::kInputDesc:
                node.input_descs.push_back(tensor_desc(field.bytes));
                break;
            case number::kOutputDesc:
                node.output_descs.push_back(tensor_desc(field.bytes));
                break;
            default:
                break;
        }
    }
    return node;
}

Graph Decoder::graph(Bytes message) {
    namespace number = fields::graph;
    Graph graph;
    graph.attrs = AttrMap(message, number::kAttr, names_);
    budget_.reserve(graph.nodes, count_fields(message, number::kOp));
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number::kName, wire::Type::kBytes)) graph.name = field.bytes.text();
        if (field.is(number::kOp, wire::Type::kBytes)) graph.nodes.push_back(node(field.bytes));
    }
    return graph;
}

ModelDef ModelDef::parse(Bytes partition) {
    namespace number = fields::model;
    Budget budget(partition.size);
    const auto names =
        std::make_shared<const AttrNames>(model_attributes(partition), partition.size, budget);
    check_model_def(partition, *names);
    ModelDef model;
    model.attrs = AttrMap(partition, number::kAttr, names);
    Decoder decoder(names, budget);
    decoder.budget().reserve(model.graphs, count_fields(partition, number::kGraph));
    wire::Reader reader(partition, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number::kName, wire::Type::kBytes)) model.name = field.bytes.text();
        if (field.is(number::kGraph, wire::Type::kBytes)) {
            model.graphs.push_back(decoder.graph(field.bytes));
        }
    }
    if (model.graphs.empty()) throw Error(kDamage, "the model definition has no graph");
    return model;
}

const Graph *ModelDef::find(std::string_view graph) const noexcept {
    for (const Graph &candidate : graphs) {
        if (candidate.name == graph) return &candidate;
    }
    return nullptr;
}

const Node *Graph::find(std::string_view node) const noexcept {
    for (const Node &candidate : nodes) {
        if (candidate.name == node) return &candidate;
    }
    return nullptr;
}

namespace {

// The last one counts, as for every field that is not repeated.
int64_t last_integer(Bytes message, uint32_t number) {
    int64_t value = 0;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number, wire::Type::kVarint)) value = static_cast<int64_t>(field.scalar);
    }
    return value;
}

std::string_view last_text(Bytes message, uint32_t number) {
    std::string_view text;
    wire::Reader reader(message, kDamage);
    wire::Field field;
    while (reader.next(field)) {
        if (field.is(number, wire::Type::kBytes)) text = field.bytes.text();
    }
    return text;
}

}  // namespace

std::string_view TensorDesc::name() const {
    return last_text(attrs.owner(), fields::tensor_desc::kName);
}
int64_t TensorDesc::size() const { return last_integer(attrs.owner(), fields::tensor_desc::kSize); }
int64_t TensorDesc::weight_size() const {
    return last_integer(attrs.owner(), fields::tensor_desc::kWeightSize);
}
int64_t TensorDesc::data_offset() const {
    return last_integer(attrs.owner(), fields::tensor_desc::kDataOffset);
}

std::vector<std::string_view> Node::input_names() const {
    return message_texts(attrs, fields::op::kInputName);
}
std::vector<std::string_view> Node::src_names() const {
    return message_texts(attrs, fields::op::kSrcName);
}
std::vector<int64_t> Node::src_indexes() const {
    return message_integers(attrs, fields::op::kSrcIndex);
}
std::vector<std::string_view> Node::subgraphs() const {
    return message_texts(attrs, fields::op::kSubgraphName);
}
std::vector<int64_t> Node::input_offsets() const {
    return message_integers(attrs, fields::op::kInputOffset);
}
std::vector<int64_t> Node::output_offsets() const {
    return message_integers(attrs, fields::op::kOutputOffset);
}
std::vector<int64_t> Node::scratch_offsets() const {
    return message_integers(attrs, fields::op::kWorkspaceOffset);
}
std::vector<int64_t> Node::scratch_sizes() const {
    return message_integers(attrs, fields::op::kWorkspaceSize);
}

Format TensorDesc::origin_format() const {
    if (is_plain(format)) return format;
    const auto origin = attrs.text("origin_format");
    return origin ? format_from_layout(*origin) : format;
}

std::vector<int64_t> TensorDesc::origin_shape() const {
    if (is_plain(format) || !attrs.has("origin_shape")) return shape;
    return attrs.integers("origin_shape");
}

int64_t TensorDesc::sub_format() const {
    if (const auto coded = attrs.integer(kFormatForInt)) {
        const int64_t sub = (*coded >> 8) & 0xFFFF;
        if (sub > 0) return sub;
    }
    const size_t colon = layout.find(':');
    if (colon == std::string_view::npos) return 1;
    int64_t groups = 0;
    const char *end = layout.data() + layout.size();
    const auto [stop, failure] = std::from_chars(layout.data() + colon + 1, end, groups);
    return failure == std::errc() && stop == end && groups > 0 ? groups : 1;
}

}  // namespace ascendcl::om
