// Splices two graphs; nodes are copied, for they are views into the file.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/gear_graph.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/engine/lower/model_io.h"
#include "host/engine/refusal.h"
#include "om/gears.h"

namespace ascendcl::host::engine {
namespace {

using NodesByName = std::unordered_map<std::string_view, const om::Node *>;

// What the main graph gives an input of the gear's graph.
const om::Edge &source_of(const om::Node &input, const om::Node &choice) {
    // Files that do not say it connect the inputs in order, behind the choice itself.
    const int64_t in_order = input.attrs.integer("index").value_or(0) + 1;
    const int64_t slot = input.attrs.integer(om::kParentIndex).value_or(in_order);
    if (slot < 0 || static_cast<uint64_t>(slot) >= choice.inputs.size() ||
        choice.inputs[static_cast<size_t>(slot)].kind != om::Edge::Kind::kData)
        throw Refusal(input.name, input.type,
                      "it stands for input " + std::to_string(slot) + " of '" +
                          std::string(choice.name) + "', which is not connected");
    return choice.inputs[static_cast<size_t>(slot)];
}

// The nodes of `main` that `edges` come from, in file order, and all inputs of the model.
std::vector<om::Node> producers(const om::Graph &main, std::vector<om::Edge> edges) {
    NodesByName nodes;
    for (const om::Node &node : main.nodes) nodes.emplace(node.name, &node);
    NodesByName needed;
    while (!edges.empty()) {
        const om::Edge edge = edges.back();
        edges.pop_back();
        const auto found = nodes.find(edge.node);
        if (edge.kind != om::Edge::Kind::kData || found == nodes.end()) continue;
        if (!needed.emplace(edge.node, found->second).second) continue;
        for (const om::Edge &input : found->second->inputs) {
            const auto from = nodes.find(input.node);
            if (input.kind == om::Edge::Kind::kData && from != nodes.end() &&
                is_input(*from->second))
                throw Refusal(edge.node, found->second->type,
                              "it stands between an input and the gears, for one shape of many");
            edges.push_back(input);
        }
    }
    std::vector<om::Node> copies;
    for (const om::Node &node : main.nodes) {
        const bool is_fed = is_input(node) && node.name != om::kGearInput;
        if (is_fed || needed.count(node.name) != 0) copies.push_back(node);
    }
    return copies;
}

// The outputs in the order in which the main graph gives them to the caller.
void reorder_outputs(om::Node &net_output, const om::Graph &main, const om::Node &choice) {
    const std::vector<size_t> slots = om::gear_output_slots(main, choice, net_output);
    std::vector<om::Edge> edges;
    for (const om::Edge &edge : net_output.inputs)
        if (edge.kind == om::Edge::Kind::kData) edges.push_back(edge);
    if (slots.empty() || edges.size() != net_output.input_descs.size())
        throw Refusal(net_output.name, net_output.type,
                      "the model's outputs are not those of its gears");
    net_output.inputs.clear();
    std::vector<om::TensorDesc> descs;
    for (const size_t slot : slots) {
        net_output.inputs.push_back(edges[slot]);
        descs.push_back(net_output.input_descs[slot]);
    }
    net_output.input_descs = std::move(descs);
}

}  // namespace

om::Graph gear_graph(const om::ModelDef &def, size_t gear) {
    const om::Graph &main = def.graphs.at(0);
    const om::Node *choice = om::gear_switch(main);
    const auto bodies = choice == nullptr ? std::vector<std::string_view>() : choice->subgraphs();
    if (gear >= bodies.size())
        throw Refusal("the model has no graph for gear " + std::to_string(gear));
    const om::Graph *body = def.find(bodies[gear]);
    if (body == nullptr)
        throw Refusal(choice->name, choice->type,
                      "the graph of gear " + std::to_string(gear) + " does not exist");
    std::unordered_map<std::string_view, om::Edge> sources;
    std::vector<om::Edge> edges;
    NodesByName input_by_source;
    for (const om::Node &node : body->nodes) {
        if (!is_input(node)) continue;
        const om::Edge &source = source_of(node, *choice);
        edges.push_back(source);
        sources.emplace(node.name, source);
        input_by_source.emplace(source.node, &node);
    }

    om::Graph graph;
    graph.name = body->name;
    graph.nodes = producers(main, std::move(edges));
    for (om::Node &node : graph.nodes) {
        const auto found = input_by_source.find(node.name);
        if (!is_input(node) || found == input_by_source.end()) continue;
        // The main graph describes the largest gear.
        node.input_descs = found->second->input_descs;
        node.output_descs = found->second->output_descs;
    }
    for (const om::Node &node : body->nodes) {
        if (is_input(node)) continue;
        om::Node &copy = graph.nodes.emplace_back(node);
        for (om::Edge &edge : copy.inputs) {
            const auto found = sources.find(edge.node);
            if (edge.kind == om::Edge::Kind::kData && found != sources.end()) edge = found->second;
        }
        if (node.type == "NetOutput") reorder_outputs(copy, main, *choice);
    }
    return graph;
}

}  // namespace ascendcl::host::engine
