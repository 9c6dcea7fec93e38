// Shapes carried from producer to consumer, by a rule per kind of op. Plain layouts alone: the
// stored shape of the others is not the one to compute with.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/known_shapes.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/execution_order.h"
#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/model_io.h"
#include "host/engine/refusal.h"
#include "om/gears.h"

namespace ascendcl::host::engine {
namespace {

bool is_open(const Shape &shape) noexcept {
    return std::any_of(shape.begin(), shape.end(), [](int64_t dim) { return dim < 0; });
}

// Ops whose result has the shape of their first input.
bool keeps_shape(std::string_view type) noexcept {
    static constexpr std::array<std::string_view, 8> kTypes = {
        "Cast", "Identity", "PRelu", "BiasAdd", "Softmax", "SoftmaxV2", "LogSoftmaxV2", "Clip"};
    const ElementwiseName *name = elementwise_by_type(type);
    return (name != nullptr && name->is_unary()) ||
           std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_matmul(std::string_view type) noexcept {
    static constexpr std::array<std::string_view, 4> kTypes = {"MatMul", "MatMulV2", "BatchMatMul",
                                                               "BatchMatMulV2"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

Shape broadcast(const om::Node &node, const Shape &a, const Shape &b) {
    Shape result = a.size() >= b.size() ? a : b;
    const Shape &shorter = a.size() >= b.size() ? b : a;
    const size_t first = result.size() - shorter.size();
    for (size_t i = 0; i < shorter.size(); ++i) {
        int64_t &dim = result[first + i];
        if (dim != shorter[i] && dim != 1 && shorter[i] != 1)
            throw Refusal(node.name, node.type,
                          "its inputs " + to_string(a) + " and " + to_string(b) + " do not agree");
        if (dim == 1) dim = shorter[i];
    }
    return result;
}

bool flag(const om::Node &node, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(), [&node](std::string_view name) {
        return node.attrs.boolean(name).value_or(false);
    });
}

Shape product_shape(const om::Node &node, const Shape &a, const Shape &b) {
    if (a.size() < 2 || b.size() < 2)
        throw Refusal(node.name, node.type,
                      "it multiplies " + to_string(a) + " and " + to_string(b));
    Shape result = broadcast(node, Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
    const bool turns_a = flag(node, {"transpose_x1", "adj_x1", "transpose_a", "adj_x"});
    const bool turns_b = flag(node, {"transpose_x2", "adj_x2", "transpose_b", "adj_y"});
    result.push_back(a[a.size() - (turns_a ? 1 : 2)]);
    result.push_back(b[b.size() - (turns_b ? 2 : 1)]);
    return result;
}

Shape output_shape(const om::Node &node, const std::vector<Shape> &inputs) {
    if (!is_fused(node) && !inputs.empty()) {
        if (keeps_shape(node.type)) return inputs[0];
        if (is_matmul(node.type) && inputs.size() >= 2)
            return product_shape(node, inputs[0], inputs[1]);
        if (const ElementwiseName *name = elementwise_by_type(node.type);
            name != nullptr && inputs.size() == 2)
            return broadcast(node, inputs[0], inputs[1]);
    }
    throw Refusal(node.name, node.type,
                  "its output's shape is dynamic, and no rule tells it from the inputs'");
}

void require_plain(const om::Node &node, const om::TensorDesc &desc) {
    if (desc.format == om::Format::kNC1HWC0 || desc.format == om::Format::kFractalZ ||
        desc.format == om::Format::kFractalNz)
        throw Refusal(
            node.name, node.type,
            "dynamic shapes in the layout " + std::string(desc.layout) + " are not supported");
}

using ShapesByNode = std::unordered_map<std::string_view, std::vector<Shape>>;

// Puts the producers' shapes where the node's own description leaves them open.
std::vector<Shape> known_inputs(om::Node &node, const ShapesByNode &known) {
    std::vector<Shape> shapes;
    size_t slot = 0;
    for (const om::Edge &edge : node.inputs) {
        const size_t desc = slot++;
        if (edge.kind != om::Edge::Kind::kData) continue;
        const auto producer = known.find(edge.node);
        const auto output = static_cast<size_t>(edge.index);
        if (producer == known.end() || output >= producer->second.size())
            throw Refusal(node.name, node.type,
                          "its input '" + std::string(edge.node) + "' does not exist");
        shapes.push_back(producer->second[output]);
        if (desc >= node.input_descs.size() || !is_open(node.input_descs[desc].shape)) continue;
        require_plain(node, node.input_descs[desc]);
        node.input_descs[desc].shape = shapes.back();
    }
    return shapes;
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

om::Graph with_known_shapes(const om::Graph &graph, const om::Descriptors &model,
                            const std::vector<Shape> &input_dims) {
    if (input_dims.size() != model.inputs.size())
        throw Refusal("the model has " + std::to_string(model.inputs.size()) + " inputs, " +
                      std::to_string(input_dims.size()) + " shapes are given");
    om::Graph shaped = graph;
    std::unordered_map<const om::Node *, size_t> position;
    for (size_t i = 0; i < graph.nodes.size(); ++i) position.emplace(&graph.nodes[i], i);
    ShapesByNode known;
    for (const om::Node *original : execution_order(graph)) {
        om::Node &node = shaped.nodes[position.at(original)];
        if (is_input(node)) set_input(node, model, input_dims);
        const std::vector<Shape> inputs = known_inputs(node, known);
        for (om::TensorDesc &desc : node.output_descs) {
            if (is_open(desc.shape)) {
                require_plain(node, desc);
                desc.shape = output_shape(node, inputs);
            }
            known[node.name].push_back(desc.shape);
        }
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
