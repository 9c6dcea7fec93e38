// Shapes carried from producer to consumer: each node that leaves its own open is translated alone,
// and the translation asked. Plain layouts only: the stored shape of the others is not the one to
// compute with.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/known_shapes.h"

#include <algorithm>
#include <openvino/openvino.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "host/engine/infer_dims.h"
#include "host/engine/lower/constants.h"
#include "host/engine/lower/conv_node.h"
#include "host/engine/lower/execution_order.h"
#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"
#include "host/engine/lower/model_io.h"
#include "host/engine/lower/ops.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/translate.h"
#include "om/gears.h"

namespace ascendcl::host::engine {
namespace {

// Whether `given` is `open` with its open dims known.
bool fits(const Shape &open, const Shape &given) noexcept {
    return open.size() == given.size() &&
           std::equal(open.begin(), open.end(), given.begin(),
                      [](int64_t dim, int64_t known) { return dim < 0 || dim == known; });
}

void require_plain(const om::Node &node, const om::TensorDesc &desc) {
    if (desc.format == om::Format::kNC1HWC0 || desc.format == om::Format::kFractalZ ||
        desc.format == om::Format::kFractalNz)
        throw Refusal(
            node.name, node.type,
            "dynamic shapes in the layout " + std::string(desc.layout) + " are not supported");
}

// The nodes that are done, their shapes known.
using Done = std::unordered_map<std::string_view, const om::Node *>;

const om::TensorDesc &produced(const om::Node &consumer, const om::Edge &edge, const Done &done) {
    const auto found = done.find(edge.node);
    const auto output = static_cast<size_t>(edge.index);
    if (found == done.end() || output >= found->second->output_descs.size())
        throw Damage(consumer.name, consumer.type,
                     "its input '" + std::string(edge.node) + "' does not exist");
    return found->second->output_descs[output];
}

// Puts the producers' shapes where the node's own description leaves them open.
void set_inputs(om::Node &node, const Done &done) {
    for (size_t slot = 0; slot < std::min(node.inputs.size(), node.input_descs.size()); ++slot) {
        om::TensorDesc &desc = node.input_descs[slot];
        if (node.inputs[slot].kind != om::Edge::Kind::kData || !is_open(desc.shape)) continue;
        require_plain(node, desc);
        const Shape &given = produced(node, node.inputs[slot], done).shape;
        if (!fits(desc.shape, given))
            throw Refusal(node.name, node.type,
                          "a reshape of " + to_string(given) + " to " + to_string(desc.shape) +
                              " was removed before it");
        desc.shape = given;
    }
}

// The node alone, between parameters, constants and results.
PlainGraph graph_of_node(const LowerInput &model, const om::Node &node, const Done &done) {
    Lowering lowering{model.def, model.kernels, model.weights, Framework::kUnknown, {}, {}, {}};
    const auto conv = conv_node(node);
    for (const om::Edge &edge : node.inputs) {
        if (edge.kind != om::Edge::Kind::kData) continue;
        const om::TensorDesc &desc = produced(node, edge, done);
        const om::Node &producer = *done.at(edge.node);
        auto &outputs = lowering.done[edge.node];
        const auto index = static_cast<size_t>(edge.index);
        outputs.resize(std::max(outputs.size(), index + 1));
        if (outputs[index]) continue;
        LogicalTensor logical = logical_tensor(desc);
        Op source = op::Parameter{desc.dtype, logical.shape};
        const bool is_constant = producer.type == "Const" || producer.type == "Constant";
        if (is_constant) {
            op::Constant constant = decode_constant(
                producer, model.weights, conv && conv->filter == edge.node ? conv->groups : 1);
            logical.shape = constant.shape;
            source = std::move(constant);
        }
        const ValueId value = lowering.graph.add(std::string(producer.name),
                                                 std::string(producer.type), std::move(source), {});
        if (!is_constant) lowering.graph.parameters.push_back(value);
        outputs[index] = Produced{value, logical};
    }
    NodeView view(lowering, node);
    const LowerFunction function = find_lowering(node.type);
    if (function == nullptr) view.refuse("the op is not supported");
    for (const ValueId value : function(view))
        lowering.graph.results.push_back(
            {value, std::string(node.name), node.output_descs[0].dtype, std::nullopt});
    return std::move(lowering.graph);
}

void set_outputs(const LowerInput &model, om::Node &node, const Done &done) {
    std::vector<om::TensorDesc> &outputs = node.output_descs;
    if (std::none_of(outputs.begin(), outputs.end(),
                     [](const om::TensorDesc &desc) { return is_open(desc.shape); }))
        return;
    if (is_fused(node)) throw OpenOutput(node.name, node.type);
    std::vector<Shape> inputs;
    for (const om::Edge &edge : node.inputs)
        if (edge.kind == om::Edge::Kind::kData) inputs.push_back(produced(node, edge, done).shape);
    for (om::TensorDesc &desc : outputs) {
        require_plain(node, desc);
        if (auto assumed = assumed_dims(node.type, node.attrs, inputs))
            desc.shape = std::move(*assumed);
    }
    const Translated computed = translate(graph_of_node(model, node, done));
    if (computed.output_dims.size() != outputs.size())
        throw Refusal(node.name, node.type, "it has more or fewer outputs than it describes");
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i].shape = computed.output_dims[i];
}

void set_input(om::Node &node, const om::Descriptors &model, const std::vector<Shape> &dims) {
    for (size_t i = 0; i < model.inputs.size(); ++i) {
        if (model.inputs[i].name != node.name) continue;
        for (auto *descs : {&node.input_descs, &node.output_descs}) {
            for (om::TensorDesc &desc : *descs) {
                if (is_open(desc.shape)) require_plain(node, desc);
                desc.shape = dims[i];
            }
        }
    }
}

}  // namespace

om::Graph with_known_shapes(const LowerInput &model, const std::vector<Shape> &input_dims) {
    const auto &inputs = model.descriptors.inputs;
    if (input_dims.size() != inputs.size())
        throw Refusal("the model has " + std::to_string(inputs.size()) + " inputs, " +
                      std::to_string(input_dims.size()) + " shapes are given");
    om::Graph shaped = model.graph;
    std::unordered_map<const om::Node *, om::Node *> copies;
    for (size_t i = 0; i < shaped.nodes.size(); ++i)
        copies.emplace(&model.graph.nodes[i], &shaped.nodes[i]);
    Done done;
    for (const om::Node *original : execution_order(model.graph)) {
        om::Node &node = *copies.at(original);
        if (is_input(node)) set_input(node, model.descriptors, input_dims);
        set_inputs(node, done);
        set_outputs(model, node, done);
        done.emplace(node.name, &node);
    }
    return shaped;
}

om::Descriptors descriptors_of_shapes(const om::Descriptors &model, const om::Graph &graph,
                                      const std::vector<Shape> &input_dims) {
    om::Descriptors shaped = model;
    for (size_t i = 0; i < shaped.inputs.size(); ++i) shaped.inputs[i].dims = input_dims[i];
    const om::Node *end = om::net_output(graph);
    if (end == nullptr || end->input_descs.size() != shaped.outputs.size())
        throw Refusal("the graph has no NetOutput node for the model's outputs");
    for (size_t i = 0; i < shaped.outputs.size(); ++i) {
        if (is_open(shaped.outputs[i].dims)) shaped.outputs[i].dims = end->input_descs[i].shape;
    }
    return shaped;
}

}  // namespace ascendcl::host::engine
