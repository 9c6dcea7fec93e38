// The IR's ports are held against the graph's inputs and outputs, one by one.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/read_ir.h"

#include <algorithm>
#include <string>
#include <vector>

#include "host/engine/lower/model_io.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "om/gears.h"
#include "om/host_ir.h"

namespace ascendcl::host::engine {
namespace {

// `edges` must be output 0, 1, 2 … of `node`, or of one node each that is named in `names`.
void require_in_order(const om::Node &consumer, const std::vector<std::string> &names) {
    const bool fits =
        consumer.inputs.size() == names.size() &&
        std::equal(names.begin(), names.end(), consumer.inputs.begin(),
                   [](const std::string &name, const om::Edge &edge) {
                       return edge.kind == om::Edge::Kind::kData &&
                              name == std::string(edge.node) + ':' + std::to_string(edge.index);
                   });
    if (!fits)
        throw Refusal(consumer.name, consumer.type,
                      "its inputs are not the " + std::to_string(names.size()) +
                          " that it should have, in their order");
}

void require_nothing_else(const om::Graph &graph) {
    for (const om::Node &node : graph.nodes)
        if (!is_input(node) && node.type != om::kIrType && node.type != "NetOutput")
            throw Refusal(node.name, node.type, "it stands beside the IR of the whole graph");
}

void require_wiring(const om::Graph &graph, const om::Node &ir, const om::Descriptors &io) {
    require_nothing_else(graph);
    std::vector<std::string> sources;
    for (const om::IoDescriptor &input : io.inputs) sources.push_back(input.name + ":0");
    require_in_order(ir, sources);
    const om::Node *end = om::net_output(graph);
    if (end == nullptr) throw Refusal("the graph has no NetOutput node for the model's outputs");
    sources.clear();
    for (size_t i = 0; i < io.outputs.size(); ++i)
        sources.push_back(std::string(ir.name) + ':' + std::to_string(i));
    require_in_order(*end, sources);
}

std::string text_of(const ov::PartialShape &shape, ov::element::Type type) {
    return shape.to_string() + " of " + type.get_type_name();
}

void require_port(const om::Node &ir, const char *side, const om::IoDescriptor &declared,
                  const ov::Output<ov::Node> &port) {
    const std::vector<ov::Dimension> dims(declared.dims.begin(), declared.dims.end());
    const ov::PartialShape shape(dims);
    const ov::element::Type type = element_type(declared.dtype);
    if (port.get_element_type() == type && port.get_partial_shape().compatible(shape)) return;
    throw Refusal(ir.name, ir.type,
                  std::string(side) + " '" + declared.name + "' is " + text_of(shape, type) +
                      ", in the IR it is " +
                      text_of(port.get_partial_shape(), port.get_element_type()));
}

void require_count(const om::Node &ir, const char *side, size_t declared, size_t count) {
    if (declared != count)
        throw Refusal(ir.name, ir.type,
                      "the model has " + std::to_string(declared) + ' ' + side + "s, the IR " +
                          std::to_string(count));
}

// Gives open dims the sizes that are wanted.
void set_shapes(ov::Model &model, const om::Descriptors &io) {
    std::map<size_t, ov::PartialShape> shapes;
    bool differs = false;
    for (size_t i = 0; i < io.inputs.size(); ++i) {
        const auto &dims = io.inputs[i].dims;
        shapes[i] = ov::PartialShape(std::vector<ov::Dimension>(dims.begin(), dims.end()));
        differs = differs || shapes[i] != model.input(i).get_partial_shape();
    }
    if (differs) model.reshape(shapes);
}

std::shared_ptr<ov::Model> read(ov::Core &core, const om::Node &ir, om::Bytes weights) {
    const auto xml = ir.attrs.text(om::kIrXml);
    if (!xml || xml->empty()) throw Refusal(ir.name, ir.type, "it carries no IR");
    // OpenVINO's tensors are not const; nothing is written through this one.
    auto *const data = const_cast<uint8_t *>(weights.data);
    const ov::Tensor constants = weights.empty()
                                     ? ov::Tensor(ov::element::u8, ov::Shape{0})
                                     : ov::Tensor(ov::element::u8, ov::Shape{weights.size}, data);
    try {
        return core.read_model(std::string(*xml), constants);
    } catch (const ov::Exception &error) {
        throw Refusal(ir.name, ir.type,
                      std::string("OpenVINO cannot read its IR: ") + error.what());
    }
}

}  // namespace

std::shared_ptr<ov::Model> read_ir(ov::Core &core, const om::Graph &graph,
                                   const om::Descriptors &io, om::Bytes weights) {
    const om::Node &ir = *om::ir_node(graph);
    require_wiring(graph, ir, io);
    const std::shared_ptr<ov::Model> model = read(core, ir, weights);
    require_count(ir, "input", io.inputs.size(), model->inputs().size());
    require_count(ir, "output", io.outputs.size(), model->outputs().size());
    for (size_t i = 0; i < io.inputs.size(); ++i)
        require_port(ir, "input", io.inputs[i], model->input(i));
    set_shapes(*model, io);
    for (size_t i = 0; i < io.outputs.size(); ++i)
        require_port(ir, "output", io.outputs[i], model->output(i));
    return model;
}

}  // namespace ascendcl::host::engine
