// The IR's ports are held against the graph's inputs and outputs, one by one.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/read_ir.h"

#include <algorithm>
#include <string>
#include <vector>

#include "host/engine/ir/checked_indices.h"
#include "host/engine/ir/checked_integers.h"
#include "host/engine/ir/exact_remainder.h"
#include "host/engine/ir/guarded_loops.h"
#include "host/engine/lower/model_io.h"
#include "host/engine/passed_through.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/function_op.h"
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

ov::PartialShape shape_of(const om::IoDescriptor &declared) {
    return std::vector<ov::Dimension>(declared.dims.begin(), declared.dims.end());
}

[[noreturn]] void refuse_port(const om::Node &ir, const char *side,
                              const om::IoDescriptor &declared, const ov::Output<ov::Node> &port) {
    throw Refusal(ir.name, ir.type,
                  std::string(side) + " '" + declared.name + "' is " +
                      text_of(shape_of(declared), element_type(declared.dtype)) +
                      ", in the IR it is " +
                      text_of(port.get_partial_shape(), port.get_element_type()));
}

void require_input(const om::Node &ir, const om::IoDescriptor &declared,
                   const ov::Output<ov::Node> &port) {
    if (port.get_element_type() != element_type(declared.dtype) ||
        !port.get_partial_shape().compatible(shape_of(declared)))
        refuse_port(ir, "input", declared, port);
}

// What is computed may be narrower than declared, never wider: its memory is what was declared.
void require_output(const om::Node &ir, const om::IoDescriptor &declared,
                    const ov::Output<ov::Node> &port) {
    if (port.get_element_type() != element_type(declared.dtype) ||
        !shape_of(declared).relaxes(port.get_partial_shape()))
        refuse_port(ir, "output", declared, port);
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
        shapes[i] = shape_of(io.inputs[i]);
        differs = differs || shapes[i] != model.input(i).get_partial_shape();
    }
    if (differs) model.reshape(shapes);
}

std::shared_ptr<ov::Model> read(ov::Core &core, const om::Node &ir, const ov::Tensor &weights) {
    const auto xml = ir.attrs.text(om::kIrXml);
    if (!xml || xml->empty()) throw Refusal(ir.name, ir.type, "it carries no IR");
    try {
        return core.read_model(std::string(*xml), weights);
    } catch (const ov::Exception &error) {
        throw Refusal(ir.name, ir.type,
                      std::string("OpenVINO cannot read its IR: ") + error.what());
    }
}

// What an execution leaves in a model for the next one would come from another request.
void require_no_state(const om::Node &ir, const ov::Model &model) {
    if (!model.get_variables().empty())
        throw Refusal(ir.name, ir.type,
                      "it keeps a state between executions ('" +
                          model.get_variables().front()->get_info().variable_id + "')");
}

// See is_passed_through().
void copy_passed_through(ov::Model &model) {
    for (const auto &result : model.get_results()) {
        const ov::Output<ov::Node> value = result->input_value(0);
        if (!is_passed_through(value)) continue;
        const auto copy = std::make_shared<FunctionOp>(
            "copy", ov::OutputVector{value},
            [](const ov::TensorVector &inputs, ov::Tensor &output) { inputs[0].copy_to(output); });
        result->input(0).replace_source_output(copy);
    }
}

}  // namespace

std::shared_ptr<ov::Model> read_ir(ov::Core &core, const om::Graph &graph,
                                   const om::Descriptors &io, const ov::Tensor &weights) {
    const om::Node *const found = om::ir_node(graph);
    if (found == nullptr) throw Damage("the graph '" + std::string(graph.name) + "' has no IR");
    const om::Node &ir = *found;
    require_wiring(graph, ir, io);
    const std::shared_ptr<ov::Model> model = read(core, ir, weights);
    require_count(ir, "input", io.inputs.size(), model->inputs().size());
    require_count(ir, "output", io.outputs.size(), model->outputs().size());
    require_no_state(ir, *model);
    for (size_t i = 0; i < io.inputs.size(); ++i) require_input(ir, io.inputs[i], model->input(i));
    set_shapes(*model, io);
    for (size_t i = 0; i < io.outputs.size(); ++i)
        require_output(ir, io.outputs[i], model->output(i));
    compute_remainders_exactly(*model);
    copy_passed_through(*model);
    check_indices(*model);
    check_integers(*model);
    guard_loops(*model);
    return model;
}

}  // namespace ascendcl::host::engine
