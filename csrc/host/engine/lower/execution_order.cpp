// Depth-first topological order without recursion: files can nest deep.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/execution_order.h"

#include <string_view>
#include <unordered_map>

#include "host/engine/refusal.h"

namespace ascendcl::host::engine {

std::vector<const om::Node *> execution_order(const om::Graph &graph) {
    enum class State : uint8_t { kNew, kOpen, kDone };
    std::unordered_map<std::string_view, size_t> index;
    for (size_t i = 0; i < graph.nodes.size(); ++i)
        if (!index.emplace(graph.nodes[i].name, i).second)
            throw Damage(graph.nodes[i].name, graph.nodes[i].type, "its name occurs twice");
    std::vector<State> states(graph.nodes.size(), State::kNew);
    std::vector<const om::Node *> order;
    struct Visit {
        size_t node;
        size_t next_input;
    };
    for (size_t root = 0; root < graph.nodes.size(); ++root) {
        if (states[root] != State::kNew) continue;
        std::vector<Visit> stack = {{root, 0}};
        states[root] = State::kOpen;
        while (!stack.empty()) {
            Visit &visit = stack.back();
            const om::Node &node = graph.nodes[visit.node];
            if (visit.next_input == node.inputs.size()) {
                states[visit.node] = State::kDone;
                order.push_back(&node);
                stack.pop_back();
                continue;
            }
            const om::Edge &edge = node.inputs[visit.next_input++];
            // Control edges order side effects, of which a logical graph has none.
            if (edge.kind != om::Edge::Kind::kData) continue;
            const auto found = index.find(edge.node);
            if (found == index.end() || states[found->second] == State::kDone) continue;
            if (states[found->second] == State::kOpen)
                throw Damage(node.name, node.type, "it is part of a cycle");
            states[found->second] = State::kOpen;
            stack.push_back({found->second, 0});
        }
    }
    return order;
}

}  // namespace ascendcl::host::engine
