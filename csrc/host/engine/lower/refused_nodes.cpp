// Reasons are grouped as they come, and told up to a limit.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/refused_nodes.h"

#include <algorithm>

#include "host/engine/lower/logical_layout.h"

namespace ascendcl::host::engine {
namespace {

constexpr size_t kMostReasons = 12;

std::string told(const RefusedNode &node) {
    return Refusal(node.node, node.type, node.reason).what();
}

}  // namespace

void RefusedNodes::add(const Refusal &refusal, const om::Node &node, Lowering &lowering) {
    add(refusal);
    // What stands in for it is no constant.
    if (node.type == "Const" || node.type == "Constant") hide(node);
    auto &outputs = lowering.done[node.name];
    outputs.clear();
    try {
        for (const om::TensorDesc &desc : node.output_descs) {
            const LogicalTensor logical = logical_tensor(desc);
            const ValueId value = lowering.graph.add(std::string(node.name), std::string(node.type),
                                                     op::Parameter{desc.dtype, logical.shape}, {});
            outputs.push_back(Produced{value, logical});
        }
    } catch (const Refusal &) {
        hide(node);
    }
}

bool RefusedNodes::hides_input_of(const om::Node &node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const om::Edge &edge) {
        return edge.kind == om::Edge::Kind::kData && hidden_.count(edge.node) != 0;
    });
}

void RefusedNodes::refuse() const {
    if (nodes_.size() == 1) throw Refusal(told(nodes_[0]));
    struct Group {
        const RefusedNode *first;
        size_t more;  // nodes of the same type, refused for the same reason
    };
    std::vector<Group> groups;
    size_t left = 0;
    for (const RefusedNode &node : nodes_) {
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group &group) {
            return group.first->reason == node.reason && group.first->type == node.type;
        });
        if (same != groups.end())
            ++same->more;
        else if (groups.size() < kMostReasons)
            groups.push_back({&node, 0});
        else
            ++left;
    }
    std::string text = std::to_string(nodes_.size()) + " nodes cannot be run";
    for (const Group &group : groups) {
        text += "\n  " + told(*group.first);
        if (group.more != 0) text += " and " + std::to_string(group.more) + " more";
    }
    if (left != 0) text += "\n  and " + std::to_string(left) + " nodes for other reasons";
    throw Refusal(text);
}

}  // namespace ascendcl::host::engine
